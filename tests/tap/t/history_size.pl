# Proves that a history stays small and fast: what a year of an unchanged cluster and of one whose WAL moves costs, by
# fewer calls and an honest extrapolation, with autovacuum and without; and a million rows that are read by an index and
# cleaned in parts.
use strict;
use warnings;

use EfmTest;
use POSIX ();
use Test::More;
use Time::HiRes qw(time);

# Each number may be given by the environment.
my $calls = $ENV{EFM_TEST_HISTORY_CALLS} // 20_000;
my $rows  = $ENV{EFM_TEST_HISTORY_ROWS}  // 1_000_000;

my $period    = 10;
my $a_year    = 365 * 86400 / $period;
my $gigabyte  = 1e9;
my $megabytes = sub { return sprintf('%.1f MB', $_[0] / 1e6) };

my $server = EfmTest::Server->start('history_size',
	settings => { autovacuum => 'off', autovacuum_naptime => '1s', max_wal_size => '4GB', checkpoint_timeout => '1h' });
my $node = $server->node;

sub sql { return $node->safe_psql('postgres', $_[0]); }

# A healthy cluster of three nodes as EFM tells it; the WAL location in it can be set.
$server->plays_scenario('three-nodes');
sql(q{CREATE TABLE answer AS SELECT efm_extension.efm_cluster_status_json() AS status});
my $moving = q{regexp_replace(status::text, '"((lsn|xlog)(Receive)?)": "[^"]+"', '"\1": "A/' || to_hex(4096 * turn) || '"',
	'g')::jsonb};

sub sizes
{
	my ($table, $indexes) = split /\|/, sql(<<'EOQ');
SELECT sum(pg_table_size(t)), sum(pg_indexes_size(t))
  FROM unnest('{efm_extension.efm_status_history,efm_extension.efm_events}'::regclass[]) t
EOQ
	return $table + $indexes;
}

# So many answers, one in ten seconds, each in a transaction of its own as the writer has it.
sub record
{
	my ($count, $status, $vacuum, $checkpoint_after) = @_;
	$checkpoint_after //= $count;
	sql(q{TRUNCATE efm_extension.efm_status_history, efm_extension.efm_events;
		ALTER SYSTEM SET autovacuum = } . $vacuum . q{; SELECT pg_reload_conf(); CHECKPOINT});
	my $empty  = sizes();
	my $before = sql('SELECT pg_current_wal_insert_lsn()');
	my $start  = time();
	sql(<<"EOQ");
DO \$\$
DECLARE
    begun timestamptz := now() - interval '$period s' * $count;
BEGIN
    FOR turn IN 1 .. $count LOOP
        PERFORM efm_extension.efm_record_status($status, begun + turn * interval '$period s', 7) FROM answer;
        COMMIT;
        IF turn % $checkpoint_after = 0 THEN
            CHECKPOINT;
        END IF;
    END LOOP;
END
\$\$
EOQ
	my $seconds = time() - $start;
	my ($kept, $seen) = split /\|/, sql('SELECT count(*), sum(collections) FROM efm_extension.efm_status_history');
	return {
		calls => $count,
		rows  => $kept,
		seen  => $seen,
		size  => sizes() - $empty,
		wal   => sql("SELECT pg_current_wal_insert_lsn() - '$before'"),
		call  => $seconds / $count,
	};
}

# Said when the part is over, so that it is seen.
my @costs;

sub show_cost
{
	my ($name, $cost, $size_of_a_year) = @_;
	push @costs, sprintf(
		'%s: %d calls of %s make %d rows, %s on disk, %d bytes of WAL a call; a year of them, kept whole, %s on disk',
		$name, $cost->{calls}, milliseconds($cost->{call}), $cost->{rows}, $megabytes->($cost->{size}),
		$cost->{wal} / $cost->{calls}, $megabytes->($size_of_a_year));
	return;
}

sub cost_part
{
	my ($name, $code) = @_;
	part($name, $code);
	note($_) for splice @costs;
	return;
}

for my $vacuum (qw(off on))
{
	cost_part(
		"an unchanged cluster, autovacuum $vacuum" => sub {
			my $cost = record($calls, 'status', $vacuum);
			is($cost->{seen}, $calls, 'every answer counts');
			is($cost->{rows}, POSIX::ceil($calls * $period / 300), 'a row in five minutes');
			# What grows with the calls grows on; the tables' first pages are counted with it.
			my $year = $cost->{size} / $calls * $a_year;
			show_cost("unchanged, autovacuum $vacuum", $cost, $year);
			cmp_ok($year, '<', $gigabyte, 'a year is less than a gigabyte');
		});
	cost_part(
		"a cluster whose WAL moves, autovacuum $vacuum" => sub {
			my $some = $calls / 4;
			my $cost = record($some, $moving, $vacuum);
			is($cost->{seen}, $some, 'every answer counts');
			is($cost->{rows}, POSIX::ceil($some * $period / 60), 'a row a minute');
			my $year = $cost->{size} / $some * $a_year;
			show_cost("moving WAL, autovacuum $vacuum", $cost, $year);
			cmp_ok($year, '<', $gigabyte, 'a year is less than a gigabyte');
		});
}

