# Three real PostgreSQL servers with streaming replication, the fake EFM over them and the extension in them: promotions
# from SQL by a role that may do that and nothing else. What each session is told is true; what a monitoring role reads
# meanwhile is what the servers were; no acknowledged row is lost in a switchover; the history goes on from primary to primary.
use strict;
use warnings;

use EfmTest qw(eventually is_failure milliseconds);
use EfmTest::Cluster;
use EfmTest::Monitor;
use EfmTest::Session;
use EfmTest::Writer;
use JSON::PP ();
use List::Util qw(max min sum0);
use Test::More;
use Time::HiRes qw(time);
use Time::Local qw(timegm);

my $switchovers = $ENV{EFM_TEST_SWITCHOVERS} // 10;

my $cluster = EfmTest::Cluster->new(
	scenario  => { failure_detection_ms => 500, auto_failover => JSON::PP::false },
	settings  => { log_timezone => 'UTC' },
	extension => {
		'efm.bgw_enabled'         => 'on',
		'efm.bgw_interval'        => '1s',
		'efm.bgw_persist_history' => 'on',
		'efm.cache_ttl'           => '1s'
	});
$cluster->start_agent;

sub sql { return $cluster->sql(@_) // die $cluster->sql_error; }

sql(1, $_)
  for 'CREATE EXTENSION efm_extension',
  'CREATE ROLE oncall LOGIN',
  'GRANT USAGE ON SCHEMA efm_extension TO oncall',
  'GRANT EXECUTE ON FUNCTION efm_extension.efm_promote, efm_extension.efm_preflight TO oncall',
  'CREATE ROLE monitor LOGIN',
  q{SELECT efm_extension.grant_access_to_user('monitor')};
my $writer = EfmTest::Writer->start($cluster);
my $truth  = EfmTest::Monitor->start($cluster, 'truth', 'SELECT pg_is_in_recovery()', period => 0.02);

# ---- Who is what -----------------------------------------------------------------------------------------------------

# In their order.
my @reigns = (1);

sub primaries { return grep { $cluster->server_role($_) eq 'primary' } 1 .. 3; }

# The servers say that this one is it, and no other.
sub reigns
{
	my ($number, $name) = @_;
	push @reigns, $number;
	return is_deeply([ primaries() ], [$number], $name);
}

sub primary
{
	my @found = primaries();
	die "there are primaries @found" if @found != 1;
	return $found[0];
}

sub is_healthy
{
	my ($name) = @_;
	ok(eventually(sub { ($cluster->status // {})->{exit_status} eq '0' }, 30), "$name: the cluster is healthy")
	  or diag($cluster->efm([ 'cluster-status', 'efm' ])->{out}, $cluster->agent_says);
	return;
}

# The node at the head of the priority list.
sub prefer
{
	my ($number) = @_;
	$cluster->efm([ 'set-priority', 'efm', $cluster->address($number), 1 ])->{status} == 0 or die 'no such priority';
	return;
}

# ---- Calls -----------------------------------------------------------------------------------------------------------

sub on_call { return EfmTest::Session->new($cluster->node($_[0]), user => 'oncall'); }

# The answer of a statement with efm_promote() in it. EFM may find the standbys of a busy primary not in sync: that is an
# error, nothing has happened, and it is asked again.
sub promote
{
	my ($session, $statement) = @_;
	my $result;
	eventually(
		sub {
			$session->send_timed($statement);
			$result = $session->finish_timed(60);
			return ($result->{error}{detail} // '') !~ /^Exit status 1: .*not in sync/;
		});
	return $result;
}

# Each NOTICE of an answer, its text only.
sub notices { return $_[0]{errors} =~ /^NOTICE:  \w{5}: ([^\n]*)/mg; }

# The notices of a switchover from OLD to NEW; what lasted a moment may not have been seen.
sub told_of
{
	my ($result, $name, $old, $new) = @_;
	my ($from, $to) = map { $cluster->address($_) } $old, $new;
	my @told = grep { !/ is being promoted\z/ } notices($result);
	is_deeply(
		\@told,
		[
			'switchover accepted',
			"node $from is no longer primary",
			"node $to is the new primary",
			"node $from is back as a standby"
		],
		"$name: each step was told once") or diag($result->{errors});
	unlike($result->{errors}, qr/^(?:WARNING|ERROR)/m, "$name: nothing else was told");
	return;
}

# What a server has logged: when it was that a line matched first, after a time.
sub logged
{
	my ($number, $pattern, $after) = @_;
	my $log = $cluster->log_of($number);
	while ($log =~ /^(\d+)-(\d+)-(\d+) (\d+):(\d+):(\d+\.\d+) UTC .*$pattern/mg)
	{
		my $time = timegm(0, $5, $4, $3, $2 - 1, $1) + $6;
		return $time if $time >= $after - 0.001;
	}
	return;
}

my @timed;

# The promoted server's own account of it, against the time of the call.
sub compare_times
{
	my ($result, $name, $old, $new) = @_;
	my $stopping = logged($old, 'received fast shutdown request',                  $result->{began});
	my $asked    = logged($new, 'received promote request',                        $result->{began});
	my $ready    = logged($new, 'database system is ready to accept connections', $asked // $result->{began});
	my $back     = logged($old, 'database system is ready to accept read-only connections', $stopping // $result->{began});
	return fail("$name: the servers say that they were promoted") unless $asked && $ready && $stopping && $back;
	cmp_ok($ready, '<=', $result->{ended}, "$name: the new primary was ready when true was returned");
	cmp_ok($back,  '<=', $result->{ended}, "$name: and the old one was back");
	push @timed,
	  {
		call      => $result->{ended} - $result->{began},
		before    => $stopping - $result->{began},
		stop      => $asked - $stopping,
		promotion => $ready - $asked,
		return    => $back - $ready,
		after     => $result->{ended} - $back
	  };
	return;
}

# ---- One promotion each way ------------------------------------------------------------------------------------------

is_healthy('at the start');
for my $number (1 .. 3)
{
	# Before the agent ran there was a failure, which sessions share for a second.
	my $success = 'SELECT last_success IS NOT NULL FROM efm_extension.efm_worker_status()';
	ok(eventually(sub { ($cluster->sql($number, $success) // '') eq 't' }), "node $number: the worker has an answer of EFM");
}

subtest 'the on-call role' => sub {
	my $session = on_call(2);
	is_failure($session->query('SELECT * FROM efm_extension.efm_get_nodes()'),
		'42501', 'nodes', message => qr/permission denied for function efm_get_nodes/);
	is_failure($session->query('SELECT efm_extension.efm_stop_cluster()'), '42501', 'stop-cluster');
	is_failure($session->query(q{SET efm.command_path = '/bin/true'}), '42501', 'a setting');
	my $checks = $session->query(q{SELECT "check", passed FROM efm_extension.efm_preflight()});
	is($checks->{errors}, '', 'preflight');
	like($checks->{rows}, qr/^one_primary\|t$/m,       'preflight: one primary');
	like($checks->{rows}, qr/^standby_available\|t$/m, 'preflight: a standby');
	$session->quit;
};

subtest 'from the standby that is promoted' => sub {
	prefer(2);
	my $session = on_call(2);
	# The second column is asked for after the first.
	my $result = promote($session, 'SELECT efm_extension.efm_promote(switchover => true), pg_is_in_recovery()');
	is($result->{rows}, 't|f', 'true, and this server is out of recovery') or diag($result->{errors});
	told_of($result, 'the session', 1, 2);
	compare_times($result, 'the session', 1, 2);
	reigns(2, 'the servers say so');
	$session->quit;
};

subtest 'from the primary' => sub {
	is_healthy('before');
	prefer(3);
	my $session = on_call(2);
	my $result  = promote($session, 'SELECT efm_extension.efm_promote(switchover => true)');
	ok($result->{lost}, 'the session is ended');
	is($result->{error}{sqlstate}, '57P01', 'by the shutdown of its server') or diag($result->{errors});
	my @told = notices($result);
	like(shift @told, qr/^this server is a primary: EFM may stop it, and this session with it$/, 'that was told before');
	# The shutdown may be quicker than the session.
	is_deeply(\@told, @told ? ['switchover accepted'] : [], 'and at most that it was accepted');
	unlike($result->{errors}, qr/new primary/, 'nothing was told that it cannot know');
	is($result->{rows}, '', 'nothing was returned');
	my $nodes = q{SELECT string_agg(node_type, ' ' ORDER BY node_address) FROM efm_extension.efm_get_nodes()};
	ok(eventually(sub { sql(3, $nodes) eq 'Standby Standby Primary' }, 30), 'efm_get_nodes() on another node shows the outcome')
	  or diag(sql(3, $nodes));
	reigns(3, 'the servers say so');
};

subtest 'from a third node, with somebody else at it' => sub {
	is_healthy('before');
	prefer(1);
	my ($session, $other) = (on_call(2), on_call(1));
	my $result;
	# The agent accepts, and begins when it is let go on.
	kill('STOP', $cluster->agent_process);
	$result = promote($session, 'SELECT efm_extension.efm_promote(switchover => true, wait => false)');
	is($result->{rows}, 't', 'true: accepted') or diag($result->{errors});
	is_deeply([ notices($result) ], [], 'who does not wait is told no steps');
	like($other->query('SELECT efm_extension.efm_promote()')->{error}{detail} // '',
		qr/A promotion is already in progress\./, 'a second one meanwhile is refused');
	kill('CONT', $cluster->agent_process);
	ok(eventually(sub { join('', primaries()) eq '1' }, 30), 'the first one has come to its end');
	reigns(1, 'with one primary');
	is_healthy('after');
	prefer(3);
	$result = promote($session, 'SELECT efm_extension.efm_promote(switchover => true)');
	is($result->{rows}, 't', 'true') or diag($result->{errors});
	reigns(3, 'the servers say so');
	told_of($result, 'the session', 1, 3);
	$_->quit for $session, $other;
};

# ---- The primary dies ------------------------------------------------------------------------------------------------

subtest 'the primary is killed' => sub {
	is_healthy('before');
	$writer->wait_for_rows(50);
	prefer(2);
	$cluster->kill_postmaster(3);
	my $dead = $cluster->address(3);
	ok(eventually(sub { ($cluster->status // return)->{nodes}{$dead}{type} eq 'Idle' }, 30), 'EFM declares it failed');
	is_deeply([ primaries() ], [], 'nobody is promoted by itself');
	my $session = on_call(2);
	my $checks;
	# It may be a second old.
	eventually(
		sub {
			$checks = $session->query('SELECT "check", passed, detail FROM efm_extension.efm_preflight(false)')->{rows};
			return $checks =~ /There is no primary/;
		},
		5);
	like($checks, qr/^one_primary\|t\|There is no primary\.$/m, 'preflight: no primary');
	like($checks, qr/^in_sync\|f\|.*not known/m,                'preflight: what would be lost cannot be known');
	my $result = promote($session, 'SELECT efm_extension.efm_promote()');
	is($result->{rows}, 't', 'true') or diag($result->{errors});
	my ($new) = primaries();
	reigns($new, 'the servers say so');
	is_deeply(
		[ grep { !/ is being promoted\z/ } notices($result) ],
		[ 'promotion accepted', 'node ' . $cluster->address($new) . ' is the new primary' ],
		'each step was told once') or diag($result->{errors});
	$writer->wait_for_rows(50);
	$writer->pause;
	my @lost = $writer->lost_on($new);
	note(scalar(@lost) . ' of ' . scalar($writer->acknowledged) . ' acknowledged rows are lost: replication is asynchronous');
	$writer->forgive(@lost);
	$writer->go_on;
	$session->quit;
	is($cluster->efm_on(3, [ 'resume', 'efm' ])->{status}, 0, 'resume of the dead node is accepted');
	is_healthy('after');
};

# ---- Ten in a row ----------------------------------------------------------------------------------------------------

my $question = q{SELECT jsonb_build_object(
	'nodes', (SELECT jsonb_agg(jsonb_build_object('node', node_address, 'type', node_type, 'seen', extract(epoch FROM last_updated)))
		FROM efm_extension.efm_get_nodes()),
	'metrics', efm_extension.efm_metrics_text(),
	'worker', (SELECT to_jsonb(w) FROM efm_extension.efm_worker_status() w))} =~ s/\s+/ /gr;
my $monitor = EfmTest::Monitor->start($cluster, 'monitor', $question, period => 0.1, user => 'monitor');

# The worker of the new primary has written down that it is one.
sub is_recorded
{
	my ($new) = @_;
	my $last = q{SELECT new_value FROM efm_extension.efm_events WHERE kind = 'primary' ORDER BY id DESC LIMIT 1};
	return eventually(sub { ($cluster->sql($new, $last) // '') eq $cluster->address($new) }, 20);
}

@timed = ();
ok(is_recorded(primary()), 'the primary is in the history');
my $events_before = sql(primary(), q{SELECT count(new_value) FROM efm_extension.efm_events WHERE kind = 'primary'});

for my $round (1 .. $switchovers)
{
	subtest "switchover $round" => sub {
		my $old = primary();
		my ($new, $third) = grep { $_ != $old } $round % 2 ? (1 .. 3) : reverse(1 .. 3);
		prefer($new);
		$writer->wait_for_rows(20);
		my $session = on_call($round % 3 == 0 ? $third : $new);
		my $result  = promote($session, "SELECT efm_extension.efm_promote(switchover => true, expected_primary => '192.0.2.$old')");
		is($result->{rows}, 't', 'true') or diag($result->{errors});
		reigns($new, 'the server is the only one out of recovery');
		told_of($result, 'the session', $old, $new);
		compare_times($result, 'the session', $old, $new);
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
	is("@turns", "@reigns", 'the servers were primary one after the other');
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
	my $last = primary();
	# That there was none for a moment may have been seen or not.
	my @recorded = split /\n/, sql($last, q{SELECT new_value FROM efm_extension.efm_events
		WHERE kind = 'primary' AND new_value IS NOT NULL ORDER BY id});
	splice @recorded, 0, $events_before;
	is_deeply([ map { $cluster->number($_) } @recorded ], [ @reigns[ -$switchovers .. -1 ] ], 'each new primary once, in their order');
	# What a node was in one event is what it had become in the event before.
	is(sql($last, q{SELECT count(*) FROM (SELECT kind, node, old_value,
			lag(new_value) OVER w AS before, row_number() OVER w AS place
			FROM efm_extension.efm_events WHERE kind IN ('role', 'database', 'primary', 'priority')
			WINDOW w AS (PARTITION BY kind, CASE kind WHEN 'primary' THEN '' ELSE node END ORDER BY id)) e
		WHERE place > 1 AND old_value IS DISTINCT FROM before}), 0, 'each change begins where the one before has ended');
	is(sql($last, q{SELECT count(*) FROM efm_extension.efm_events WHERE old_value IS NOT DISTINCT FROM new_value}), 0, 'no change of nothing');
	is(sql($last, q{SELECT count(*) FROM (SELECT 1 FROM efm_extension.efm_events
		GROUP BY happened_at, kind, node HAVING count(*) > 1) d}), 0, 'nothing is there twice');
	is(sql($last, q{SELECT count(*) FROM (SELECT collected_at < lag(last_collected_at) OVER (ORDER BY id) AS is_doubled
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
