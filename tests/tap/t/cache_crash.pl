# Proves that nothing of the status cache outlives what dies: a backend that owns a flight, the background worker and the
# postmaster are killed outright while a command runs, and the server is stopped at once. Every time the server comes
# back, no session waits for an owner that is gone, and the worker is there again.
use strict;
use warnings;

use EfmTest;
use Test::More;
use Time::HiRes ();

my $server = EfmTest::Server->start(
	'cache_crash',
	settings => {
		restart_after_crash => 'on',
		'efm.cache_ttl'     => 300,
		'efm.bgw_enabled'   => 'on',
		'efm.bgw_interval'  => 3600
	});
my $node  = $server->node;
my $ready = $server->state_file('ready');
my $read  = q{SELECT efm_extension.efm_cluster_status_json() #>> '{messages,0}'};
my $hangs = "touch '$ready'; exec " . $server->chameleon('hang');

sub answers { return qq(printf '{"nodes":{"10.0.0.1":{"type":"Primary"}},"messages":["$_[0]"]}'); }

sub worker
{
	my $pid = $server->query('SELECT pid FROM efm_extension.efm_worker_status() WHERE pid IS NOT NULL')->{rows};
	return $pid =~ /^\d+$/ ? $pid : undef;
}

sub is_asking { ok(eventually(sub { -e $ready }), "$_[0]: a command hangs"); unlink $ready; return; }

# An owner, and sessions that wait for it.
sub flight
{
	my ($name) = @_;
	$server->plays($hangs);
	my @sessions = map { $server->session } 1 .. 4;
	$sessions[0]->query('SELECT efm_extension.efm_invalidate_cache()');
	unlink $ready;
	$sessions[0]->send($read);
	is_asking($name);
	$_->send($read) for @sessions[ 1 .. 3 ];
	my $waiting = <<'EOQ';
SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Extension' AND backend_type = 'client backend'
EOQ
	ok(eventually(sub { $server->query($waiting)->{rows} == 4 }), "$name: others wait for it");
	return @sessions;
}

my $number = 0;

sub works_again
{
	my ($name) = @_;
	$number++;
	$server->plays(answers("number $number"));
	ok($node->poll_query_until('postgres', 'SELECT true'), "$name: the server is back");
	my $begin   = Time::HiRes::time();
	my $session = $server->session(settings => { 'efm.command_timeout' => '10s' });
	is_well($session->query("SELECT efm_extension.efm_invalidate_cache(); $read"),
		"$name: a session reads", qr/number $number/);
	measured("$name, the first read", Time::HiRes::time() - $begin);
	is_well($server->query($read), "$name: another is served from the cache", "number $number");
	ok(eventually(sub { worker() }, 10), "$name: the worker runs");
	nothing_left($server, undef, $name, 5);
	$session->quit;
	return;
}

part(
	'a backend that owns the flight' => sub {
		my ($owner, @waiting) = flight('a backend');
		kill 'KILL', $owner->pid;
		ok($_->finish->{lost}, 'a session is gone: the server has restarted') for $owner, @waiting;
		$_->quit for $owner, @waiting;
		works_again('a backend');
	});

part(
	'a backend that waits for it' => sub {
		my ($owner, @waiting) = flight('a waiter');
		kill 'KILL', $waiting[1]->pid;
		ok($_->finish->{lost}, 'a session is gone: the server has restarted') for $owner, @waiting;
		$_->quit for $owner, @waiting;
		works_again('a waiter');
	});

part(
	'the worker' => sub {
		$server->plays($hangs);
		my $pid = worker();
		unlink $ready;
		# A reload makes it ask at once, as the last poll is an hour's interval ago by now.
		$node->safe_psql('postgres', q{ALTER SYSTEM SET efm.bgw_interval = 1});
		$node->safe_psql('postgres', q{SELECT pg_reload_conf()});
		is_asking('the worker');
		my $session = $server->session;
		$session->send("SELECT efm_extension.efm_invalidate_cache(); $read");
		kill 'KILL', $pid;
		ok($session->finish->{lost}, 'a session is gone: the server has restarted');
		$session->quit;
		$server->plays(answers('worker'));
		ok($node->poll_query_until('postgres', 'SELECT true'), 'the server is back');
		ok(eventually(sub { my $now = worker(); $now && $now != $pid }, 10), 'and another worker');
		$node->safe_psql('postgres', q{ALTER SYSTEM RESET efm.bgw_interval});
		$node->safe_psql('postgres', q{SELECT pg_reload_conf()});
		works_again('the worker');
	});

part(
	'a worker that is terminated while it asks' => sub {
		$server->plays($hangs);
		my $pid = worker();
		unlink $ready;
		$node->safe_psql('postgres', q{ALTER SYSTEM SET efm.bgw_interval = 1});
		$node->safe_psql('postgres', q{SELECT pg_reload_conf()});
		is_asking('a terminated worker');
		my $session = $server->session;
		$session->send("SELECT efm_extension.efm_invalidate_cache(); $read");
		$server->plays(answers('handed over'));
		kill 'TERM', $pid;
		is_well($session->finish(20), 'a session that waited for it asks itself', qr/handed over/);
		$session->quit;
		ok(eventually(sub { my $now = worker(); $now && $now != $pid }, 10), 'another worker');
		$node->safe_psql('postgres', q{ALTER SYSTEM RESET efm.bgw_interval});
		$node->safe_psql('postgres', q{SELECT pg_reload_conf()});
		works_again('a terminated worker');
	});

# $ends ends the server while a flight goes on.
sub restarts_after
{
	my ($name, $ends) = @_;
	part(
		$name => sub {
			my @sessions = flight($name);
			$ends->(@sessions);
			$_->quit for @sessions;
			# The worker asks as soon as it is there.
			$server->plays(answers('restarted'));
			$server->begin;
			works_again($name);
		});
	return;
}

restarts_after(
	'the postmaster' => sub {
		my @sessions = @_;
		$node->kill9;
		ok(eventually(sub { !grep { -d '/proc/' . $_->pid } @sessions }, 20), 'its backends have ended');
	});

restarts_after('an immediate restart' => sub { $node->stop('immediate') });

restarts_after(
	'a fast restart' => sub {
		my $begin = Time::HiRes::time();
		$node->stop('fast');
		measured('a fast shutdown', Time::HiRes::time() - $begin);
	});

$node->stop;
done_testing();
