# Proves that calls stand in each other's way no more than they must: two sessions on one fake cluster, calls in parallel
# queries, cursors, nested functions, subtransactions and procedures that catch a cancel and call again; and that calls
# that are cancelled at random moments leave nothing behind and a session that works. The seed is printed; EFM_TEST_SEED
# repeats a run.
use strict;
use warnings;

use EfmTest;
use Test::More;
use Time::HiRes ();

my $server = EfmTest::Server->start('concurrency');
my $resume = 'SELECT efm_extension.efm_resume_monitoring()';
my $ready  = $server->state_file('ready');

sub hangs { $server->plays('exec ' . $server->chameleon("touch=$ready", 'hang')); return; }

sub wait_until_hanging
{
	ok(eventually(sub { -e $ready }), "$_[0]: the command runs");
	unlink $ready;
	return;
}

for my $backend (qw(direct mock))
{
	part(
		"two sessions on one cluster, $backend" => sub {
			my $scenario = $server->plays_scenario('healthy');
			my @sessions =
			  map { $server->session(settings => { 'efm.backend' => $backend, 'efm.mock_scenario' => $scenario }) }
			  1 .. 2;
			my $calls = 40;
			for my $number (0, 1)
			{
				$sessions[$number]->send(<<"EOQ");
DO \$\$BEGIN FOR i IN 1..$calls LOOP PERFORM efm_extension.efm_allow_node('10.2$number.0.' || i); END LOOP; END\$\$
EOQ
			}
			is_well($_->finish,                   'each has done its calls',     '') for @sessions;
			is_well($sessions[0]->query(<<'EOQ'), 'no change of either is lost', 2 * $calls);
SELECT count(*) FROM jsonb_array_elements_text((
    SELECT string_agg(line, '')::jsonb -> 'allowednodes' FROM efm_extension.efm_cluster_status('json') line)) node
 WHERE node ~ '^10\.2[01]\.0\.'
EOQ
			$_->quit for @sessions;
		});
}

part(
	'a procedure that catches the cancel and calls again' => sub {
		my $session = $server->session;
		hangs();
		$session->send(<<'EOQ');
DO $$
BEGIN
    FOR i IN 1..5 LOOP
        BEGIN
            PERFORM efm_extension.efm_resume_monitoring();
        EXCEPTION WHEN query_canceled THEN
            RAISE NOTICE 'caught %', i;
        END;
    END LOOP;
END$$
EOQ
		for my $number (1 .. 5)
		{
			wait_until_hanging("call $number");
			kill 'INT', $session->pid;
		}
		my $result = $session->finish;
		is(() = $result->{errors} =~ /caught \d/g, 5, 'five times');
		nothing_left($server, $session->pid, 'after the last');
		$session->quit;
	});

