# Proves that the files for Prometheus and Grafana work together as they are: a real prometheus-sql-exporter asks the
# server with its configuration, a real Prometheus scrapes it and judges the rules, and what it has stored is what SQL
# says, also when the cluster changes. Each query of the dashboard returns data.
use strict;
use warnings;

use EfmMonitoring;
use EfmTest;
use JSON::PP ();
use Test::More;

my $server = monitored_server(
	'prometheus',
	'efm.bgw_enabled'  => 'on',
	'efm.bgw_interval' => '1s');
# Long enough for the worker to see a cluster without a primary.
$server->plays_scenario('healthy', promotion_ms => 3000);
my $database      = '127.0.0.1:' . $server->node->port;
my $exporter_port = free_port();
my $port          = free_port();
my $prometheus    = "http://127.0.0.1:$port/api/v1";

# ---- As a user would install them ------------------------------------------------------------------------------------

my $rules = adapted('prometheus/efm_alerts.yml');
# An alert that fires is shown at once, with its texts.
my $texts = integration('prometheus/efm_alerts.yml') =~ s/^ +for: .*\n//mgr =~ s/name: efm$/name: at-once/mr
  =~ s/alert: /alert: AtOnce/gr;
EfmMonitoring::text_file('at_once.yml', $texts);
my $exporter_config = adapted(
	'prometheus/prometheus-sql-exporter.yml',
	'efm_monitoring@127.0.0.1:5432' => "monitoring\@$database",
	'interval: 15s'                 => 'interval: 1s');
my $config = adapted(
	'prometheus/prometheus.yml',
	'127.0.0.1:9237'       => "127.0.0.1:$exporter_port",
	'scrape_interval: 15s' => 'scrape_interval: 1s',
	"rule_files:\n"        => "global: {evaluation_interval: 1s}\nrule_files:\n  - at_once.yml\n");

my ($status, $said) = output_of('', 'promtool', 'check', 'config', $config);
is($status, 0, 'the configuration of Prometheus is valid') or diag($said);

begin_program(
	'exporter', {}, 'prometheus-sql-exporter',
	'-config.file', $exporter_config, '-web.listen-address', "127.0.0.1:$exporter_port");
begin_program(
	'prometheus', {}, 'prometheus', "--config.file=$config",
	"--storage.tsdb.path=$EfmMonitoring::directory/tsdb", "--web.listen-address=127.0.0.1:$port", '--log.level=warn');

# ---- What is stored --------------------------------------------------------------------------------------------------

