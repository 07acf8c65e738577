# Proves that the Zabbix template and the agent's configuration fit each other and the extension: a real zabbix_agent2 is
# asked for every key of the template, as the role for monitoring; each item that depends on them finds its value there,
# for the cluster and for each node that the discovery finds, and it is what SQL says.
use strict;
use warnings;

use EfmMonitoring;
use EfmTest;
use File::Basename qw(dirname);
use JSON::PP ();
use Test::More;

my $server = monitored_server('zabbix', 'efm.bgw_enabled' => 'on', 'efm.bgw_interval' => '1s');

# ---- The template ----------------------------------------------------------------------------------------------------

my ($status, $json) = output_of(integration('zabbix/efm_template.yaml'), '/usr/bin/python3', dirname($0) . '/../yaml_to_json.py');
is($status, 0, 'the template is YAML') or BAIL_OUT($json);
my $export   = JSON::PP::decode_json($json)->{zabbix_export};
my $template = $export->{templates}[0];
is($export->{version}, '6.0', 'and an export of Zabbix 6.0');

my @uuids = $json =~ /"uuid": "([^"]*)"/g;
my %uuids = map { $_ => 1 } @uuids;
is(scalar keys %uuids, scalar @uuids, 'each uuid is there once');
is_deeply([ grep { !/^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/ } @uuids ], [], 'and is one of version 4');

my ($rule)     = @{ $template->{discovery_rules} };
my @items      = @{ $template->{items} };
my @prototypes = @{ $rule->{item_prototypes} };
my %keys       = map { $_->{key} => 1 } @items, @prototypes;
is(scalar keys %keys, @items + @prototypes, 'each key is there once');