part(
	'nested calls that are cancelled' => sub {
		$server->node->safe_psql('postgres', <<'EOQ');
CREATE FUNCTION inner_call(word text) RETURNS text LANGUAGE plefm AS 'resume {cluster} {word}';
-- SECURITY DEFINER: or it would be inlined, and no function any more.
CREATE FUNCTION middle(word text) RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT inner_call(word) || '!' $$;
CREATE FUNCTION outer_call(word text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN middle(word); END $$;
EOQ
		my $session = $server->session;
		hangs();
		$session->send(q{SELECT outer_call(w) FROM unnest(ARRAY['one', 'two']) w});
		wait_until_hanging('nested');
		kill 'INT', $session->pid;
		is_failure($session->finish, '57014', 'nested',
			context =>
			  qr/plefm function public\.inner_call\(text\)\n.*SQL function "middle".*\n.*PL\/pgSQL function outer_call/s
		);
		nothing_left($server, $session->pid, 'nested');
		# A function that is replaced while another call of it is prepared is compiled anew.
		$server->plays('printf %s "$*"');
		is_well($session->query(q{PREPARE again AS SELECT outer_call('x'); EXECUTE again}), 'before', 'resume efm x!');
		$server->query(
			q{CREATE OR REPLACE FUNCTION inner_call(word text) RETURNS text LANGUAGE plefm AS 'allow-node {cluster} {word}'}
		);
		is_well($session->query('EXECUTE again'), 'replaced by another session', 'allow-node efm x!');
		$session->quit;
	});

part(
	'cursors, subtransactions, parallel queries' => sub {
		my $session = $server->session;
		$server->plays('printf "%s\n" "$1" "$2" one two');
		$server->node->safe_psql('postgres', <<'EOQ');
CREATE FUNCTION lines() RETURNS SETOF text LANGUAGE plefm AS 'resume {cluster}';
CREATE TABLE many AS SELECT generate_series(1, 20000) i;
ANALYZE many;
EOQ
		is_well(
			$session->query(
				'BEGIN; DECLARE c CURSOR FOR SELECT * FROM lines(); FETCH 2 FROM c; FETCH 1 FROM c; CLOSE c; COMMIT'),
			'a cursor',
			"resume\nefm\none");
		my $result = $session->query(<<"EOQ");
BEGIN;
SAVEPOINT s;
SELECT efm_extension.efm_allow_node('no address');
ROLLBACK TO s;
SELECT count(*) FROM lines();
SAVEPOINT s;
DECLARE c CURSOR FOR SELECT * FROM lines();
FETCH 1 FROM c;
ROLLBACK TO s;
SELECT count(*) FROM lines();
COMMIT
EOQ
		is($result->{rows},            "4\nresume\n4", 'an aborted subtransaction');
		is($result->{error}{sqlstate}, '22023',        'that was aborted by a refused argument');

		# Nothing of ours is safe to run in a worker, and nothing runs there.
		$session->query("SET $_")
		  for 'parallel_setup_cost = 0', 'parallel_tuple_cost = 0', 'min_parallel_table_scan_size = 0',
		  'max_parallel_workers_per_gather = 2';
		$server->plays('exit 0');
		is_well(
			$session->query(
				'SELECT count(*) FROM many WHERE i % 20000 = efm_extension.efm_resume_monitoring() AND i > 19990'),
			'in a filter over a large table',
			1);
		unlike(
			$session->query(
				"EXPLAIN (COSTS OFF) SELECT count(*) FROM many WHERE i = efm_extension.efm_resume_monitoring()")
			  ->{rows},
			qr/Gather/,
			'no parallel plan');
		# What only reads its argument runs no command and may.
		is( $server->query(
				q{SELECT count(*) FROM pg_proc WHERE pronamespace = 'efm_extension'::regnamespace
					AND proparallel <> 'u' AND provolatile <> 'i'}
			)->{rows},
			0,
			'no function that may run a command is marked as parallel safe');
		nothing_left($server, $session->pid, 'after all');
		$session->quit;
	});

my $seed = $ENV{EFM_TEST_SEED} // int(rand(1_000_000));
note("EFM_TEST_SEED=$seed");
srand($seed);

# Cancels so many calls that take so long, from before the launch to after the end of each.
sub cancel_at_random
{
	my ($backend, $number, $longest) = @_;
	my $scenario = $server->plays_scenario('healthy', faults => [ { output => 'x', delay_ms => 3 } ]);
	my $session  = $server->session(
		settings => { 'efm.backend' => $backend, 'efm.mock_scenario' => $scenario, log_min_messages => 'fatal' });
	$server->plays($server->chameleon('out=x', 'sleep=3') . '; exit 0');
	is_well($session->query($resume), 'a call that nobody cancels', 0);
	my $descriptors = descriptors($session->pid);
	my %ended;
	my $left_running = 0;
	for (1 .. $number)
	{
		$session->send($resume);
		select(undef, undef, undef, rand($longest));
		kill 'INT', $session->pid;
		my $result = $session->finish;
		$ended{ $result->{error}{sqlstate} // ($result->{rows} eq '0' ? 'success' : 'nothing') }++;
		$left_running++ if $result->{errors} =~ /left running/;
	}
	note(join(', ', map { "$_: $ended{$_}" } sort keys %ended));
	is_deeply([ grep { !/^(success|57014)$/ } keys %ended ], [], 'each was a success or was cancelled');
	cmp_ok($ended{57014} // 0, '>', $number / 20, 'some were cancelled');
	is($left_running, 0, 'each could be ended');
	is_well($session->query('SELECT 1'), 'the session works', 1);
	is_well($session->query($resume),    'so does a call',    0);
	nothing_left($server, $session->pid, "after $number cancels");
	is(descriptors($session->pid), $descriptors, 'as many descriptors as before');
	$session->quit;
	return;
}

part('direct: cancelled at random moments' => sub { cancel_at_random('direct', 200, 0.009) });
part('mock: cancelled at random moments'   => sub { cancel_at_random('mock',   200, 0.006) });

SKIP:
{
	my $user = $ENV{EFM_TEST_SUDO_USER} // '';
	skip('needs EFM_TEST_SUDO_USER and a rule for sudo: ci/test sets both up', 1)
	  unless $user ne '' && defined getpwnam($user);
	part('sudo: cancelled at random moments' => sub { cancel_at_random('sudo', 100, 0.04) });
}

$server->node->stop;
done_testing();
