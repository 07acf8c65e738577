# Proves that each alert of efm_alerts.yml fires when it should, and that all the others stay quiet then: promtool plays
# the rules against metrics that the extension has printed of clusters in good and bad health. A case is a sequence of
# such prints, each held for some minutes; at its end exactly the alerts that are named fire.
use strict;
use warnings;

use EfmMonitoring;
use EfmTest;
use JSON::PP ();
use PostgreSQL::Test::Utils ();
use Test::More;
use Time::HiRes qw(time);

use constant STEP => 30;    # seconds between two samples

my $server = monitored_server('alerts', 'efm.bgw_enabled' => 'on', 'efm.bgw_interval' => '1s');
my $rules  = adapted('prometheus/efm_alerts.yml');
my (@cases, %has_fired);

# What a server prints now. `instance` is the server that Prometheus would have asked.
sub printed
{
	my ($instance) = @_;
	my @samples = samples_of(text_of($server));
	$_->{labels}{instance} = $instance // 'db1:5432' for @samples;
	return { samples => \@samples, at => time() };
}

# The same of a cluster of mocks/scenarios, with further keys.
sub cluster
{
	my ($scenario, %keys) = @_;
	my $instance = delete $keys{instance};
	$server->plays_scenario($scenario, %keys);
	sql($server, 'SELECT efm_extension.efm_invalidate_cache()', 'postgres');
	return printed($instance);
}

