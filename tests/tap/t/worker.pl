# Proves what the background worker is for: sessions find the status fresh and run no command, also where its interval
# is longer than efm.cache_ttl; what it does can be seen at every step; new settings count at once; an EFM that is down
# is asked less and less, logged once, and found again; it is back after a termination, and a cancel costs it nothing.
use strict;
use warnings;

use EfmTest;
use EfmTest::Worker;
use Test::More;
use Time::HiRes qw(sleep time);

my $server  = set_up_worker('worker', { 'efm.cache_ttl' => '1s', 'efm.bgw_interval' => '3s' });
my $node    = $server->node;
my $session = $server->session;
my $read    = q{SELECT efm_extension.efm_cluster_status_json() #>> '{nodes,10.0.0.1,type}'};
ok(wait_for_poll($server), 'the worker polls');

part(
	'sessions find the status fresh' => sub {
		count_calls($server);
		my $worker = worker_pid($server);
		my $end    = time() + 7;
		my $reads  = 0;
		my %answers;
		while (time() < $end)
		{
			my $result = $session->query($read);
			$answers{ $result->{rows} . $result->{errors} }++;
			$reads++;
			sleep 0.1;
		}
		is_deeply([ keys %answers ], ['Primary'], 'every read has an answer');
		cmp_ok($reads, '>', 20, 'for more than twice the interval');
		my @calls = callers($server);
		is_deeply([ grep { $_ ne "$worker efm" } @calls ], [], 'only the worker has run a command');
		cmp_ok(scalar(@calls), '>=', 2, 'more than once');
		cmp_ok(scalar(@calls), '<=', 3, 'once in its interval');
		is($session->query('SELECT cache_misses FROM efm_extension.efm_cache_stats()')->{rows},
			0, 'no read has missed the cache');
	});

part(
	'what it does can be seen' => sub {
		my $shown = q{SELECT state, query, wait_event_type, datname FROM pg_stat_activity
			WHERE backend_type = 'efm_extension worker'};
		ok(eventually(sub { worker_state($server)->{state} eq 'waiting' }), 'between two polls it waits');
		is($session->query($shown)->{rows}, 'idle|waiting|Extension|',
			'in pg_stat_activity too, connected to no database');
		my $state = worker_state($server);
		is($state->{pid}, worker_pid($server), 'its process');
		ok($state->{enabled}, 'it is enabled');
		is($state->{failures_in_a_row}, 0, 'nothing is wrong');
		is($session->query(<<'EOQ')->{rows}, 't', 'the next poll is an interval after the last');
SELECT next_run - last_success BETWEEN '1 s' AND '4 s' AND last_success BETWEEN now() - interval '5 s' AND now()
  FROM efm_extension.efm_worker_status()
EOQ
		my $ready = $server->state_file('ready');
		$server->plays('exec ' . $server->chameleon("touch=$ready", 'sleep=700', 'exit=3'));
		reload($server);
		ok(eventually(sub { -e $ready }), 'it runs a command');
		is(worker_state($server)->{state}, 'asking EFM for the status of the cluster', 'and says so');
		like($session->query($shown)->{rows}, qr/^active\|asking EFM for the status of the cluster\|/,
			'in pg_stat_activity too');
		ok(eventually(sub { worker_state($server)->{failures_in_a_row} > 0 }), 'the command fails');
		$state = worker_state($server);
		like($state->{last_error}, qr/^efm "cluster-status-json" failed: .*\(Exit status 3, and nothing was printed\.\)$/,
			'the last error');
		isnt($state->{last_failure}, undef, 'and its time');
		isnt($state->{last_success}, undef, 'the last success is still known');
		$server->plays_scenario('healthy');
		reload($server);
		ok(wait_for_poll($server), 'it works again');
		is(worker_state($server)->{failures_in_a_row}, 0, 'nothing is wrong any more');
	});

part(
	'new settings count at once' => sub {
		reload($server, 'efm.bgw_interval' => '1h');
		ok( eventually(sub {
					$session->query(q{SELECT next_run > now() + '50 min' FROM efm_extension.efm_worker_status()})->{rows} eq 't';
				}),
			'a longer interval: the next poll is far away');
		count_calls($server);
		my $start = time();
		reload($server, 'efm.cluster_name' => 'other');
		ok(eventually(sub { grep { / other$/ } callers($server) }), 'another cluster is asked for');
		my $seconds = time() - $start;
		measured('a new efm.cluster_name after', $seconds);
		cmp_ok($seconds, '<', 3, 'not after an hour');
		reload($server, 'efm.cluster_name' => 'efm');

		$server->write('second', "#!/bin/sh\ntouch '" . $server->state_file('second') . "'\nexec '" . $server->file('efm') . "' \"\$@\"\n", 0755);
		reload($server, 'efm.command_path' => $server->file('second'));
		ok(eventually(sub { -e $server->state_file('second') }), 'another program is called');
		reload($server, 'efm.command_path' => $server->file('efm'), 'efm.bgw_interval' => '1s');
		ok(polled($server, 3), 'a shorter interval');
	});

part(
	'an EFM that is down' => sub {
		$server->new_log;
		$server->plays('echo "No agent is running." >&2; exit 1');
		count_calls($server);
		ok(eventually(sub { worker_state($server)->{failures_in_a_row} >= 3 }, 30), 'polls fail');
		is($session->query(
				q{SELECT next_run - last_failure > '3 s' FROM efm_extension.efm_worker_status()})->{rows},
			't', 'the pause has grown');
		my $said = 'efm_extension worker: efm "cluster-status-json" failed:';
		is(worker_log($server), "$said exit status 1", 'one line in the log');
		$server->plays('exit 4');
		ok(eventually(sub { (worker_state($server)->{last_error} // '') =~ /status 4/ }, 30), 'another failure');
		is(worker_log($server), "$said cluster is not in the required state", 'is one more line');
		my $polls = worker_state($server)->{polls};

		# Somebody else finds EFM well: the worker does not wait for its long pause to end.
		$server->plays_scenario('healthy');
		my $start = time();
		ok(eventually(sub { $session->query($read)->{rows} eq 'Primary' }), 'a session finds EFM back');
		ok(eventually(sub { worker_state($server)->{failures_in_a_row} == 0 }, 10), 'so does the worker');
		measured('the worker is back with EFM after', time() - $start);
		is(worker_state($server)->{polls}, $polls + 1, 'at its next poll');
		is(worker_log($server), 'efm_extension worker: EFM answers again', 'and says so once');
		ok(polled($server, 2), 'in its usual interval');
		is(worker_log($server), '', 'without a word');
	});

part(
	'no cluster is named' => sub {
		$server->new_log;
		reload($server, 'efm.cluster_name' => '');
		ok(eventually(sub { worker_state($server)->{failures_in_a_row} >= 2 }), 'every poll fails');
		is(worker_log($server), 'efm_extension worker: efm.cluster_name is not set', 'that is said once');
		reload($server, 'efm.cluster_name' => 'efm');
		ok(wait_for_poll($server), 'with a name it works');
	});

part(
	'cancelled and terminated' => sub {
		my $worker = worker_pid($server);
		ok(eventually(sub { worker_state($server)->{state} eq 'waiting' }), 'it waits');
		reload($server, 'efm.bgw_interval' => '5s');
		ok(wait_for_poll($server), 'it polls');
		$session->query("SELECT pg_cancel_backend($worker)");
		sleep 0.3;
		is(worker_pid($server), $worker, 'a cancel between two polls does nothing');
		my $ready = $server->state_file('ready');
		unlink $ready;
		$server->plays('exec ' . $server->chameleon("touch=$ready", 'hang'));
		reload($server, 'efm.bgw_interval' => '1s');
		ok(eventually(sub { -e $ready }), 'a command hangs');
		$session->query("SELECT pg_cancel_backend($worker)");
		ok(eventually(sub { (worker_state($server)->{last_error} // '') =~ /canceling statement due to user request/ }),
			'a cancel ends the command');
		is(worker_pid($server), $worker, 'not the worker');

		unlink $ready;
		reload($server);
		ok(eventually(sub { -e $ready }), 'another command hangs');
		$server->plays_scenario('healthy');
		my $start = time();
		$session->query("SELECT pg_terminate_backend($worker)");
		ok(eventually(sub { !is_running($worker) }, 10), 'a termination ends it');
		measured('the worker has ended after', time() - $start);
		nothing_left($server, undef, 'terminated', 1);
		is($session->query($read)->{rows}, 'Primary', 'no session waits for what it was doing');
		ok(eventually(sub { my $pid = worker_pid($server); $pid ne '' && $pid ne $worker }, 10), 'it is back');
		measured('a new worker after', time() - $start);
		ok(wait_for_poll($server), 'and polls');
		is(worker_state($server)->{pid}, worker_pid($server), 'its process is known');
	});

part(
	'efm.debug' => sub {
		# The worker has no database, so no role has a name there.
		my $worker = worker_pid($server);
		$server->new_log;
		reload($server, 'efm.debug' => 'on');
		ok(polled($server, 3), 'it polls with efm.debug');
		like($server->new_log, qr/efm command by role "\?".*function background worker: .* cluster-status-json efm: exited with status 0/,
			'and logs its commands');
		is(worker_pid($server), $worker, 'it is the same process');
		reload($server, 'efm.debug' => 'off');
	});

part(
	'its database is nobody\'s open session' => sub {
		$node->safe_psql('postgres', q{CREATE DATABASE history; ALTER SYSTEM SET efm.bgw_database = 'history'});
		$session->quit;
		$node->restart;
		$node->safe_psql('history', 'CREATE EXTENSION efm_extension');
		reload($server, 'efm.bgw_persist_history' => 'on');
		ok(history_grows($server, 2, 20, 'history'), 'the history is written');
		my $start = time();
		$node->safe_psql('postgres', 'ALTER DATABASE history RENAME TO old; ALTER DATABASE old RENAME TO history');
		$node->safe_psql('postgres', 'CREATE DATABASE copy TEMPLATE history');
		$node->safe_psql('postgres', 'DROP DATABASE history');
		measured('renamed twice, copied and dropped in', time() - $start);
		cmp_ok(time() - $start, '<', 10, 'it can be renamed, copied and dropped');
		ok(eventually(sub { (worker_state($server)->{history_error} // '') eq 'database "history" does not exist' }),
			'its absence is told');
	});

part(
	'switched off' => sub {
		$node->append_conf('postgresql.conf', 'efm.bgw_enabled = off');
		$node->restart;
		my $state = worker_state($server);
		ok(!$state->{enabled}, 'not enabled');
		is($state->{pid}, undef, 'no process');
		is($state->{state}, 'not running', 'it does not run');
		is(worker_pid($server), '', 'indeed');
		is($server->query($read)->{rows}, 'Primary', 'sessions ask EFM themselves');
	});

$node->stop;
unlike($server->new_log, qr/PANIC|terminated by signal|was terminated/, 'nothing has crashed');
done_testing();