# The disk is one thing, what goes to the archive another: with a checkpoint in five minutes, as the default is, each of
# them has the page written as a whole once more.
for my $kind ([ 'unchanged', 'status' ], [ 'moving WAL', $moving ])
{
	cost_part(
		"WAL, $kind->[0]" => sub {
			my ($name, $status) = @$kind;
			my $some = $calls / 10;
			my $cost = record($some, $status, 'off', 300 / $period);
			is($cost->{seen}, $some, 'every answer counts');
			push @costs, sprintf(
				'%s, a checkpoint in five minutes: %d calls of %s write %d bytes of WAL each, %s in a year',
				$name, $some, milliseconds($cost->{call}), $cost->{wal} / $some, $megabytes->($cost->{wal} / $some * $a_year));
		});
}

part(
	"$rows rows" => sub {
		sql(<<"EOQ");
ALTER SYSTEM SET autovacuum = off; SELECT pg_reload_conf();
TRUNCATE efm_extension.efm_status_history, efm_extension.efm_events;
INSERT INTO efm_extension.efm_status_history (status_json, collected_at, last_collected_at)
SELECT jsonb_build_object('nodes', jsonb_build_object('a', jsonb_build_object('type', 'Primary', 'lsn', '0/' || to_hex(g)))), at, at
  FROM generate_series(1, $rows) g, LATERAL (SELECT now() - interval '1 hour' - ($rows - g) * interval '1 minute') t(at);
INSERT INTO efm_extension.efm_events (happened_at, kind) SELECT collected_at, 'role' FROM efm_extension.efm_status_history;
ANALYZE efm_extension.efm_status_history, efm_extension.efm_events;
EOQ
		my $plan = sub { return sql("EXPLAIN (COSTS OFF) $_[0]"); };
		my $at   = q{now() - interval '100 days'};
		my ($body) = sql(q{SELECT prosrc FROM pg_proc WHERE oid = 'efm_extension.efm_status_at(timestamptz)'::regprocedure});
		like(sql("PREPARE at(timestamptz) AS " . ($body =~ s/<= at\b/<= \$1/r) . "; SET plan_cache_mode = force_generic_plan; EXPLAIN (COSTS OFF) EXECUTE at($at)"),
			qr/Index Scan using efm_status_history_collected_at_idx/, 'efm_status_at() uses the index');
		like($plan->('SELECT * FROM efm_extension.efm_status_history ORDER BY collected_at DESC LIMIT 10'),
			qr/Index Scan using efm_status_history_collected_at_idx/, 'the last rows');
		like($plan->(q{SELECT * FROM efm_extension.efm_status_history WHERE collected_at > now() - interval '1 day'}),
			qr/Index Scan using efm_status_history_collected_at_idx/, 'the last day');
		like($plan->(q{SELECT * FROM efm_extension.efm_events ORDER BY happened_at DESC LIMIT 10}),
			qr/Index Scan using efm_events_happened_at_idx/, 'the last events');

		my $session = $server->session;
		my $timed = sub {
			my ($name, $statement, $most) = @_;
			$session->send_timed($statement);
			my $result  = $session->finish_timed(60);
			my $seconds = $result->{ended} - $result->{began};
			is($result->{errors}, '', $name);
			measured($name, $seconds);
			cmp_ok($seconds, '<', $most, "$name: fast");
			return $result->{rows};
		};
		$session->query('SELECT efm_extension.efm_status_changes(status, status) FROM answer');
		is($timed->('efm_status_at() of 100 days ago', "SELECT count(*) FROM efm_extension.efm_status_at($at)", 1), 1,
			'finds one');
		$timed->('the last ten rows', 'SELECT FROM efm_extension.efm_status_history ORDER BY collected_at DESC LIMIT 10', 1);
		$timed->('efm_record_status(), with the first rows to clean',
			'SELECT efm_extension.efm_record_status(status, now(), 100) FROM answer', 1);
		is(sql('SELECT count(*) FROM efm_extension.efm_status_history'), $rows - 999,
			'a thousand of them') if $rows > 200_000;
		$timed->('efm_record_status(), again', 'SELECT efm_extension.efm_record_status(status, now(), 100) FROM answer', 1);
		$timed->("cleanup_status_history() of nearly $rows rows", 'SELECT efm_extension.cleanup_status_history(1)', 30);
		is(sql('SELECT count(*) FROM efm_extension.efm_status_history') < 2000, 1, 'they are gone');
		$timed->('efm_record_status() right after it', 'SELECT efm_extension.efm_record_status(status, now(), 1) FROM answer', 10);
		$timed->('efm_status_at() right after it', 'SELECT count(*) FROM efm_extension.efm_status_at(now())', 1);
		$session->quit;
	});

$node->stop;
done_testing();
