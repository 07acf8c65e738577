# The body of stop_direct.pl and stop_sudo.pl: every way in which a call can be stopped from outside, against every shape
# that a command can have.
package EfmTest::Stop;

use strict;
use warnings;

use EfmTest;
use Test::More;
use Time::HiRes ();

# Far above the design's goals (50 ms for direct, 250 ms for sudo), which a busy machine may miss now and then: what was
# measured is printed. A call that waits for its command takes two minutes.
my $deadline = 1;
my $timeout  = 0.2;

# What the program does: each makes the file `ready` when it is at work.
sub shapes
{
	my ($server) = @_;
	my $ready    = 'touch=' . $server->state_file('ready');
	my @stubborn = ('ignore=TERM', 'ignore=HUP', 'ignore=INT');
	my $run      = sub { return $server->chameleon(@_) };
	return (
		# The program itself is slow.
		{ name => 'plain program', plan => 'exec ' . $run->($ready, 'hang') },
		# As efm with its JVM: a shell waits for a slow child.
		{ name => 'launcher',         plan => $run->($ready, 'hang') . '; exit $?' },
		{ name => 'background child', plan => 'exec ' . $run->('child', $ready, 'hang') },
		{
			name => 'launcher that ignores signals',
			plan => "trap '' TERM HUP INT\n" . $run->('heed=TERM', 'heed=HUP', $ready, 'hang') . '; exit 1'
		},
		# Another user's process that ignores every signal but KILL cannot be ended from here.
		{ name => 'stubborn program', plan => 'exec ' . $run->(@stubborn, $ready, 'hang'), survives_sudo => 1 },
		{
			name          => 'stubborn child of a launcher',
			plan          => $run->(@stubborn, $ready, 'hang') . '; exit $?',
			survives_sudo => 1
		},
		# Beyond the reach of a terminal and of a process group.
		{ name => 'setsid grandchild', plan => 'exec ' . $run->('setsid-child', $ready, 'hang'), survives_sudo => 1 });
}

my $unknown_outcome = qr/The outcome is unknown: the command may have taken effect\./;
my $left_running    = qr/\s(Process \d+|Processes \d[\d, ]+) could not be ended and (is|are) left running\./;

my $look_first  = 'Look at the cluster status before trying again.';
my $who_can_end = 'What is left running can be ended on the host, by its own user or by root.';

my $call = 'SELECT efm_extension.efm_resume_monitoring()';

sub wait_until_at_work
{
	my ($server) = @_;
	my $ready    = $server->state_file('ready');
	my $came     = eventually(sub { -e $ready });
	unlink $ready;
	die "the program did not start" unless $came;
	return;
}

# What stops a call and leaves the session alive; each returns the answer with the time that it took to come.
sub surviving_ways
{
	my ($server, $other) = @_;
	return (
		{
			name    => 'pg_cancel_backend',
			message => 'canceling statement due to user request',
			stop    => sub {
				my ($session) = @_;
				$session->send_timed($call);
				wait_until_at_work($server);
				$other->send_timed('SELECT pg_cancel_backend(' . $session->pid . ')');
				my $asked  = $other->finish_timed->{began};
				my $result = $session->finish_timed;
				return ($result, $result->{ended} - $asked);
			}
		},
		{
			name    => 'statement_timeout',
			message => 'canceling statement due to statement timeout',
			stop    => sub {
				my ($session) = @_;
				return timed_out($server, $session, 'statement_timeout');
			}
		},
		{
			name    => 'efm.command_timeout',
			message => sprintf('efm "resume" failed: timed out after %d ms', 1000 * $timeout),
			hint    => qr/Raise the setting efm\.command_timeout/,
			stop    => sub {
				my ($session) = @_;
				return timed_out($server, $session, 'efm.command_timeout');
			}
		});
}

sub timed_out
{
	my ($server, $session, $setting) = @_;
	$session->query(sprintf("SET %s = '%d ms'", $setting, 1000 * $timeout));
	$session->send_timed($call);
	wait_until_at_work($server);
	my $result = $session->finish_timed;
	$session->query("RESET $setting");
	return ($result, $result->{ended} - $result->{began} - $timeout);
}