my %value_maps = map { $_->{name} => 1 } @{ $template->{valuemaps} };
my @triggers   = map { @{ $_->{triggers} // [] }, @{ $_->{trigger_prototypes} // [] } } @items, @prototypes;
for my $trigger (@triggers)
{
	my @used = $trigger->{expression} =~ m{/\Q$template->{template}\E/([\w.]+(?:\[[^]]*\])?)}g;
	ok(@used > 0, "the trigger '$trigger->{name}' looks at an item");
	is_deeply([ grep { !$keys{$_} } @used ], [], 'and at none that is not there');
}
my $text = integration('zabbix/efm_template.yaml');
my %macros = map { $_->{macro} => 1 } @{ $template->{macros} };
is_deeply([ grep { !$macros{$_} } $text =~ /(\{\$[A-Z.]+\})/g ], [], 'each macro has a value');

# ---- The agent -------------------------------------------------------------------------------------------------------

my $port    = free_port();
my $service = EfmMonitoring::text_file('pg_service.conf', <<"EOF");
[efm_monitoring]
host=127.0.0.1
port=@{[ $server->node->port ]}
dbname=postgres
user=monitoring
application_name=zabbix-agent2
options=-c statement_timeout=2500
EOF
my $keys   = adapted('zabbix/efm_extension.conf');
my $config = EfmMonitoring::text_file('zabbix_agent2.conf', <<"EOF");
LogType=console
PidFile=$EfmMonitoring::directory/zabbix_agent2.pid
Hostname=efm-test
Server=127.0.0.1
ListenIP=127.0.0.1
ListenPort=$port
ControlSocket=$EfmMonitoring::directory/control.sock
PluginSocket=$EfmMonitoring::directory/plugin.sock
Include=$keys
EOF
begin_program('zabbix_agent2', { PGSERVICEFILE => $service }, 'zabbix_agent2', '-f', '-c', $config);
wait_until('the agent answers', sub { return (zabbix_get($port, 'agent.ping') // '') eq '1'; });

# What depends on another item is computed by the Zabbix server; the others are the agent's.
my @asked = map { $_->{key} } grep { ($_->{type} // '') ne 'DEPENDENT' } @items, $rule;
is_deeply([ sort @asked ], [ sort(integration('zabbix/efm_extension.conf') =~ /^UserParameter=([\w.]+),/mg) ],
	'the keys of the template are those of the agent');
ok(length zabbix_get($port, $_) > 0, "the agent answers $_") for @asked;

# ---- The values ------------------------------------------------------------------------------------------------------

# What Zabbix' preprocessing PROMETHEUS_PATTERN takes out of the text: the value of the one sample that it fits, a label
# of it, or the sum of all.
sub preprocessed
{
	my ($metrics, $pattern, $kind, $which) = @_;
	my ($name, $conditions) = $pattern =~ /^(\w+)(?:\{(.*)\})?$/ or die "no pattern: $pattern";
	my @found = grep { $_->{name} eq $name } @$metrics;
	while (($conditions // '') =~ /\G(\w+)(=|!~)"([^"]*)",?/gc)
	{
		my ($label, $operator, $text) = ($1, $2, $3);
		@found = grep {
			my $value = $_->{labels}{$label} // '';
			$operator eq '=' ? $value eq $text : $value !~ /^(?:$text)$/
		} @found;
	}
	if ($kind eq 'function')
	{
		die "no such function: $which" if $which ne 'sum';
		my $sum;
		$sum += $_->{value} for @found;
		return $sum;
	}
	die "$pattern fits more than one sample" if @found > 1;
	return @found ? ($kind eq 'label' ? $found[0]{labels}{$which} : $found[0]{value}) : undef;
}

# Every item that depends on another, for each node if it is a prototype: key => value, as the Zabbix server gets it.
sub items_of_zabbix
{
	my @metrics = samples_of(zabbix_get($port, 'efm.metrics'));
	my $found   = JSON::PP::decode_json(zabbix_get($port, 'efm.discovery'));
	my %values;
	for my $case (map([ $_, {} ], @items), map { my $node = $_; map { [ $_, $node ] } @prototypes } @{ $found->{data} })
	{
		my ($item, $node) = @$case;
		next if ($item->{type} // '') ne 'DEPENDENT';
		my ($step, @more) = @{ $item->{preprocessing} };
		die "$item->{key} is prepared in another way" if @more or $step->{type} ne 'PROMETHEUS_PATTERN';
		my ($key, @parameters) = map { s/(\{#\w+\})/$node->{$1} \/\/ die "no macro $1"/ger } $item->{key}, @{ $step->{parameters} };
		$values{$key} = preprocessed(\@metrics, @parameters);
		$values{$key} //= $step->{error_handler_params} if $step->{error_handler} eq 'CUSTOM_VALUE';
	}
	return \%values;
}

# The same from SQL, without the way over the metrics.
sub items_of_sql
{
	my $cluster = JSON::PP::decode_json(
		sql($server, q{SELECT to_jsonb(i) || jsonb_build_object('healthy', messages = '{}') FROM efm_extension.efm_cluster_info() i}));
	my $nodes = JSON::PP::decode_json(sql($server, 'SELECT jsonb_agg(n) FROM efm_extension.efm_get_nodes() n'));
	my %values = (
		'efm.up'                       => 1,
		'efm.cluster.minimum_standbys' => $cluster->{minimum_standbys},
		'efm.cluster.primaries'        => scalar(grep { $_->{node_type} eq 'Primary' } @$nodes),
		'efm.cluster.vip_active'       => $cluster->{vip} ? scalar(grep { $_->{vip_active} } @$nodes) : undef,
		'efm.worker.enabled'           => 1,
		'efm.worker.up'                => 1);
	for my $node (@$nodes)
	{
		my $standby = $node->{node_type} eq 'Standby';
		my %of_node = (
			type        => $node->{node_type},
			database    => $node->{db_status},
			agent_up    => $node->{agent_status} eq 'UP' ? 1 : 0,
			database_up => $node->{db_status} eq 'N/A' ? undef : $node->{db_status} eq 'UP' ? 1 : 0,
			primary     => $node->{node_type} eq 'Primary' ? 1 : 0,
			promotable  => $standby ? ($node->{is_promotable} ? 1 : 0) : undef,
			priority    => $standby ? $node->{priority} // 0 : undef,
			lag         => $standby ? $node->{lag_bytes} : undef,
			vip_active  => !$node->{vip} ? undef : $node->{vip_active} ? 1 : 0);
		$values{"efm.node.$_\[$node->{node_address}]"} = $of_node{$_} for keys %of_node;
	}
	return \%values;
}

sub is_known_to_zabbix
{
	my ($name) = @_;
	my $zabbix = {};
	wait_until(
		"$name: what Zabbix gets is what SQL says",
		sub {
			$zabbix = items_of_zabbix();
			my $sql         = items_of_sql();
			my @differences = map { "$_: Zabbix " . ($zabbix->{$_} // 'nothing') . ', SQL ' . ($sql->{$_} // 'nothing') }
			  grep { !exists $zabbix->{$_} or ($zabbix->{$_} // '') ne ($sql->{$_} // '') } sort keys %$sql;
			return (!@differences, \@differences);
		});
	return $zabbix;
}

my $zabbix = is_known_to_zabbix('healthy');
is(scalar(grep { !/^efm\.node\./ } keys %$zabbix), @items - 1, 'each item of the cluster was looked at');
is_deeply([ grep { !/^efm\.node\./ && !defined $zabbix->{$_} } sort keys %$zabbix ], [], 'and each has a value');
is(scalar(grep { /^efm\.node\./ } keys %$zabbix), 4 * @prototypes, 'and each of the four nodes');
is_deeply(
	[
		grep { my $key = $_; !grep { defined $zabbix->{ $key =~ s/\{#NODE_IP\}/10.0.0.$_/r } } 1 .. 4 }
		map  { $_->{key} } @prototypes
	],
	[], 'and each prototype has a value for some node');

sql($server, "SELECT efm_extension.efm_set_priority('10.0.0.3', '1')", 'postgres');
$zabbix = is_known_to_zabbix('another priority');
is($zabbix->{'efm.node.priority[10.0.0.3]'}, 1, 'the priority that was set is known');

sql($server, 'SELECT efm_extension.efm_failover()', 'postgres');
$zabbix = is_known_to_zabbix('after a failover');
is($zabbix->{'efm.node.primary[10.0.0.3]'}, 1, 'the new primary is known');
ok($zabbix->{'efm.role_changes'} > 0, 'the change of roles was counted');

# With host names, and without the virtual address that the other has.
$server->plays_scenario('host-names');
sql($server, 'SELECT efm_extension.efm_invalidate_cache()', 'postgres');
is_known_to_zabbix('host names');

# ---- When EFM, or the server, does not answer ------------------------------------------------------------------------

my $known = JSON::PP::decode_json(zabbix_get($port, 'efm.discovery'));
is(scalar @{ $known->{data} }, 4, 'four nodes are known');
$server->plays_scenario('agent-not-running');
sql($server, 'SELECT efm_extension.efm_invalidate_cache()', 'postgres');
wait_until('an EFM that does not answer is known',
	sub { return preprocessed([ samples_of(zabbix_get($port, 'efm.metrics')) ], 'efm_up', 'value', '') eq '0'; });
is_deeply(JSON::PP::decode_json(zabbix_get($port, 'efm.discovery')),
	$known, 'the discovery goes on to find them: Zabbix would drop the nodes otherwise');

$server->node->stop('fast');
like(zabbix_get($port, 'efm.metrics'), qr/^psql: error/, 'a server that does not answer gives no metrics');
ok(end_program('zabbix_agent2'), 'the agent ends when it is told to');
done_testing();
