# Proves that the weaknesses of the extension before this one are not in this one: a subtest for each, by its number in
# the list of them, as far as it is about the background worker, the history and the way from one release to the next.
use strict;
use warnings;

use EfmTest;
use EfmTest::Worker;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $server = set_up_worker('predecessor_worker', { 'efm.bgw_persist_history' => 'on', restart_after_crash => 'on' });
my $node   = $server->node;
my $hangs  = 'exec ' . $server->chameleon('ignore=TERM', 'ignore=INT', 'touch=' . $server->state_file('ready'), 'hang');

sub sql { return $node->safe_psql('postgres', $_[0]); }

sub hang
{
	unlink $server->state_file('ready');
	$server->plays($hangs);
	reload($server);
	ok(eventually(sub { -e $server->state_file('ready') }), 'the worker waits for an EFM that hangs');
	return;
}

sub recover
{
	$server->plays_scenario('healthy');
	reload($server);
	ok(wait_for_poll($server), 'the worker is well again');
	return;
}

part(
	'W-01 nothing that goes wrong while the worker polls or writes crashes the server' => sub {
		my $started = sql('SELECT pg_postmaster_start_time()');
		my $worker  = worker_pid($server);
		ok(history_grows($server, 1), 'the history is written');
		my $session = $server->session;
		$server->plays('echo "this is no JSON"');
		reload($server);
		ok(eventually(sub { worker_state($server)->{failures_in_a_row} >= 3 }, 30),
			'three answers that are no JSON, with exit status 0');
		recover();
		sql('DROP EXTENSION efm_extension');
		sleep 3.5;
		sql('CREATE EXTENSION efm_extension');
		ok(history_grows($server, 1), 'the extension was dropped for some polls');
		$session->query('BEGIN; LOCK TABLE efm_extension.efm_status_history');
		sleep 3.5;
		is_well($session->query('ROLLBACK'), 'the session that had a lock on the history for some polls lives');
		ok(history_grows($server, 1), 'and the history goes on');
		is(worker_pid($server), $worker, 'the worker is the same');
		is(sql('SELECT pg_postmaster_start_time()'), $started, 'the server, too');
		unlike($server->new_log, qr/unexpected state|terminated by signal|crash|PANIC|WARNING/,
			'the log knows of nothing worse');
		$session->quit;
	});

part(
	'W-02 the worker does not hold up DROP DATABASE' => sub {
		sql('CREATE DATABASE victim');
		hang();
		my $start = time();
		is_well($server->query('DROP DATABASE victim'), 'DROP DATABASE', '');
		measured('DROP DATABASE while the worker waits for its command', time() - $start);
		cmp_ok(time() - $start, '<', 5, 'it did not wait for the command');
		is(sql(q{SELECT count(*) FROM pg_database WHERE datname = 'victim'}), 0, 'the database is gone');
		unlike($server->new_log, qr/still waiting for backend/, 'nobody waited for the worker');
		recover();
	});

part(
	'W-06 the worker\'s settings do no harm where the library is not preloaded' => sub {
		my $plain = EfmTest::Server->start('plain', preload => 0, without_extension => 1,
			settings => { 'efm.bgw_enabled' => 'on', 'efm.bgw_persist_history' => 'on', 'efm.bgw_interval' => '1s' });
		$plain->plays_scenario('healthy');
		for my $statement (
			q{CREATE EXTENSION efm_extension VERSION '1.0'},
			q{ALTER EXTENSION efm_extension UPDATE TO '1.1'},
			'ALTER EXTENSION efm_extension UPDATE',
			'SELECT enabled, state FROM efm_extension.efm_worker_status()',
			q{SELECT string_agg(metric_name || ' ' || value, ', ' ORDER BY metric_name) FROM efm_extension.efm_metrics
				WHERE metric_name IN ('efm_worker_enabled', 'efm_worker_up')},
			q{SELECT efm_extension.efm_cluster_status_json() ? 'nodes'})
		{
			my $result = $plain->query($statement);
			is($result->{errors}, '', $statement);
			ok(!$result->{lost}, "$statement: the session lives");
			is($result->{rows}, 't|not running',
				'the worker is not there, and that is said') if $statement =~ /worker_status/;
			# What the alert EfmWorkerDown compares.
			is($result->{rows}, 'efm_worker_enabled 1, efm_worker_up 0', 'the metrics say so, too') if $statement =~ /efm_metrics/;
		}
		unlike($plain->new_log, qr/FATAL|WARNING|PANIC/, 'nothing in the log either');
		$plain->node->stop;
	});