# The same with other values: of what is over too soon to be printed.
sub changed
{
	my ($print, %values) = @_;
	my %rest    = %values;
	my @samples = map { { %$_, value => delete $rest{ $_->{name} } // $_->{value} } } @{ $print->{samples} };
	die 'no such metric: ' . join(' ', keys %rest) if %rest;
	return { %$print, samples => \@samples };
}

# One print of two servers.
sub both
{
	my ($one, $other) = @_;
	return { at => $one->{at}, samples => [ @{ $one->{samples} }, @{ $other->{samples} } ] };
}

use constant NOTHING => { at => 0, samples => [] };

# A value in the time of the test, which begins with 0: what is told in seconds since 1970 goes with the clock, as that of
# a server does that is asked again and again. Not when it is `stuck`: then it is what it was when the phase began.
sub value_at
{
	my ($sample, $phase, $print, $begin, $now) = @_;
	return $sample->{value} unless $sample->{name} =~ /_timestamp_seconds$/;
	return $sample->{value} - $print->{at} + ($phase->{stuck} ? $begin : $now);
}

# fires(NAME, [ alerts ], { print, minutes, stuck }...)
sub fires
{
	my ($name, $expected, @phases) = @_;
	my (%values, $count);
	$count = 0;
	for my $phase (@phases)
	{
		my $print   = $phase->{print};
		my $samples = $phase->{minutes} * 60 / STEP;
		for my $sample (@{ $print->{samples} })
		{
			# As promtool wants it: name, and labels quoted.
			my $series = $sample->{name} . '{'
			  . join(',', map { qq($_=") . $sample->{labels}{$_} . '"' } sort keys %{ $sample->{labels} }) . '}';
			# It was not there until now.
			my $list = $values{$series} //= [ ('_') x $count ];
			push @$list,
			  map { value_at($sample, $phase, $print, $count * STEP, ($count + $_) * STEP) } 0 .. $samples - 1;
		}
		$count += $samples;
		# Prometheus marks the end of a series that a target no longer shows.
		for my $list (values %values)
		{
			push @$list, 'stale', ('_') x ($count - @$list - 1) if @$list < $count;
		}
	}
	my @expected = sort @$expected;
	$has_fired{$_} = 1 for @expected;
	my $end = ($count - 1) * STEP . 's';
	push @cases,
	  {
		name             => $name,
		interval         => STEP . 's',
		input_series     => [ map { { series => $_, values => "@{ $values{$_} }" } } sort keys %values ],
		promql_expr_test => [
			{
				expr        => 'group by (alertname) (ALERTS{alertstate="firing"})',
				eval_time   => $end,
				exp_samples => [ map { { labels => qq({alertname="$_"}), value => 1 } } @expected ]
			},
			# Nothing is on its way, either, in a cluster where all is well.
			@expected ? () : { expr => 'ALERTS', eval_time => $end, exp_samples => [] }
		]
	  };
	return;
}

# Prints before and after something has happened.
sub before_and_after
{
	my ($before, $after, $minutes) = @_;
	return ({ print => $before, minutes => 5 }, { print => $after, minutes => $minutes // 20 });
}

# ---- All is well -----------------------------------------------------------------------------------------------------

my $healthy = cluster('healthy');
fires("the cluster $_", [], { print => cluster($_), minutes => 30 }) for qw(healthy two-nodes host-names ipv6);

# ---- The cluster -----------------------------------------------------------------------------------------------------

fires(
	'the primary is gone',
	[qw(EfmClusterUnhealthy EfmNoPrimary EfmNodeGone EfmNotSafeToPromote EfmVipNotOnOneNode)],
	before_and_after(cluster('healthy'), cluster('primary-agent-gone')));
fires(
	'for a moment there is no primary',
	[],
	{ print => cluster('healthy'), minutes => 5 },
	{ print => changed(cluster('healthy'), efm_cluster_primaries => 0), minutes => 0.5 },
	{ print => cluster('healthy'), minutes => 20 });
fires(
	'two primaries, at once',
	[qw(EfmMoreThanOnePrimary EfmRoleChanged)],
	before_and_after(cluster('three-nodes'), cluster('two-primaries'), 0.5));
fires(
	'two servers name different primaries',
	[qw(EfmAgentsDisagreeOnPrimary)],
	before_and_after(
		both(cluster('three-nodes', instance => 'db1:5432'), cluster('three-nodes', instance => 'db2:5432')),
		both(
			cluster('three-nodes', instance => 'db1:5432'),
			cluster(
				'three-nodes',
				instance => 'db2:5432',
				nodes    => [
					{ address => '10.0.0.1', role => 'Standby' },
					{ address => '10.0.0.2', role => 'Primary' },
					{ address => '10.0.0.3', role => 'Standby' }
				]))));
fires(
	'no standby',
	[qw(EfmClusterUnhealthy EfmNoEligibleStandby EfmNodeGone EfmNotSafeToPromote)],
	before_and_after(cluster('two-nodes'), cluster('no-standby')));
fires(
	'a database has died, and EFM has not declared it failed',
	[qw(EfmClusterUnhealthy EfmDatabaseNotResponding EfmNotSafeToPromote)],
	{ print => cluster('database-down'), minutes => 30 });
fires(
	'a database is down, and EFM says so',
	[qw(EfmClusterUnhealthy EfmDatabaseDown EfmNoPrimary EfmNotSafeToPromote EfmVipNotOnOneNode)],
	{ print => cluster('database-down-declared'), minutes => 30 });
fires(
	'an agent is down, and EFM says so',
	[qw(EfmAgentDown EfmClusterUnhealthy EfmDatabaseDown)],
	{ print => cluster('efm-5'), minutes => 30 });
fires(
	'a node has a database that lags far behind',
	[qw(EfmClusterUnhealthy EfmReplicationLag)],
	{
		print => cluster(
			'lagging-standby',
			nodes => [
				{ address => '10.0.0.1', role => 'Primary', replayed => '0/17000060' },
				{ address => '10.0.0.2', role => 'Standby', replayed => '0/6A00028' },
				{ address => '10.0.0.3', role => 'Standby', replayed => '0/17000060' }
			]),
		minutes => 30
	});
fires(
	'a node lags a little behind',
	[qw(EfmClusterUnhealthy)],
	{ print => cluster('lagging-standby'), minutes => 30 });
fires(
	'fewer standbys than there should be',
	[qw(EfmMinimumStandbysNotMet)],
	{ print => cluster('two-nodes', minimum_standbys => 2), minutes => 30 });
fires(
	'EFM misses a node',
	[qw(EfmClusterUnhealthy EfmNodesMissing)],
	{ print => cluster('healthy', missing_nodes => ['10.0.0.9']), minutes => 30 });
fires(
	'nobody answers on the virtual IP address',
	[qw(EfmVipNotOnOneNode)],
	{ print => cluster('healthy', vip_active_on => ''), minutes => 30 });

# ---- What happens ----------------------------------------------------------------------------------------------------

my $before = cluster('healthy');
sql($server, 'SELECT efm_extension.efm_failover()', 'postgres');
my $after = printed();
fires(
	'a failover',
	[qw(EfmDatabaseDown EfmRoleChanged)],
	before_and_after($before, $after, 5));
fires(
	'half an hour after a failover',
	[qw(EfmClusterUnhealthy EfmDatabaseDown)],
	before_and_after($before, $after, 40));

$before = cluster('not-authorised');
$server->node->psql('postgres', "SELECT efm_extension.efm_set_priority('10.0.0.3', '1')");
$after = printed();
fires('a command has failed', [qw(EfmManagementCommandFailed)], before_and_after($before, $after, 5));
fires('half an hour later', [], before_and_after($before, $after, 40));

# ---- The extension itself --------------------------------------------------------------------------------------------

# The value of a metric without further labels.
sub value_of
{
	my ($print, $name) = @_;
	return (map { $_->{value} } grep { $_->{name} eq $name } @{ $print->{samples} })[0];
}

$before = cluster('healthy');
$after  = cluster('agent-not-running');
ok(
	eventually(
		sub { $after = printed(); return value_of($after, 'efm_worker_failures_total') >= value_of($before, 'efm_worker_failures_total') + 2; }),
	'the worker has met an EFM that does not answer');
fires(
	'EFM does not answer',
	[qw(EfmNoAnswer EfmStatusCommandsFailing EfmWorkerFailing)],
	before_and_after($before, $after, 8));

$before = cluster('lagging-standby');
cluster('lagging-standby') for 1 .. 10;
fires(
	'an answer about a cluster in bad health is no failure',
	[qw(EfmClusterUnhealthy)],
	{ print => $before,  minutes => 20 },
	{ print => printed(), minutes => 8 });

$before = cluster('healthy');
ok(
	eventually(
		sub {
			sql($server, 'SELECT pg_terminate_backend(pid) FROM efm_extension.efm_worker_status() WHERE pid IS NOT NULL', 'postgres');
			$after = printed();
			return value_of($after, 'efm_worker_up') == 0;
		}),
	'the worker has ended');
fires('the worker is gone', [qw(EfmWorkerDown)], before_and_after($before, $after, 8));

fires(
	'the exporter shows an old answer',
	[qw(EfmStatusStale)],
	{ print => $healthy, minutes => 5 },
	{ print => $healthy, minutes => 20, stuck => 1 });
fires('the exporter cannot ask', [qw(EfmMetricsMissing)], before_and_after($healthy, NOTHING));

# Who is on call may look and promote (README.md, Security), and is to see what becomes of it.
unlike(integration('prometheus/efm_alerts.yml'), qr/efm_failover|efm_switchover/, 'no alert advises what only accepts');

# ---- The verdict -----------------------------------------------------------------------------------------------------

my ($status, $said) = output_of('', 'promtool', 'check', 'rules', $rules);
is($status, 0, 'the rules are valid') or diag($said);
for my $case (@cases)
{
	my $file = EfmMonitoring::text_file('case.yml',
		JSON::PP->new->canonical->encode({ rule_files => [$rules], evaluation_interval => STEP . 's', tests => [$case] }));
	($status, $said) = output_of('', 'promtool', 'test', 'rules', $file);
	is($status, 0, "$case->{name}: " . (join(', ', map { $_->{labels} =~ /"(.*)"/ } @{ $case->{promql_expr_test}[0]{exp_samples} }) || 'all is quiet'))
	  or diag($said);
}
is_deeply(
	[ sort keys %has_fired ],
	[ sort(integration('prometheus/efm_alerts.yml') =~ /- alert: (\w+)/g) ],
	'each alert has fired in some case');

done_testing();
