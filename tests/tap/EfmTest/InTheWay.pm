# The body of worker_hangs_direct.pl and worker_hangs_sudo.pl: a worker whose EFM hangs and ignores every signal that
# can be ignored holds up nobody.
package EfmTest::InTheWay;

use strict;
use warnings;

use EfmTest;
use EfmTest::Worker;
use Test::More;
use Time::HiRes qw(time);

# The promise is a second; a busy machine may miss it, a worker that waits for its command takes a minute.
my $deadline = 3;

sub in_time
{
	my ($name, $code) = @_;
	my $start = time();
	$code->();
	my $seconds = time() - $start;
	measured($name, $seconds);
	cmp_ok($seconds, '<', $deadline, "$name: in time");
	return;
}

# Has the worker run a command that hangs; what it does in the meantime is over.
sub hang
{
	my ($server) = @_;
	my $ready = $server->state_file('ready');
	unlink $ready;
	reload($server);
	ok(eventually(sub { -e $ready }), 'the worker waits for a command that hangs');
	return;
}

# What another user's process survives is ended by hand.
sub sweep
{
	my ($server, $name) = @_;
	$server->end_processes(marked_processes($server->mark));
	ok(eventually(sub { !marked_processes($server->mark) }, 5), "$name: the end of what hung");
	return;
}

sub run
{
	my ($backend) = @_;
	my $server = set_up_worker("in_the_way_$backend", { 'efm.backend' => $backend, restart_after_crash => 'on' });
	my $node   = $server->node;
	my $sql    = sub { $node->safe_psql('postgres', $_[0]) };
	my @shape  = map { "ignore=$_" } qw(TERM HUP INT);
	my $hangs  = 'exec ' . $server->chameleon(@shape, 'touch=' . $server->state_file('ready'), 'hang');
	ok(wait_for_poll($server), "$backend: the worker polls");
	$sql->('CREATE DATABASE first');

	part(
		"a command that hangs, $backend" => sub {
			$server->plays($hangs);
			hang($server);
			my $worker = worker_pid($server);
			in_time("$backend, CREATE DATABASE",      sub { $sql->('CREATE DATABASE second') });
			in_time("$backend, copy of a database",   sub { $sql->('CREATE DATABASE third TEMPLATE second') });
			in_time("$backend, ALTER DATABASE",       sub { $sql->('ALTER DATABASE first RENAME TO fourth') });
			in_time("$backend, DROP DATABASE",        sub { $sql->('DROP DATABASE second') });
			in_time("$backend, ALTER DATABASE SET TABLESPACE",
				sub { $sql->(q{SET allow_in_place_tablespaces = on; CREATE TABLESPACE place LOCATION ''});
					$sql->('ALTER DATABASE third SET TABLESPACE place') });
			is(scalar(marked_processes($server->mark)) > 0, 1, 'it hangs still');
			is(worker_pid($server), $worker, 'the worker is the same');

			$server->plays_scenario('healthy');
			in_time(
				"$backend, ALTER SYSTEM and reload",
				sub {
					reload($server, 'efm.bgw_interval' => '2s');
					ok(eventually(sub { worker_state($server)->{failures_in_a_row} == 0 && worker_state($server)->{state} eq 'waiting' }),
						'the new settings count');
				});
			is(worker_pid($server), $worker, 'the worker is the same still');
			sweep($server, 'after the reload');
		});

	part(
		"a fast stop, $backend" => sub {
			$server->plays($hangs);
			hang($server);
			in_time("$backend, fast stop", sub { $node->stop('fast') });
			sweep($server, 'after the stop');
			$server->plays_scenario('healthy');
			$server->begin;
			ok(wait_for_poll($server), 'the worker polls after the start');
		});

	part(
		"an immediate stop and a killed worker, $backend" => sub {
			$server->plays($hangs);
			hang($server);
			$server->new_log;
			# What the next worker will find.
			$server->plays_scenario('healthy');
			kill 'KILL', worker_pid($server);
			my $log = '';
			ok(eventually(sub { ($log .= $server->new_log) =~ /all server processes terminated; reinitializing/ }),
				'a killed worker is a crash');
			sweep($server, 'after the crash');
			ok($node->poll_query_until('postgres', 'SELECT true'), 'the server recovers');
			ok(eventually(sub { worker_pid($server) ne '' }), 'the worker is back');
			reload($server);
			ok(wait_for_poll($server), 'and polls');
			is($server->query(q{SELECT efm_extension.efm_cluster_status_json() ? 'nodes'})->{rows}, 't',
				'sessions have their answer');

			$server->plays($hangs);
			hang($server);
			in_time("$backend, immediate stop", sub { $node->stop('immediate') });
			sweep($server, 'after the immediate stop');
		});
	done_testing();
	return;
}

1;