part(
	'W-31 the life of the worker' => sub {
		hang();
		my $start = time();
		$node->stop('fast');
		measured('a fast stop while EFM ignores SIGTERM', time() - $start);
		cmp_ok(time() - $start, '<', 5, 'a fast stop does not wait for EFM');
		nothing_left($server, undef, 'stopped', 5);
		$server->plays_scenario('healthy');
		$server->begin;
		ok(eventually(sub { defined worker_state($server)->{last_success} }, 5), 'the first poll is at the start');

		my $worker = worker_pid($server);
		sql("SELECT pg_terminate_backend($worker)");
		ok(eventually(sub { worker_pid($server) !~ /^(|$worker)$/ }, 10), 'after a termination there is a new one');

		# The interval is longer than the cache holds an answer for itself.
		reload($server, 'efm.cache_ttl' => '1s', 'efm.bgw_interval' => '2s');
		ok(wait_for_poll($server), 'a long interval');
		count_calls($server);
		$worker = worker_pid($server);
		my $session = $server->session;
		my $end     = time() + 6;
		while (time() < $end)
		{
			$session->query('SELECT FROM efm_extension.efm_get_nodes()');
			sleep 0.05;
		}
		is(scalar(grep { !/^$worker / } callers($server)), 0, 'sessions run no command');
		cmp_ok(scalar(callers($server)), '<=', 4, 'the worker runs one in its interval');
		$session->quit;
		reload($server, 'efm.bgw_interval' => '1s');

		sql(q{ALTER SYSTEM SET efm.bgw_database = 'history'});
		$server->new_log;
		$node->restart;
		ok(polled($server, 3), 'without its database it polls');
		is(scalar(() = $server->new_log =~ /the history is not written/g), 1, 'and says so once');
		sql('CREATE DATABASE history');
		$node->safe_psql('history', 'CREATE EXTENSION efm_extension');
		ok(history_grows($server, 1, 20, 'history'), 'with it, it writes the history, without a reload');
		$node->safe_psql('history', 'DROP EXTENSION efm_extension');
		$node->safe_psql('history', 'CREATE EXTENSION efm_extension');
		ok(history_grows($server, 1, 20, 'history'), 'also into an extension that was made anew');
		is($node->safe_psql('history', q{SELECT count(*) FROM pg_indexes WHERE schemaname = 'efm_extension' AND indexdef ~ 'USING gin'}), 0,
			'no GIN index on every answer');

		$server->new_log;
		$server->plays('exit 1');
		ok(eventually(sub { worker_state($server)->{failures_in_a_row} >= 4 }, 30), 'four polls fail');
		is(scalar(() = $server->new_log =~ /efm_extension worker: /g), 1, 'one line in the log');
		is(sql(q{SELECT next_run - last_failure > '5 s' FROM efm_extension.efm_worker_status()}), 't',
			'the pause has grown');
		recover();
		reload($server, 'efm.history_retention' => 30);
		is(sql('SHOW efm.history_retention'), 30, 'how many days are kept is a setting');
	});

part(
	'W-32 an error in a poll leaves nothing behind' => sub {
		my $worker = worker_pid($server);
		reload($server, 'efm.cluster_name' => '');
		ok(eventually(sub { worker_state($server)->{failures_in_a_row} >= 2 }), 'no cluster is named');
		$server->new_log;
		reload($server, 'efm.cluster_name' => 'efm');
		ok(wait_for_poll($server), 'a cluster is named');
		# More than two hundred polls that end in every way, with a reload after each.
		my $size  = resident_kilobytes($worker);
		my @plans = ('exit 1', 'echo no JSON', q(printf '{"nodes":'), 'kill -SEGV $$', q(printf '{"nodes":{}}'),
			'echo "\\"x\\"";');
		for my $round (1 .. 40)
		{
			for my $plan (@plans)
			{
				$server->plays($plan);
				kill 'HUP', $worker;
				sleep 0.03;
			}
			$size = resident_kilobytes($worker) if $round == 5;
		}
		my $grown = resident_kilobytes($worker) - $size;
		recover();
		is(worker_pid($server), $worker, 'the worker is the same');
		cmp_ok($grown, '<', 1024, "it has not grown ($grown kB)");
		is(scalar(() = $server->new_log =~ /PANIC|was terminated by signal|unexpected state/g), 0,
			'nothing has crashed');
		ok(history_grows($server, 1, 20, 'history'), 'the history goes on');
	});

