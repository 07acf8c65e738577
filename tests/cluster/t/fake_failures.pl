# What goes wrong with real servers under the fake EFM: a standby that is behind or gone, a promotion that cannot be
# carried out, a primary that was shut down on purpose, an agent that dies in the middle, a second primary.
use strict;
use warnings;

use EfmTest::Cluster;
use Test::More;

my $cluster = EfmTest::Cluster->new(nodes => 2, scenario => { failure_detection_ms => 500 });
$cluster->start_agent;

my $healthy = sub { ($cluster->status // {})->{exit_status} // 1 };

sub type_of
{
	my ($number) = @_;
	my $status = $cluster->status or return 'no status';
	return $status->{nodes}{ $cluster->address($number) }{type};
}

sub becomes
{
	my ($number, $type, $name) = @_;
	my $is_it = $cluster->eventually(sub { type_of($number) eq $type });
	ok($is_it, $name // "node $number becomes $type") or diag(type_of($number), "\n", $cluster->agent_says);
	return;
}

sub is_healthy
{
	my ($name) = @_;
	ok($cluster->eventually(sub { $healthy->() == 0 }), "$name: healthy") or diag($cluster->agent_says);
	return;
}

sub text { return $cluster->efm([ 'cluster-status', 'efm' ])->{out}; }

sub resume
{
	my ($number) = @_;
	is($cluster->efm_on($number, [ 'resume', 'efm' ])->{status}, 0, "resume of node $number is accepted");
	return;
}

is_healthy('at the start');

subtest 'a standby that is behind' => sub {
	$cluster->sql(2, 'SELECT pg_wal_replay_pause()');
	$cluster->sql(1, 'CREATE TABLE behind (i int)');
	ok($cluster->eventually(sub { text() =~ /not in sync with the primary database/ }), 'efm shows it') or diag(text());
	my $said = $cluster->efm([ 'promote', 'efm', '-switchover' ]);
	isnt($said->{status}, 0, 'a switchover is refused');
	like("$said->{out}$said->{err}", qr/not in sync/, 'efm says why');
	$cluster->sql(2, 'SELECT pg_wal_replay_resume()');
	is_healthy('when it has caught up');
};

# N-10
subtest 'a switchover to a standby that cannot follow to the end' => sub {
	ok($cluster->eventually(sub { $cluster->location(1) eq $cluster->location(2) }), 'the servers stand still');
	$cluster->sql(2, 'SELECT pg_wal_replay_pause()');
	is($cluster->efm([ 'promote', 'efm', '-switchover' ])->{status}, 0, 'it is accepted: nothing is missing yet');
	# The record of the shutdown is never replayed.
	ok($cluster->eventually(sub { $cluster->server_role(1) eq 'gone' }),    'the primary is stopped');
	ok($cluster->eventually(sub { $cluster->server_role(1) eq 'primary' }), 'and started again: nothing was promoted');
	becomes(1, 'Primary');
	like(text(), qr/^\tSwitchover: no standby has replayed what the old primary has written/m, 'a message tells');
	is($cluster->server_role(2), 'standby', 'the standby is one');
	$cluster->sql(2, 'SELECT pg_wal_replay_resume()');
	is_healthy('afterwards');
	is($cluster->efm([ 'promote', 'efm', '-switchover' ])->{status}, 0, 'the next one is accepted');
	becomes(2, 'Primary');
	becomes(1, 'Standby');
	is_healthy('after the next one');
	unlike(text(), qr/Switchover:/, 'the message is gone');
};

# N-06 N-09
subtest 'a primary that is shut down on purpose' => sub {
	$cluster->stop(2, 'fast');
	becomes(2, 'Idle');
	is($cluster->server_role(1), 'standby', 'nobody is promoted');
	like(text(), qr/Failover has not occurred for 192\.0\.2\.2: it was shut down cleanly\./, 'a message tells');
	resume(2);
	becomes(2, 'Primary');
	is_healthy('when it is back');
};

# E-04
subtest 'too few standbys would be left' => sub {
	my $minimum = sub {
		my ($number) = @_;
		my $event = qq({"event": "minimum_standbys", "number": $number});
		is($cluster->efm([ 'control', 'event', $event ])->{status}, 0, "minimum_standbys is $number");
	};
	$minimum->(1);
	$cluster->kill_postmaster(2);
	becomes(2, 'Idle');
	is($cluster->server_role(1), 'standby', 'nobody is promoted');
	like(text(), qr/Failover has not occurred for 192\.0\.2\.2: fewer than the minimum number of standbys would be left\./,
		'a message tells');
	$minimum->(0);
	resume(2);
	becomes(2, 'Primary');
	is_healthy('when it is back');
};

# C-10
subtest 'a standby that is never promoted' => sub {
	my $address  = $cluster->address(1);
	my $priority = sub {
		my ($number) = @_;
		is($cluster->efm([ 'set-priority', 'efm', $address, $number ])->{status}, 0, "its priority is $number");
	};
	$priority->(0);
	$cluster->stop_agent;
	$cluster->start_agent;
	becomes(1, 'Standby');
	like(text(), qr/^Standby priority host list:\n\t\(List is empty\.\)$/m, 'agents that start do not list it');
	like($cluster->efm([ 'promote', 'efm', '-switchover' ])->{err}, qr/no standby that can be promoted/, 'nor promote it');
	$priority->(1);
	like(text(), qr/^Standby priority host list:\n\t\Q$address\E$/m, 'it may be promoted again');
	is_healthy('afterwards');
};

# N-07 N-12
subtest 'a standby that is gone' => sub {
	$cluster->kill_postmaster(1);
	becomes(1, 'Idle');
	like(text(), qr/^\tNo standby databases were found\.$/m,                      'efm concludes');
	like(text(), qr/^\tThe standby database on 192\.0\.2\.1 has failed: \S/m, 'a message tells');
	my $said = $cluster->efm([ 'promote', 'efm', '-switchover' ]);
	isnt($said->{status}, 0, 'there is nobody to switch to');
	resume(1);
	becomes(1, 'Standby');
	is_healthy('when it is back');
};

subtest 'an agent that is killed while it promotes' => sub {
	is($cluster->efm([ 'promote', 'efm' ], "y\ny\ny\n")->{status}, 0, 'a promotion is accepted');
	ok($cluster->eventually(sub { $cluster->agent_says =~ /Stopping/ }), 'and has begun');
	$cluster->stop_agent('KILL');
	like($cluster->efm([ 'cluster-status', 'efm' ])->{err}, qr/Is the local agent running\?/, 'there is no agent');
	$cluster->start_agent;
	my $primaries = sub { scalar grep { $cluster->server_role($_) eq 'primary' } 1, 2 };
	cmp_ok($primaries->(), '<=', 1, 'there are no two primaries');
	if ($primaries->() == 0)
	{
		# The old primary is stopped, and the standby was not promoted yet: an operator does it.
		is($cluster->efm([ 'promote', 'efm' ], "y\ny\ny\n")->{status}, 0, 'it is promoted once more');
	}
	ok($cluster->eventually(sub { $primaries->() == 1 }), 'there is one primary') or diag(text(), $cluster->agent_says);
	for my $number (1, 2)
	{
		resume($number) if type_of($number) eq 'Idle';
		ok($cluster->eventually(sub { type_of($number) =~ /Primary|Standby/ }), "node $number is back")
		  or diag(text(), $cluster->agent_says);
	}
	is_healthy('afterwards');
};

# N-08 N-11
subtest 'a second primary' => sub {
	my ($old) = grep { $cluster->server_role($_) eq 'primary' } 1, 2;
	my $new = 3 - $old;
	$cluster->kill_postmaster($old);
	becomes($new, 'Primary');
	becomes($old, 'Idle');
	# Somebody takes away what keeps the old primary from being started.
	unlink $cluster->data($old) . '/recovery.conf';
	$cluster->remove_locks($old);
	$cluster->start($old);
	ok($cluster->eventually(sub { text() =~ /^\tIdle +\Q@{[$cluster->address($old)]}\E/m && text() =~ /DB is not in recovery\.$/m }),
		'it is Idle, and efm shows what it is')
	  or diag(text());
	is(type_of($new), 'Primary', 'the other one is the primary');
	resume($old);
	ok($cluster->eventually(sub { text() =~ /could not be resumed: DB is not in recovery/ }), 'it is not resumed as it is');
	$cluster->sql($old, 'CREATE TABLE nobody_else_has_it (i int)');
	$cluster->stop($old, 'fast');
	resume($old);
	becomes($old, 'Standby');
	is($cluster->sql($old, "SELECT to_regclass('nobody_else_has_it') IS NULL"), 't', 'it was rewound');
	is_healthy('when it was stopped first');
};

subtest 'stop-cluster' => sub {
	is($cluster->efm([ 'stop-cluster', 'efm' ])->{status}, 0, 'it is accepted');
	ok($cluster->eventually(sub { $cluster->agent_says =~ /The agents end\.\n\z/ }), 'the agent ends');
	$cluster->stop_agent;
	is_deeply([ sort map { $cluster->server_role($_) } 1, 2 ], [ 'primary', 'standby' ], 'the databases run on');
	$cluster->start_agent;
	is_healthy('started again');
};

done_testing();
