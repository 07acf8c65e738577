# Proves that the cached status is a good guest in a session: it does not grow, it survives errors that are caught,
# aborted subtransactions, cursors, prepared statements, COPY and parallel queries, and a type that somebody has altered
# is an error and no crash. EFM_TEST_ANSWERS is the number of answers that one session reads.
use strict;
use warnings;

use EfmTest;
use Test::More;

my $server   = EfmTest::Server->start('cache_sessions', settings => { 'efm.cache_ttl' => 300 });
my $node     = $server->node;
my $session  = $server->session;
my $forget   = 'SELECT efm_extension.efm_invalidate_cache()';
my $said     = q{efm_extension.efm_cluster_status_json() #>> '{messages,0}'};
my $rows     = 'SELECT count(*) FROM efm_extension.efm_get_nodes()';

sub efm_says
{
	my $nodes = '"10.0.0.1":{"type":"Primary"},"10.0.0.2":{"type":"Standby"}';
	$server->plays(qq(printf '{"nodes":{$nodes},"messages":["$_[0]"]}'));
	return;
}

part(
	'a session does not grow' => sub {
		my $answers  = $ENV{EFM_TEST_ANSWERS} // 5000;
		my $primary  = '{"address":"10.0.1.1","role":"Primary"}';
		my $standbys = join ',', map { qq({"address":"10.0.1.$_","role":"Standby"}) } 2 .. 50;
		my $scenario = $server->write('many.json', qq({"nodes":[$primary,$standbys]}));
		my $heavy = $server->session(settings => { 'efm.backend' => 'mock', 'efm.mock_scenario' => $scenario });
		my $each  = sub {
			my ($times) = @_;
			is_well($heavy->query(<<"EOQ", 300), "$times answers", '');
DO \$\$
BEGIN
    FOR i IN 1..$times LOOP
        PERFORM efm_extension.efm_invalidate_cache();
        PERFORM efm_extension.efm_cluster_status_json();
        PERFORM count(*) FROM efm_extension.efm_get_nodes();
        IF i % 20 = 0 THEN
            PERFORM count(*) FROM efm_extension.efm_metrics;
            PERFORM efm_extension.efm_cluster_info(), efm_extension.zabbix_node_discovery();
        END IF;
    END LOOP;
END\$\$
EOQ
		};
		$each->(int($answers / 10));
		my $before = resident_kilobytes($heavy->pid);
		my $contexts = q{SELECT count(*), sum(total_bytes) FROM pg_backend_memory_contexts WHERE name = 'efm cluster status'};
		my $held = $heavy->query($contexts)->{rows};
		$each->($answers);
		my $grown = resident_kilobytes($heavy->pid) - $before;
		cmp_ok($grown, '<', 4096, "$answers answers: grown by $grown kB");
		is($heavy->query($contexts)->{rows}, $held, 'and it holds one answer');
		$heavy->quit;
	});

part(
	'errors that are caught' => sub {
		$node->safe_psql('postgres', <<'EOQ');
CREATE FUNCTION tried() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text := '';
BEGIN
    FOR i IN 1..50 LOOP
        PERFORM efm_extension.efm_invalidate_cache();
        BEGIN
            PERFORM efm_extension.efm_cluster_status_json();
            RAISE EXCEPTION 'after a read';
        EXCEPTION WHEN OTHERS THEN
            said := SQLSTATE;
        END;
        BEGIN
            PERFORM count(*) FROM efm_extension.efm_get_nodes();
        EXCEPTION WHEN OTHERS THEN
            said := said || ' ' || SQLSTATE;
        END;
    END LOOP;
    RETURN said;
END$$;
EOQ
		efm_says('one');
		is_well($session->query('SELECT tried()'), 'after an answer', 'P0001');
		$server->plays('exit 1');
		is_well($session->query('SELECT tried()'), 'failures', '38000 38000');
		efm_says('two');
		is_well($session->query("$forget; SELECT $said"), 'the session works', qr/two/);
		is_well($server->query("SELECT $said"), 'and so do others', 'two');
	});

part(
	'a cancel that is caught' => sub {
		my $ready = $server->state_file('ready');
		my $hangs = $server->chameleon('hang');
		$server->plays(qq(mkdir '$ready' 2>/dev/null && exec $hangs\nprintf '{"nodes":{},"messages":["late"]}'));
		my $reads = sub {
			my ($before) = @_;
			my $reader = $server->session;
			$reader->send(<<"EOQ");
DO \$\$
BEGIN
    $before
    BEGIN
        PERFORM efm_extension.efm_cluster_status_json();
    EXCEPTION WHEN query_canceled THEN
        RAISE NOTICE 'caught';
    END;
    RAISE NOTICE 'then %', $said;
END\$\$
EOQ
			return $reader;
		};
		my $catcher = $reads->('PERFORM efm_extension.efm_invalidate_cache();');
		ok(eventually(sub { -d $ready }), 'it asks');
		my $waiter = $reads->('');
		my $waits = 'SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = \'Extension\'';
		ok(eventually(sub { $session->query($waits)->{rows} == 2 }), 'another waits');
		kill 'INT', $waiter->pid;
		ok(eventually(sub { $waiter->{err} =~ /caught/ || !eval { $waiter->{psql}->pump_nb; 1 } }), 'the waiter is cancelled');
		kill 'INT', $catcher->pid;
		like($_->finish->{errors}, qr/caught.*then late/s, 'caught, and read again in the same transaction')
		  for $catcher, $waiter;
		$_->quit for $catcher, $waiter;
		rmdir $ready;
	});

part(
	'cursors, prepared statements, subtransactions, COPY' => sub {
		efm_says('one');
		$session->query($forget);
		is_well($session->query(<<"EOQ"), 'a cursor keeps what it has begun with', "10.0.0.1\n\n10.0.0.2\n2");
BEGIN;
DECLARE held CURSOR FOR SELECT node_address FROM efm_extension.efm_get_nodes();
FETCH 1 FROM held;
$forget;
FETCH 1 FROM held;
$rows;
COMMIT
EOQ
		is_well($session->query("PREPARE again AS SELECT $said; EXECUTE again; EXECUTE again"),
			'a prepared statement', "one\none");
		efm_says('two');
		is_well($session->query("$forget; EXECUTE again"), 'asks anew', "\ntwo");
		efm_says('three');
		is_well(
			$session->query(
				"BEGIN; SAVEPOINT a; $forget; SELECT $said; ROLLBACK TO a; SELECT $said; ROLLBACK; SELECT $said"),
			'an aborted transaction keeps what EFM has said', "\nthree\nthree\nthree");
		is_well($session->query("COPY (SELECT node_address, node_type FROM efm_extension.efm_get_nodes()) TO STDOUT"),
			'COPY', "10.0.0.1\tPrimary\n10.0.0.2\tStandby");
		is_well($session->query('SELECT (efm_extension.efm_get_nodes()).node_address'),
			'in the list of a SELECT', "10.0.0.1\n10.0.0.2");
		$session->query('CREATE TEMPORARY TABLE kept AS TABLE efm_extension.efm_nodes_details');
		is_well($session->query('SELECT count(*) FROM kept'), 'kept in a table', 2);
	});

part(
	'parallel queries' => sub {
		my $settings = q{SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query') LIMIT 1};
		my $forced   = $session->query($settings)->{rows};
		$session->query("SET $forced = on");
		is_well($session->query("SELECT $said; $rows"), 'reads are not done in a worker', "three\n2");
		is_well($session->query(q{SELECT count(*) FROM efm_extension.efm_status_nodes('{"nodes":{"a":{}}}')}),
			'efm_status_nodes() may be', 1);
		$session->query("RESET $forced");
	});

part(
	'a type that was altered' => sub {
		$node->safe_psql('postgres', 'CREATE DATABASE altered');
		$node->safe_psql('altered',  q{CREATE EXTENSION efm_extension VERSION '1.1'});
		my $altered = $server->session(database => 'altered');
		is_well($altered->query('PREPARE nodes AS SELECT * FROM efm_extension.efm_get_nodes(); EXECUTE nodes'),
			'1.1', qr/^10\.0\.0\.1\|/);
		$altered->query(q{ALTER EXTENSION efm_extension UPDATE TO '2.0'});
		is_well($altered->query($rows), 'after an update in the same session', 2);
		is_well($altered->query('SELECT node_address FROM efm_extension.efm_get_nodes()'),
			'with the new columns', "10.0.0.1\n10.0.0.2");
		my $result = $altered->query('EXECUTE nodes');
		ok(!$result->{lost}, 'a statement that was prepared before is an answer or an error');
		# The views depend on the types.
		$altered->query($_)
		  for 'ALTER EXTENSION efm_extension DROP VIEW efm_extension.efm_nodes_details',
		  'DROP VIEW efm_extension.efm_nodes_details CASCADE';
		for my $change (
			[ 'node_status ALTER ATTRIBUTE priority TYPE text',          'efm_get_nodes()' ],
			[ 'node_status DROP ATTRIBUTE vip',                          'efm_get_nodes()' ],
			[ 'cluster_info ALTER ATTRIBUTE total_nodes TYPE text',      'efm_cluster_info()' ],
			[ 'cache_stats ALTER ATTRIBUTE cache_ttl_seconds TYPE text', 'efm_cache_stats()' ])
		{
			my ($what, $read) = @$change;
			is_well($altered->query("ALTER TYPE efm_extension.$what CASCADE"), $what);
			is_failure($altered->query("SELECT * FROM efm_extension.$read"),
				'42804', $read, message => qr/is not as this library knows it/);
		}
		is_failure($altered->query(q{SELECT * FROM efm_extension.efm_status_nodes('{"nodes":{"a":{}}}')}),
			'42804', 'efm_status_nodes()');
		$altered->quit;
	});

$session->quit;
$node->stop;
done_testing();
