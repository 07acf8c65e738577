# Three real PostgreSQL servers with streaming replication, and the fake EFM as their failover manager, while somebody
# writes into a table: the primary is killed, the work is switched to another node and back again. In a switchover no
# row is lost that was acknowledged; what efm shows is what the servers say.
use strict;
use warnings;

use EfmTest::Cluster;
use EfmTest::Writer;
use Test::More;
use Time::HiRes qw(time);

my $cluster = EfmTest::Cluster->new(scenario => { failure_detection_ms => 500 });
my $writer  = EfmTest::Writer->start($cluster);

# The nodes that are of a type, by their numbers.
sub nodes_of
{
	my ($status, $type) = @_;
	return sort map { $cluster->number($_) }
	  grep { $status->{nodes}{$_}{type} eq $type } keys %{ $status->{nodes} };
}

# ---- What efm shows is true ------------------------------------------------------------------------------------------

# With nobody writing the servers stand still, and what efm shows can be compared with what they say.
sub shows_the_truth
{
	my ($name, %roles) = @_;
	$writer->pause;
	my %expected_exit = (exit_status => (grep { $_ eq 'Idle' } values %roles) ? 1 : 0);
	my ($status, $difference);
	my $agrees = $cluster->eventually(
		sub {
			$status     = $cluster->status or return 0;
			$difference = '';
			for my $number (sort keys %roles)
			{
				my $node = $status->{nodes}{ $cluster->address($number) };
				my $real = $cluster->server_role($number);
				my $type = { primary => 'Primary', standby => 'Standby', gone => 'Idle' }->{$real};
				$difference .= "node $number is a $real, efm says $node->{type}; " if $node->{type} ne $type;
				$difference .= "node $number is to be $roles{$number}; "           if $node->{type} ne $roles{$number};
				my $location = $real eq 'gone' ? 'UNKNOWN' : $cluster->location($number);
				$difference .= "node $number is at $location, efm says $node->{lsn}; " if $node->{lsn} ne $location;
			}
			$difference .= "exit status $status->{exit_status}" if $status->{exit_status} != $expected_exit{exit_status};
			return $difference eq '';
		},
		15);
	ok($agrees, "$name: roles, locations and exit status are those of the servers") or diag($difference);
	my ($primary) = nodes_of($status, 'Primary');
	is_deeply(
		[ sort @{ $status->{failoverpriority} } ],
		[ sort map { $cluster->address($_) } nodes_of($status, 'Standby') ],
		"$name: the priority list has the standbys");
	ok($status->{nodes}{ $cluster->address($primary) }{vip_active}, "$name: the primary has the virtual IP address");
	my $text = $cluster->efm([ 'cluster-status', 'efm' ]);
	for my $number (sort keys %roles)
	{
		like($text->{out}, qr/^\t\Q$roles{$number}\E +\Q@{[$cluster->address($number)]}\E /m, "$name: node $number in the text")
		  or diag($text->{out});
	}
	$writer->go_on;
	return;
}

# Watches a promotion until it is over: never two primaries, always a status.
sub watch_promotion
{
	my ($name, $old, $new_role) = @_;
	my (%seen, $status);
	my $most_primaries = 0;
	my $start          = time();
	my $is_over        = $cluster->eventually(
		sub {
			$status = $cluster->status or return 0;
			my @primaries = nodes_of($status, 'Primary');
			$most_primaries = @primaries if @primaries > $most_primaries;
			$seen{ join ' ', map { "$_=$status->{nodes}{$cluster->address($_)}{type}" } 1 .. $cluster->size } = 1;
			return @primaries == 1
			  && $primaries[0] != $old
			  && $status->{nodes}{ $cluster->address($old) }{type} eq $new_role
			  && $cluster->efm([ 'node-status-json', 'efm' ])->{err} eq ''
			  && !promotion_goes_on();
		},
		40);
	ok($is_over, "$name: it came to its end") or diag(explain($status), $cluster->agent_says);
	is($most_primaries, 1, "$name: there were never two primaries");
	note("$name took " . sprintf('%.0f', 1000 * (time() - $start)) . ' ms; seen: ' . join(' | ', sort keys %seen));
	my ($primary) = nodes_of($status, 'Primary');
	return $primary;
}

sub promotion_goes_on
{
	return EfmTest::Cluster::contents($cluster->state_file) =~ /"promotion":/;
}

# ---- The steps -------------------------------------------------------------------------------------------------------

my $lost_in_failovers = 0;
my %known_lost;

# What is on the primary, against what was acknowledged.
sub count_rows
{
	my ($name, $primary, $may_lose) = @_;
	$writer->pause;
	my @lost = grep { !$known_lost{$_} } $writer->lost_on($primary);
	my $all  = $writer->acknowledged;
	$known_lost{$_} = 1 for @lost;
	$writer->go_on;
	if ($may_lose)
	{
		$lost_in_failovers += @lost;
		note("$name: " . scalar(@lost) . " of $all acknowledged rows are lost");
	}
	else
	{
		is(scalar(@lost), 0, "$name: none of $all acknowledged rows is lost") or diag("lost: @lost");
	}
	return;
}

