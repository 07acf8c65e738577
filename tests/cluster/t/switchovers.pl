# Switchovers from SQL in a row, on three real PostgreSQL servers with streaming replication and the fake EFM over them,
# while somebody writes and somebody watches: no acknowledged row is lost; what the monitoring role reads is what the servers
# were; the history goes on from primary to primary; and how long it takes beside what the servers themselves needed.
use strict;
use warnings;

use EfmTest qw(eventually milliseconds);
use EfmTest::Monitor;
use EfmTest::Promotion;
use EfmTest::Writer;
use JSON::PP ();
use List::Util qw(max min);
use Test::More;

my $switchovers = $ENV{EFM_TEST_SWITCHOVERS} // 10;
my $site        = EfmTest::Promotion->new;
my $cluster     = $site->cluster;
my $writer      = EfmTest::Writer->start($cluster);

# ---- Ten in a row ----------------------------------------------------------------------------------------------------

my $question = q{SELECT jsonb_build_object(
	'nodes', (SELECT jsonb_agg(jsonb_build_object('node', node_address, 'type', node_type, 'seen', extract(epoch FROM last_updated)))
		FROM efm_extension.efm_get_nodes()),
	'metrics', efm_extension.efm_metrics_text(),
	'worker', (SELECT to_jsonb(w) FROM efm_extension.efm_worker_status() w))} =~ s/\s+/ /gr;
my $truth   = EfmTest::Monitor->start($cluster, 'truth', 'SELECT pg_is_in_recovery()', period => 0.02);
for my $number (1 .. 3)
{
	ok(eventually(sub { $truth->answers($number) }), "node $number: its server is looked at");
}
my $monitor = EfmTest::Monitor->start($cluster, 'monitor', $question, period => 0.1, user => 'monitor');

