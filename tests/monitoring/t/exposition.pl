# Proves that what the extension prints for Prometheus is accepted: the text format by promtool, which also looks for bad
# names, OpenMetrics by the parser of Prometheus' own client library; and that both say what the view efm_metrics says.
use strict;
use warnings;

use EfmMonitoring;
use EfmTest;
use File::Basename qw(dirname);
use Test::More;

my $server = monitored_server('exposition', 'efm.cache_ttl' => '10min');

# These differ from one reading to the next.
sub moves { return $_[0] =~ /^efm_(status_age|cache_|commands_|worker_|.*_seconds)/; }

for my $name (
	qw(healthy agent-not-running database-down efm-3.10 efm-5 failed-over host-names invalid-encoding ipv6 lagging-standby
	no-standby promotion-in-progress truncated-json two-hundred-nodes two-nodes two-primaries))
{
	$server->plays_scenario($name);
	sql($server, 'SELECT efm_extension.efm_invalidate_cache()', 'postgres');
	part(
		"the cluster $name" => sub {
			my $text = text_of($server);
			my ($status, $said) = output_of($text, 'promtool', 'check', 'metrics');
			is($status, 0, 'promtool accepts the text format') or diag($text);
			is($said, '', 'and has nothing to say about it');

			my $openmetrics = sql($server, "SELECT efm_extension.efm_metrics_text('openmetrics')");
			($status, $said) = output_of($openmetrics, '/usr/bin/python3', dirname($0) . '/../openmetrics.py');
			is($status, 0, 'the client library accepts OpenMetrics') or diag("$said$openmetrics");

			my $rows = metrics_of($server);
			my %rows = map { $_ => $rows->{$_} } grep { !/^efm_(cluster_nodes_total|node_status|node_by_type)\{/ } keys %$rows;
			for my $form ([ 'the text format', $text ], [ 'OpenMetrics', $said ])
			{
				my %samples =
				  map { EfmMonitoring::series(@$_{qw(name labels)}) => $_->{value} } samples_of($form->[1]);
				is_deeply([ sort keys %samples ], [ sort keys %rows ], "$form->[0] has the series of the view");
				is_deeply(
					{ map { $_ => 0 + $samples{$_} } grep { !moves($_) } keys %samples },
					{ map { $_ => 0 + $rows{$_} } grep    { !moves($_) } keys %rows },
					"$form->[0] has the values of the view");
			}
		});
}

part(
	'one status for everything' => sub {
		# Switched off, the cache would let every further read be seen: as a command.
		sql($server, 'ALTER SYSTEM SET efm.cache_ttl = 0', 'postgres');
		$server->plays_scenario('healthy');
		$server->node->reload;
		my $commands = sub {
			my ($from) = @_;
			return $from->()->{'efm_commands_total{cluster=efm,outcome=succeeded,subcommand=cluster-status-json}'};
		};
		my $of_view = sub { return metrics_of($server); };
		my $of_text = sub {
			return { map { EfmMonitoring::series(@$_{qw(name labels)}) => $_->{value} } samples_of(text_of($server)) };
		};
		ok(eventually(sub { return $commands->($of_view) < $commands->($of_view); }), 'the cache is switched off');
		for my $form ([ 'the view', $of_view ], [ 'the text', $of_text ])
		{
			my $before = $commands->($form->[1]);
			is($commands->($form->[1]), $before + 1, "$form->[0] has asked EFM once");
		}
	});

done_testing();