part(
	'W-35 the history survives pg_dump and a restore' => sub {
		reload($server, 'efm.bgw_persist_history' => 'off');
		sleep 1.5;
		my $last = $node->safe_psql('history', <<'EOQ');
\o /dev/null
SELECT efm_extension.efm_record_status('{"nodes": {"a": {"type": "Primary"}}}', clock_timestamp(), 7);
SELECT efm_extension.efm_record_status('{"nodes": {"a": {"type": "Standby"}}}', clock_timestamp(), 7);
\o
SELECT max(id) FROM efm_extension.efm_status_history;
EOQ
		my $everything = q{SELECT * FROM efm_extension.efm_status_history ORDER BY id; SELECT * FROM efm_extension.efm_events ORDER BY id};
		my $before     = $node->safe_psql('history', $everything);
		like($before, qr/role\|a\|Primary\|Standby/, 'there is something to save');
		my $dump = $server->file('history.dump');
		system_or_bail('pg_dump', '--format=custom', "--file=$dump", $node->connstr('history'));
		sql('CREATE DATABASE copy');
		system_or_bail('pg_restore', '--exit-on-error', '--dbname', $node->connstr('copy'), $dump);
		is($node->safe_psql('copy', $everything), $before, 'rows and events are there');
		is($node->safe_psql('copy', <<'EOQ'), $last + 1, 'and the sequences go on');
\o /dev/null
SELECT efm_extension.efm_record_status('{"nodes": {"a": {"type": "Primary"}}}', clock_timestamp(), 7);
\o
SELECT max(id) FROM efm_extension.efm_status_history;
EOQ
		is($node->safe_psql('copy', 'SELECT count(DISTINCT id) = count(*) FROM efm_extension.efm_events'), 't',
			'of the events, too');

		# Into a database with rows of release 1.1.
		$node->safe_psql('postgres', 'CREATE DATABASE old');
		$node->safe_psql('old', <<'EOQ');
CREATE EXTENSION efm_extension VERSION '1.1';
INSERT INTO efm_extension.efm_status_history (status_json, collected_at) VALUES ('{"nodes": {}}', '2020-01-01 UTC'), ('[]',
	'2020-01-02 UTC');
ALTER EXTENSION efm_extension UPDATE;
EOQ
		is($node->safe_psql('old',
			'SELECT count(*) FROM efm_extension.efm_status_history WHERE last_collected_at = collected_at AND collections = 1'),
			2, 'rows of release 1.1 are kept by the update');
	});

part(
	'a view that was granted in release 1.0 is granted after the updates' => sub {
		sql('CREATE ROLE monitor LOGIN; CREATE ROLE reader LOGIN; CREATE DATABASE grants');
		$node->safe_psql('grants', <<'EOQ');
CREATE EXTENSION efm_extension VERSION '1.0';
SELECT efm_extension.grant_access_to_user('monitor');
GRANT USAGE ON SCHEMA efm_extension TO reader;
GRANT SELECT ON efm_extension.efm_nodes_details TO reader;
GRANT EXECUTE ON FUNCTION efm_extension.efm_cluster_status(text) TO reader;
EOQ
		for my $version ('1.0', '1.1', '2.0')
		{
			$node->safe_psql('grants', "ALTER EXTENSION efm_extension UPDATE TO '$version'");
			my $read = q{SELECT role FROM efm_extension.efm_nodes_details WHERE host(node_ip::inet) = '10.0.0.1'};
			for my $role (qw(monitor reader))
			{
				is_well($server->query($read, database => 'grants', user => $role), "$role, $version", 'Primary');
			}
		}
		$node->safe_psql('grants', 'CREATE ROLE mallory LOGIN; GRANT USAGE ON SCHEMA efm_extension TO mallory');
		is_failure($server->query('TABLE efm_extension.efm_nodes_details', database => 'grants', user => 'mallory'), '42501',
			'nobody else');
	});

$node->stop;
done_testing();