# The worker of the new primary has written down that it is one.
sub is_recorded
{
	my ($new) = @_;
	my $last = q{SELECT new_value FROM efm_extension.efm_events WHERE kind = 'primary' ORDER BY id DESC LIMIT 1};
	return eventually(sub { ($cluster->sql($new, $last) // '') eq $cluster->address($new) }, 20);
}

my @timed;
ok(eventually(sub { $site->sql(1, 'SELECT count(*) FROM efm_extension.efm_status_history') > 0 }), 'the history has begun');
my $events_before = $site->sql($site->primary, q{SELECT count(new_value) FROM efm_extension.efm_events WHERE kind = 'primary'});

for my $round (1 .. $switchovers)
{
	subtest "switchover $round" => sub {
		my $old = $site->primary;
		my ($new, $third) = grep { $_ != $old } $round % 2 ? (1 .. 3) : reverse(1 .. 3);
		$site->prefer($new);
		$writer->wait_for_rows(20);
		my $session = $site->on_call($round % 3 == 0 ? $third : $new);
		my $result  = $site->promote($session, "SELECT efm_extension.efm_promote(switchover => true, expected_primary => '192.0.2.$old')");
		is($result->{rows}, 't', 'true') or diag($result->{errors});
		$site->reigns($new, 'the server is the only one out of recovery');
		$site->told_of($result, 'the session', $old, $new);
		push @timed, $site->times_of($result, 'the session', $old, $new);
		ok($writer->wait_for_rows(20), 'rows are written after it');
		$writer->pause;
		is_deeply([ $writer->lost_on($new) ], [], 'every acknowledged row is there');
		$writer->go_on;
		ok(is_recorded($new), 'the history has it');
		$session->quit;
	};
}
$monitor->stop;
$truth->stop;

# ---- What the monitor was told ---------------------------------------------------------------------------------------

my %role_in = (t => 'standby', f => 'primary');
my @truths  = map {
	[ map { { %$_, role => defined $_->{answer} ? $role_in{ $_->{answer} } : 'gone' } } $truth->answers($_) ]
} 1 .. 3;

# Which servers say of a type of EFM that it is true. Idle is who was stopped and is not brought back yet.
my %true_for = (Primary => ['primary'], Standby => ['standby'], Promoting => [ 'standby', 'primary' ], Idle => ['gone']);

# The last time until END at which a node's server was what a type says; nothing when it never was.
sub last_true
{
	my ($number, $type, $end) = @_;
	my $last;
	for my $sample (@{ $truths[ $number - 1 ] })
	{
		last if $sample->{began} > $end;
		$last = min($sample->{ended}, $end) if grep { $_ eq $sample->{role} } @{ $true_for{$type} // [] };
	}
	return $last;
}

subtest 'never two primaries' => sub {
	my @all = sort { $a->{began} <=> $b->{began} }
	  map { my $number = $_; map { { %$_, number => $number } } @{ $truths[ $number - 1 ] } } 1 .. 3;
	my @turns;
	for my $sample (grep { $_->{role} eq 'primary' } @all)
	{
		push @turns, $sample->{number} if !@turns or $turns[-1] != $sample->{number};
	}
	is("@turns", join(' ', $site->all_reigns), 'the servers were primary one after the other');
};

# How long an answer may be behind the servers: as long as it may be kept (efm.bgw_interval, 500 ms and two commands),
# one command, and the time in which EFM's agent notices.
my $longest_behind = 4;

for my $number (1 .. 3)
{
	my (@wrong, @errors, @behind, %types);
	my ($answers, $last_seen) = (0, 0);
	for my $answer ($monitor->answers($number))
	{
		if (!defined $answer->{answer})
		{
			my $is_away = grep { $_->{role} eq 'gone' && $_->{ended} > $answer->{began} - 1 && $_->{began} < $answer->{ended} + 1 }
			  @{ $truths[ $number - 1 ] };
			push @errors, $answer->{error} unless $is_away;
			next;
		}
		$answers++;
		my $told  = JSON::PP::decode_json($answer->{answer});
		my @nodes = @{ $told->{nodes} };
		my ($primaries) = $told->{metrics} =~ /^efm_cluster_primaries\{[^}]*\} (\d+)$/m;
		push @wrong, "several primaries: $answer->{answer}" if (grep { $_->{type} eq 'Primary' } @nodes) > 1 || ($primaries // 2) > 1;
		push @wrong, "no answer of EFM: $answer->{answer}" unless $told->{metrics} =~ /^efm_up\{[^}]*\} 1$/m;
		push @wrong, "worker: $answer->{answer}" unless $told->{worker}{enabled} && $told->{worker}{pid};
		push @wrong, "an older answer after a newer one, by $last_seen" if $nodes[0]{seen} < $last_seen;
		$last_seen = $nodes[0]{seen};
		for my $node (@nodes)
		{
			my $true = last_true($cluster->number($node->{node}), $node->{type}, $answer->{ended});
			push @behind, $answer->{ended} - ($true // 0);
			push @wrong, "$node->{node} as $node->{type}, last true " . milliseconds($behind[-1]) . ' before'
			  if $behind[-1] > $longest_behind;
			$types{ $node->{type} }++;
		}
	}
	cmp_ok($answers, '>', 3 * $switchovers, "node $number: $answers answers (" . join(', ', map { "$_ $types{$_}" } sort keys %types) . ')');
	is(scalar(@wrong), 0, "node $number: all were true within their age") or diag(join "\n", splice @wrong, 0, 5);
	is(scalar(@errors), 0, "node $number: errors only while its server was away") or diag(join "\n", splice @errors, 0, 5);
	note("node $number: answers were behind the servers by at most " . milliseconds(max(@behind)));
}

# ---- History ---------------------------------------------------------------------------------------------------------

subtest 'history' => sub {
	my $last = $site->primary;
	# That there was none for a moment may have been seen or not.
	my @recorded = split /\n/, $site->sql($last, q{SELECT new_value FROM efm_extension.efm_events
		WHERE kind = 'primary' AND new_value IS NOT NULL ORDER BY id});
	splice @recorded, 0, $events_before;
	is_deeply([ map { $cluster->number($_) } @recorded ], [ ($site->all_reigns)[ -$switchovers .. -1 ] ], 'each new primary once, in their order');
	# What a node was in one event is what it had become in the event before.
	is($site->sql($last, q{SELECT count(*) FROM (SELECT kind, node, old_value,
			lag(new_value) OVER w AS before, row_number() OVER w AS place
			FROM efm_extension.efm_events WHERE kind IN ('role', 'database', 'primary', 'priority')
			WINDOW w AS (PARTITION BY kind, CASE kind WHEN 'primary' THEN '' ELSE node END ORDER BY id)) e
		WHERE place > 1 AND old_value IS DISTINCT FROM before}), 0, 'each change begins where the one before has ended');
	is($site->sql($last, q{SELECT count(*) FROM efm_extension.efm_events WHERE old_value IS NOT DISTINCT FROM new_value}), 0, 'no change of nothing');
	is($site->sql($last, q{SELECT count(*) FROM (SELECT 1 FROM efm_extension.efm_events
		GROUP BY happened_at, kind, node HAVING count(*) > 1) d}), 0, 'nothing is there twice');
	is($site->sql($last, q{SELECT count(*) FROM (SELECT collected_at < lag(last_collected_at) OVER (ORDER BY id) AS is_doubled
		FROM efm_extension.efm_status_history) h WHERE is_doubled}), 0, 'no two rows for the same time');
};

sub spread
{
	my @sorted = sort { $a <=> $b } @_;
	return ($sorted[0], $sorted[ $#sorted / 2 ], $sorted[-1]);
}

my @parts = (
	call      => 'efm_promote(switchover => true), from the call to true',
	before    => 'until the old primary is told to stop',
	stop      => 'until the standby is told to promote',
	promotion => 'its promotion',
	return    => 'until the old primary is back',
	after     => 'until true is returned');
note(scalar(@timed) . ' switchovers, best / median / worst, by the logs of the servers:');
while (my ($key, $name) = splice @parts, 0, 2)
{
	note("  $name: " . join(' / ', map { milliseconds($_) } spread(map { $_->{$key} } @timed)));
}
note(sprintf 'the call in proportion to the promotion alone: %.0f / %.0f / %.0f; to all that the servers did: %.2f / %.2f / %.2f',
	spread(map { $_->{call} / $_->{promotion} } @timed),
	spread(map { $_->{call} / ($_->{stop} + $_->{promotion} + $_->{return}) } @timed));
$writer->stop;
unlike(join('', map { $cluster->log_of($_) } 1 .. 3), qr/PANIC|was terminated by signal|TRAP/, 'nothing has crashed');
is($cluster->stop_agent, 0, 'the agent ends');
$cluster->end;
done_testing();