# A switchover while rows are written. A cluster that is busy may be told that it is not in sync: then once more.
sub switch_over
{
	my ($name, $old) = @_;
	ok($writer->wait_for_rows(50), "$name: rows are written before");
	my $said;
	my $is_accepted = $cluster->eventually(
		sub {
			$said = $cluster->efm([ 'promote', 'efm', '-switchover' ]);
			return $said->{status} == 0;
		});
	ok($is_accepted, "$name: accepted") or diag($said->{out}, $said->{err});
	like($said->{out}, qr/^Promote\/switchover command accepted by local agent\./, "$name: what efm says");
	my $new = watch_promotion($name, $old, 'Standby');
	ok($writer->wait_for_rows(50), "$name: rows are written after");
	count_rows($name, $new);
	shows_the_truth($name, map { $_ => $_ == $new ? 'Primary' : 'Standby' } 1 .. 3);
	return $new;
}

# The node at the head of the priority list.
sub prefer
{
	my ($number) = @_;
	is($cluster->efm([ 'set-priority', 'efm', $cluster->address($number), 1 ])->{status}, 0, "node $number is preferred");
	return;
}

subtest 'the agent' => sub {
	my $said = $cluster->efm([ 'cluster-status', 'efm' ]);
	isnt($said->{status}, 0, 'without the agent there is no status');
	like("$said->{out}$said->{err}", qr/^Authorization file not found\. Is the local agent running\?$/m, 'and efm says so');
	$cluster->start_agent;
	my $second = '';
	IPC::Run::run([ $ENV{EFM_TEST_MOCK_EFM}, 'agent', '--scenario', $cluster->scenario_file ],
		'<', \undef, '>', \$second, '2>&1');
	is($? >> 8, 70, 'a second agent does not start');
	like($second, qr/an agent for .* is running already \(process \d+\)/, 'and says why');
	ok($writer->wait_for_rows(20), 'rows are written');
	shows_the_truth('at the start', 1 => 'Primary', 2 => 'Standby', 3 => 'Standby');
};

subtest 'the primary is killed' => sub {
	ok($writer->wait_for_rows(100), 'rows are written before');
	$cluster->kill_postmaster(1);
	my $new = watch_promotion('failover', 1, 'Idle');
	ok($writer->wait_for_rows(50), 'rows are written after');
	count_rows('failover', $new, 1);
	shows_the_truth('after the failover', map { $_ => $_ == 1 ? 'Idle' : $_ == $new ? 'Primary' : 'Standby' } 1 .. 3);
	my $text = $cluster->efm([ 'cluster-status', 'efm' ]);
	like($text->{out}, qr/^\t192\.0\.2\.1 +UNKNOWN +UNKNOWN +connection to server .* failed: /m, 'libpq tells in Info why');
};

subtest 'the old primary comes back as a standby' => sub {
	is($cluster->efm_on(1, [ 'resume', 'efm' ])->{status}, 0, 'resume is accepted');
	ok($cluster->eventually(sub { $cluster->server_role(1) eq 'standby' }), 'its server runs as a standby')
	  or diag($cluster->agent_says);
	my ($primary) = nodes_of($cluster->status, 'Primary');
	shows_the_truth('after resume', map { $_ => $_ == $primary ? 'Primary' : 'Standby' } 1 .. 3);
	count_rows('after resume', 1);
};

subtest 'switchovers' => sub {
	my ($primary) = nodes_of($cluster->status, 'Primary');
	for my $round (1 .. 2)
	{
		for my $wanted (grep { $_ != $primary } 1, 3)
		{
			prefer($wanted);
			$primary = switch_over("switchover to $wanted, round $round", $primary);
			is($primary, $wanted, 'to the preferred node');
		}
	}
};

subtest 'a failover that an operator asks for' => sub {
	my ($old) = nodes_of($cluster->status, 'Primary');
	my $said = $cluster->efm([ 'promote', 'efm' ], "n\n");
	isnt($said->{status}, 0, 'not confirmed');
	is($cluster->server_role($old), 'primary', 'nothing has happened');
	$said = $cluster->efm([ 'promote', 'efm' ], "y\ny\ny\n");
	is($said->{status}, 0, 'confirmed') or diag($said->{out}, $said->{err});
	my $new = watch_promotion('promote', $old, 'Idle');
	is($cluster->server_role($old), 'gone', 'the old primary is stopped');
	ok(!eval { $cluster->start($old); 1 }, 'its server is not to be started');
	like(EfmTest::Cluster::contents($cluster->log_file($old)), qr/using recovery command file "recovery.conf" is not supported/,
		'PostgreSQL says why');
	ok($writer->wait_for_rows(50), 'rows are written after');
	count_rows('promote', $new, 1);
	is($cluster->efm_on($old, [ 'resume', 'efm' ])->{status}, 0, 'resume is accepted');
	ok($cluster->eventually(sub { $cluster->server_role($old) eq 'standby' }), 'the old primary is a standby');
	shows_the_truth('after it', map { $_ => $_ == $new ? 'Primary' : 'Standby' } 1 .. 3);
};

subtest 'the end' => sub {
	$writer->stop;
	my @rows = $writer->acknowledged;
	cmp_ok(scalar(@rows), '>', 500, scalar(@rows) . ' rows were acknowledged');
	is($cluster->stop_agent, 0, 'the agent ends when it is told to');
	like($cluster->agent_says, qr/The agents end\.\n\z/, 'and says so');
	isnt($cluster->efm([ 'cluster-status', 'efm' ])->{status}, 0, 'then there is no status any more');
	note("lost in failovers: $lost_in_failovers rows");
};

done_testing();