sub stop_and_go_on
{
	my ($server, $session, $way, $shape, $backend) = @_;
	my $case      = "$way->{name}, $shape->{name}";
	my $survivors = $backend eq 'sudo' && $shape->{survives_sudo};
	$server->plays($shape->{plan});
	my $descriptors = descriptors($session->pid);

	my ($result, $seconds) = $way->{stop}->($session);
	measured("$backend, $case: control is back", $seconds);
	cmp_ok($seconds, '<', $deadline, "$case: control is back in time");
	is_failure(
		$result, '57014', $case,
		message => $way->{message},
		detail  => qr/^$unknown_outcome@{[ $survivors ? $left_running : '' ]}$/,
		hint    => $way->{hint} // ($survivors ? "$look_first $who_can_end" : $look_first),
		context => 'plefm function efm_extension.efm_resume_monitoring()');

	if ($survivors)
	{
		my @named = ($result->{error}{detail} // '') =~ /(\d+)/g;
		is_deeply([ grep { !is_running($_) } @named ], [], "$case: what the error names does run on");
		$server->end_processes(marked_processes($server->mark));
		# What was adopted stays a zombie until the next call.
		ok( eventually(
				sub {
					!marked_processes($server->mark) && !grep { is_running($_) } children($session->pid);
				}),
			"$case: it can be ended by its user");
	}
	else
	{
		nothing_left($server, $session->pid, $case);
	}
	# The next call works, and reaps what has ended since.
	$server->plays('exit 0');
	is_well($session->query($call), "$case: the next call", 0);
	nothing_left($server, $session->pid, "$case, after the next call");
	is(descriptors($session->pid), $descriptors, "$case: as many descriptors as before");
	return;
}

# Milliseconds since midnight of the first line that matches, by the log's own times.
sub logged_at
{
	my ($log, $pattern) = @_;
	return $log =~ /^\S+ (\d+):(\d+):([\d.]+) [^\n]*$pattern/m ? ($1 * 60 + $2) * 60 + $3 : undef;
}

# What ends the session too. `log` is what the server logs when it begins to; the exit callback logs when it is done.
sub ending_ways
{
	my ($server, $other) = @_;
	return (
		{
			name => 'pg_terminate_backend',
			log  => 'FATAL:  terminating connection due to administrator command',
			stop => sub { $other->query('SELECT pg_terminate_backend(' . $_[0]->pid . ')') }
		},
		{
			name => 'client disconnects',
			log  => 'FATAL:  connection to client lost',
			stop => sub { $_[0]->disappear }
		},
		{
			name           => 'fast server stop',
			log            => 'FATAL:  terminating connection due to administrator command',
			stop           => sub { $server->node->stop('fast') },
			server_is_down => 1
		});
}

sub stop_for_good
{
	my ($server, $way, $shape, $backend) = @_;
	my $case = "$way->{name}, $shape->{name}";
	$server->plays($shape->{plan});
	# The client is looked for often, so that the disappearance of one is noticed while a command runs.
	my $session = $server->session(settings => { client_connection_check_interval => '50ms' });
	my $pid     = $session->pid;
	$session->send($call);
	wait_until_at_work($server);
	$server->new_log;
	$way->{stop}->($session);
	ok(eventually(sub { !-d "/proc/$pid" }), "$case: the backend has gone");

	my $log = $server->new_log;
	my ($began, $ended) = map { logged_at($log, $_) } qr/\Q$way->{log}\E/, qr/stopped because the session ended/;
	if (ok(defined $began && defined $ended, "$case: the server log tells of the command that was abandoned"))
	{
		measured("$backend, $case: the command is stopped", $ended - $began);
		cmp_ok($ended - $began, '<', $deadline, "$case: it is stopped in time");
	}
	else
	{
		diag($log);
	}
	if ($backend eq 'sudo' && $shape->{survives_sudo})
	{
		$server->end_processes(marked_processes($server->mark));
	}
	nothing_left($server, undef, $case, $backend eq 'sudo' && $shape->{survives_sudo} ? 10 : 0);
	$session->quit;
	$server->begin if $way->{server_is_down};
	return;
}

# The backend has no time to do anything. A hang-up of its terminal ends sudo and what is below it. The kernel ends a
# direct program, but not what that has started: the child of a launcher goes on, and nobody reads what it writes.
sub stop_immediately
{
	my ($server, $shape, $backend) = @_;
	my $case = "immediate server stop, $shape->{name}";
	$server->plays($shape->{plan});
	my $session = $server->session;
	$session->send($call);
	wait_until_at_work($server);
	my $start = Time::HiRes::time();
	$server->node->stop('immediate');
	my $mark = $backend eq 'direct' && $shape->{name} =~ /launcher/ ? $server->file('efm') : $server->mark;
	ok(eventually(sub { !marked_processes($mark) }, 5), "$case: no process of the call is left");
	measured("$backend, $case: all is over, the server too", Time::HiRes::time() - $start);
	$server->end_processes(marked_processes($server->mark));
	$session->quit;
	$server->begin;
	return;
}

sub run
{
	my ($backend) = @_;
	my $server    = EfmTest::Server->start("stop_$backend", settings => { 'efm.backend' => $backend });
	my @shapes    = shapes($server);
	my $other     = $server->session;
	my $session   = $server->session;
	is_well($session->query($call), 'a call that nobody stops', 0);

	for my $way (surviving_ways($server, $other))
	{
		part($way->{name} => sub { stop_and_go_on($server, $session, $way, $_, $backend) for @shapes });
	}
	$_->quit for $session;
	for my $way (ending_ways($server, $other))
	{
		# A server stop with every shape would only repeat pg_terminate_backend, slowly.
		my @some = $way->{name} eq 'pg_terminate_backend' ? @shapes : @shapes[ 0, 1, 4 ];
		$other->quit if $way->{server_is_down};
		part($way->{name} => sub { stop_for_good($server, $way, $_, $backend) for @some });
	}
	part('immediate server stop' => sub { stop_immediately($server, $_, $backend) for @shapes[ 0, 1, 3 ] });
	$server->node->stop;
	done_testing();
	return;
}

1;