sub ask
{
	my ($path, $expression) = @_;
	my $parameters = HTTP::Tiny->new->www_form_urlencode({ query => $expression });
	my $answer     = json_of("$prometheus/$path?$parameters");
	return ($answer->{status} // '') eq 'success' ? $answer->{data}{result} : undef;
}

# Every series that Prometheus has of the extension now, series => value, named as in the view.
sub stored
{
	my $result = ask('query', '{__name__=~"efm_.+",job="efm"}') or return {};
	my %series;
	for my $sample (@$result)
	{
		my %labels = %{ $sample->{metric} };
		my ($name, $instance, $job) = delete @labels{qw(__name__ instance job)};
		is($instance, $database, "$name has the server as its instance") if $instance ne $database;
		$series{ EfmMonitoring::series($name, \%labels) } = $sample->{value}[1];
	}
	return \%series;
}

# These move on between two readings, whatever one does.
sub moves { return $_[0] =~ /^efm_(status_|cache_|worker_(polls|failures|last)|commands_|command_|without_primary)/; }

sub differences
{
	my ($stored, $said) = @_;
	my %all = (%$stored, %$said);
	return
	  grep { !exists $stored->{$_} or !exists $said->{$_} or (!moves($_) and $stored->{$_} != $said->{$_}) } sort keys %all;
}

sub is_stored
{
	my ($name) = @_;
	return wait_until(
		"$name: what Prometheus has stored is what SQL says",
		sub {
			my $stored = stored();
			my @differences = differences($stored, metrics_of($server));
			return (%$stored && !@differences, \@differences);
		});
}

is_stored('healthy');
my $stored = stored();
ok(scalar(keys %$stored) > 50, 'and that is everything: ' . keys(%$stored) . ' series');
my $moving = ask('query', 'time() - efm_status_timestamp_seconds')->[0]{value}[1];
ok($moving > -1 && $moving < 10, "the status is of now ($moving s old)");

sql($server, "SELECT efm_extension.efm_set_priority('10.0.0.3', '1')", 'postgres');
is_stored('another priority');
is(stored()->{'efm_node_failover_priority{cluster=efm,node=10.0.0.3}'}, 1, 'the priority that was set is stored');

sql($server, 'SELECT efm_extension.efm_failover()', 'postgres');
wait_until(
	'a time without a primary is stored',
	sub { return (ask('query', 'efm_cluster_primaries')->[0]{value}[1] // '') eq '0'; });
wait_until(
	'the new primary is stored',
	sub { return (stored()->{'efm_node_primary{cluster=efm,node=10.0.0.3}'} // '') eq '1'; });
is_stored('after a failover');

# ---- Rules -----------------------------------------------------------------------------------------------------------

my @alerts = integration('prometheus/efm_alerts.yml') =~ /- alert: (\w+)/g;
my $groups;
wait_until(
	'all rules were judged',
	sub {
		$groups = json_of("$prometheus/rules")->{data}{groups} // [];
		my @rules = map { @{ $_->{rules} } } @$groups;
		return (@rules == 2 * @alerts && !grep({ $_->{health} ne 'ok' } @rules),
			[ map { "$_->{name}: $_->{health} " . ($_->{lastError} // '') } @rules ]);
	});
my ($group) = grep { $_->{name} eq 'efm' } @$groups;
is_deeply([ map { $_->{name} } @{ $group->{rules} } ], \@alerts, 'Prometheus has loaded every alert');

my $firing = {};
wait_until(
	'the failover has raised its alerts',
	sub {
		my $alerts = json_of("$prometheus/alerts")->{data}{alerts} // [];
		$firing = { map { $_->{labels}{alertname} => $_ } @$alerts };
		return ($firing->{EfmRoleChanged} && $firing->{AtOnceEfmDatabaseDown} && $firing->{AtOnceEfmClusterUnhealthy}, [ keys %$firing ]);
	});
for my $alert (map { $firing->{$_} } sort keys %$firing)
{
	my $all = join("\n", values %{ $alert->{annotations} });
	unlike($all, qr/<error|<no value>|%!|\{\{/, "$alert->{labels}{alertname}: $alert->{annotations}{summary}");
}
is(
	$firing->{AtOnceEfmDatabaseDown}{annotations}{summary},
	'efm: the database of 10.0.0.1 is not up',
	'an alert says where to look');

# ---- The dashboard ---------------------------------------------------------------------------------------------------

my $dashboard = JSON::PP::decode_json(integration('grafana/efm_dashboard.json'));

# A query as Grafana would send it.
sub as_sent
{
	my ($expression) = @_;
	my %values = (cluster => 'efm', __rate_interval => '15s', __range => '1m');
	return $expression =~ s/\$(\w+)/$values{$1} \/\/ die "no such variable: $1"/ger;
}

my (%ids, @queries);
for my $panel (@{ $dashboard->{panels} })
{
	ok(!$ids{ $panel->{id} }++, "panel $panel->{id} ($panel->{title}) has an id of its own");
	my %places = map { $_->{refId} => 1 } @{ $panel->{targets} // [] };
	is(scalar keys %places, scalar @{ $panel->{targets} // [] }, "and so have its queries");
	is($panel->{datasource}{uid}, '${datasource}', 'and it uses the data source that the user chooses')
	  if $panel->{type} ne 'row';
	push @queries, map { [ $panel->{title}, $_->{expr} ] } @{ $panel->{targets} // [] };
}
push @queries, map { [ "annotation $_->{name}", $_->{expr} ] } @{ $dashboard->{annotations}{list} };
for my $query (@queries)
{
	my ($title, $expression) = @$query;
	wait_until(
		"the dashboard has data for $title: $expression",
		sub {
			my $result = ask('query', as_sent($expression));
			return (ref $result && @$result && !grep({ $_->{value}[1] eq 'NaN' } @$result), $result);
		},
		10);
}
my ($variable) = grep { $_->{name} eq 'cluster' } @{ $dashboard->{templating}{list} };
my ($match, $label) = $variable->{query}{query} =~ /^label_values\((\w+), (\w+)\)$/;
is_deeply(json_of("$prometheus/label/$label/values?match[]=$match")->{data}, ['efm'], 'the clusters can be chosen');

# ---- When the server is away -----------------------------------------------------------------------------------------

$server->node->stop('fast');
wait_until(
	'that the server does not answer is stored',
	sub {
		my $result = ask('query', 'sql_exporter_last_scrape_failed{query="efm"} == 1');
		return (ref $result && @$result == 1 && $result->[0]{metric}{instance} eq $database, $result);
	});
wait_until(
	'and raises an alert',
	sub {
		my $result = ask('query', 'ALERTS{alertname="AtOnceEfmMetricsMissing",alertstate="firing"}');
		return (ref $result && @$result == 1, $result);
	});

ok(end_program('exporter'),   'the exporter ends when it is told to');
ok(end_program('prometheus'), 'Prometheus ends when it is told to');
done_testing();
