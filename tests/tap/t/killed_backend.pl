# Proves what becomes of a running command when nobody can stop it any more: the backend is killed outright, or the
# postmaster is. The kernel ends a direct program with its backend; a hang-up of its terminal ends sudo and what is below
# it; a backend that loses its postmaster stops its command itself. After crash recovery everything works.
use strict;
use warnings;

use EfmTest;
use Test::More;
use Time::HiRes ();

my $server = EfmTest::Server->start('killed_backend', settings => { restart_after_crash => 'on' });
my $resume = 'SELECT efm_extension.efm_resume_monitoring()';
my $ready  = $server->state_file('ready');
my %plan   = (
	'plain program' => 'exec ' . $server->chameleon("touch=$ready", 'hang'),
	launcher        => $server->chameleon("touch=$ready", 'hang') . '; exit $?');

sub start_call
{
	my ($backend, $shape) = @_;
	$server->plays($plan{$shape});
	my $session = $server->session(settings => { 'efm.backend' => $backend });
	$session->send($resume);
	ok(eventually(sub { -e $ready }), "$backend, $shape: the command runs");
	unlink $ready;
	return $session;
}

sub works_again
{
	my ($backend) = @_;
	ok($server->node->poll_query_until('postgres', 'SELECT true'), "$backend: the server has recovered");
	$server->plays('exit 0');
	my $session = $server->session(settings => { 'efm.backend' => $backend });
	is_well($session->query($resume), "$backend: a call works again", 0);
	$session->quit;
	return;
}

# The child of a launcher is not the kernel's business on `direct`: it goes on, and nobody reads what it writes.
sub is_ended
{
	my ($backend, $shape, $name, $start) = @_;
	my $is_script_alone = $backend eq 'direct' && $shape eq 'launcher' && $name eq 'backend killed';
	my $mark            = $is_script_alone ? $server->file('efm') : $server->mark;
	ok(eventually(sub { !marked_processes($mark) }, 5), "$backend, $shape: no process of the call is left");
	measured("$name, $backend, $shape: the command has ended", Time::HiRes::time() - $start);
	$server->end_processes(marked_processes($server->mark));
	return;
}

my @backends = ('direct');
push @backends, 'sudo' if ($ENV{EFM_TEST_SUDO_USER} // '') ne '' && defined getpwnam($ENV{EFM_TEST_SUDO_USER});

for my $backend (@backends)
{
	part(
		"backend killed, $backend" => sub {
			for my $shape (sort keys %plan)
			{
				my $session = start_call($backend, $shape);
				my $start   = Time::HiRes::time();
				kill 'KILL', $session->pid;
				is_ended($backend, $shape, 'backend killed', $start);
				$session->quit;
				works_again($backend);
			}
		});
}

for my $backend (@backends)
{
	part(
		"postmaster killed, $backend" => sub {
			my $session = start_call($backend, 'launcher');
			my $start   = Time::HiRes::time();
			$server->node->kill9;
			is_ended($backend, 'launcher', 'postmaster killed', $start);
			ok(eventually(sub { !-d '/proc/' . $session->pid }), "$backend: the backend has gone");
			$session->quit;
			like($server->new_log, qr/stopped because the session ended/, "$backend: the log tells of it");
			$server->begin;
			works_again($backend);
		});
}

$server->node->stop;
done_testing();
