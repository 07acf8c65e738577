# Proves that the weaknesses of the extension before this one are not in this one, as far as they are about the cached
# status, the nodes and the metrics: a subtest for each, by its number in the list of them. What other tests prove in more
# ways (cache_*.pl) is shown here once, in the way it was found.
use strict;
use warnings;

use EfmTest;
use EfmTest::Herd;
use Test::More;
use Time::HiRes ();

my $server  = EfmTest::Server->start('predecessor_cache', settings => { max_connections => 40, 'efm.cache_ttl' => 300 });
my $node    = $server->node;
my $started = $server->state_file('started');
my $count   = "echo \$\$ >>'$started'";
my $session = $server->session;
my $forget  = 'SELECT efm_extension.efm_invalidate_cache()';
my $status  = 'SELECT efm_extension.efm_cluster_status_json()';
my $nodes   = q{SELECT string_agg(node_address || '=' || node_type, ' ') FROM efm_extension.efm_get_nodes()};

sub processes_started
{
	my $lines = -e $started ? PostgreSQL::Test::Utils::slurp_file($started) : '';
	unlink $started;
	return scalar(() = $lines =~ /\n/g);
}

# EFM answers with this from now on, and with this exit status; nothing is cached.
sub efm_says
{
	my ($output, $exit) = @_;
	$server->write('answer', $output);
	$server->plays("$count; cat '" . $server->file('answer') . q{'; exit } . ($exit // 0));
	$session->query($forget);
	processes_started();
	return;
}

sub efm_is_down
{
	$server->plays("$count; echo 'Authorization file not found. Is the local agent running?' >&2; exit 1");
	$session->query($forget);
	return;
}

my $healthy =
    '{"nodes":{"172.17.0.2":{"type":"Primary","db":"UP","vip":"172.17.0.9","vip_active":true,"lsn":"0/3000060"},'
  . '"172.17.0.3":{"type":"Standby","db":"UP","vip":"172.17.0.9","vip_active":false,"lsn":"0/3000000"},'
  . '"172.17.0.4":{"type":"Witness","db":"N\/A"}},"allowednodes":["172.17.0.2","172.17.0.3"],'
  . '"membershipcoordinator":"172.17.0.2","failoverpriority":["172.17.0.3"],"minimumstandbys":0,"missingnodes":[],'
  . '"messages":[]}';

part(
	'W-11 cold callers share one command' => sub {
		efm_says($healthy);
		$server->plays("sleep 0.3\n" . PostgreSQL::Test::Utils::slurp_file($server->file('efm.plan')));
		my $herd = EfmTest::Herd->new($server, 16);
		is(scalar(grep { $_->{errors} } $herd->all($nodes)), 0, '16 callers are served');
		is(processes_started(), 1, 'by one command');
		$herd->quit;
	});

part(
	'W-12 an answer of more than 64 KB is cached, without a warning' => sub {
		my $many = join ',', map { qq("10.9.$_.1":{"type":"Standby","lsnInfo":") . 'i' x 900 . '"}' } 1 .. 200;
		efm_says("{\"nodes\":{$many}}");
		my $rows = 'SELECT count(*), min(length(xlog_info)) FROM efm_extension.efm_get_nodes()';
		is_well($_->query($rows), '200 nodes, 180 KB', '200|900') for $session, $session, $server->session;
		is(processes_started(), 1, 'one command for three reads');
	});

part(
	'W-13 the cache has a key' => sub {
		$server->plays(qq($count; printf '{"nodes":{"%s":{"type":"Primary"}}}' "\$2"));
		$session->query($forget);
		processes_started();
		is_well($session->query("SET efm.cluster_name = 'alpha'; $nodes"), 'alpha', 'alpha=Primary');
		is_well($session->query("SET efm.cluster_name = 'beta'; $nodes"),  'beta',  'beta=Primary');
		is_well(
			$session->query(q{SELECT DISTINCT labels ->> 'cluster', labels ->> 'node_ip' FROM efm_extension.efm_metrics
				 WHERE metric_name = 'efm_node_by_type'}),
			'the metrics of beta are labelled so', qr/^beta\|/);
		is_well($session->query("SET efm.cache_ttl = 0; SET efm.cluster_name = 'gamma'; $nodes; RESET ALL"),
			'a session without a cache', 'gamma=Primary');
		is_well($session->query("SET efm.cluster_name = 'alpha'; $nodes; RESET ALL"), 'alpha again', 'alpha=Primary');
		is(processes_started(), 3, 'three commands');
	});

part(
	'W-14 no invalid answer is cached' => sub {
		for my $bad ('{"nodes":{"10.0.0.1":', '{"nodes":[]}', '[1]', '{"nodes":{"a":{"n":1e999999}}}', '')
		{
			efm_says($bad);
			is_failure($session->query($_), '22P02', "\"$bad\", $_") for $status, $nodes;
			$server->write('answer', $healthy);
			ok(eventually(sub { $session->query($nodes)->{errors} eq '' }, 5), 'a healthy EFM is believed at once');
		}
	});

part(
	'W-15 a read that began before a change does not bring the old state back' => sub {
		my $go    = $server->state_file('go');
		my $ready = $server->state_file('ready');
		my $json  = $server->file('priority');
		$server->write('priority', '{"nodes":{"10.0.0.1":{"type":"Standby"}},"failoverpriority":["10.0.0.1"]}');
		$server->plays(<<"EOP");
[ "\$1" = cluster-status-json ] || exit 0
old=\$(cat '$json')
touch '$ready'
until [ -e '$go' ]; do sleep 0.01; done
printf '%s' "\$old"
EOP
		my $slow = $server->session;
		$session->query($forget);
		$slow->send('SELECT priority FROM efm_extension.efm_get_nodes()');
		ok(eventually(sub { -e $ready }), 'a read has seen the old state');
		$server->write('priority', '{"nodes":{"10.0.0.1":{"type":"Standby"}},"failoverpriority":["10.0.0.9","10.0.0.1"]}');
		is_well($session->query(q{SELECT efm_extension.efm_set_priority('10.0.0.1', '2')}), 'the priority is set', 0);
		my $early = $server->session;
		$early->send('SELECT priority FROM efm_extension.efm_get_nodes()');
		$server->write('state/go', '');
		is_well($slow->finish, 'the slow read has the state of when it asked', 1);
		is_well($early->finish, 'one that began after the change waits, and asks again', 2);
		is_well($session->query('SELECT priority FROM efm_extension.efm_get_nodes()'), 'and so do later ones', 2);
		$_->quit for $slow, $early;
		unlink $go, $ready;
	});

part(
	'W-16 misses are counted' => sub {
		efm_says($healthy);
		my $stats = 'SELECT cache_hits, cache_misses, cache_updates FROM efm_extension.efm_cache_stats()';
		my @before = split /\|/, $session->query($stats)->{rows};
		$session->query("$status; $status; $nodes; $forget; $status; SELECT FROM efm_extension.efm_metrics");
		efm_is_down();
		$session->query($status);
		my @after = split /\|/, $session->query($stats)->{rows};
		is(join(' ', map { $after[$_] - $before[$_] } 0 .. 2), '3 3 2', 'three hits, three misses, two updates');
		my $ratio = q{SELECT value FROM efm_extension.efm_metrics WHERE metric_name = 'efm_cache_hit_ratio'};
		cmp_ok($session->query($ratio)->{rows}, '>', 0, 'the ratio is more than 0');
		cmp_ok($session->query($ratio)->{rows}, '<', 1, 'and less than 1');
	});

part(
	'W-17, W-18 a hit parses nothing' => sub {
		my $many = join ',', map { qq("10.8.$_.1":{"type":"Standby","db":"UP","lsn":"0/5000148"}) } 1 .. 200;
		efm_says("{\"nodes\":{$many}}");
		my $reads = 2000;
		my %seconds;
		for my $what (
			[ hit   => 'efm_extension.efm_cluster_status_json()' ],
			[ parse => "('{\"nodes\":{$many}}' || left(i::text, 0))::jsonb" ])
		{
			my ($name, $value) = @$what;
			my $sql = "SELECT count(s) FROM (SELECT $value AS s FROM generate_series(1, $reads) i OFFSET 0) t";
			$session->query($sql);
			$session->send_timed($sql);
			my $result = $session->finish_timed;
			is_well($result, $name, $reads);
			$seconds{$name} = $result->{ended} - $result->{began};
			measured("$reads times: $name of a status of 200 nodes", $seconds{$name});
		}
		is(processes_started(), 1, 'one command');
		cmp_ok($seconds{hit}, '<', $seconds{parse}, 'a hit takes less than reading the JSON');
	});

part(
	'W-21 nodes are read as they are' => sub {
		my $long = "\xc3\xa9" x 400;
		efm_says(qq({"shadow":{"nodes":{"10.6.6.6":{"type":"Ghost"}}},)
			  . q("nodes":{"10.0.0.1":{"vip":[],"type":"Primary","x":{"nodes":{"y":{}}}},)
			  . qq("db-2.example.org":{"type":"Standby","db":"UP","lsnInfo":"$long"},"fe80::1":{"type":"$long"},"10.0.0.4":7}}));
		is_well($session->query($nodes),
			'arrays and objects among the keys, host names, no ghosts',
			"10.0.0.1=Primary db-2.example.org=Standby fe80::1=$long");
		is_well(
			$session->query(
				q{SELECT node_ip IS NULL, length(xlog_info) FROM efm_extension.efm_get_nodes() WHERE node_type = 'Standby'}),
			'a host name is no address, long texts are whole', 't|400');
	});

part(
	'W-22 bytes that are no text are an error' => sub {
		efm_says("{\"nodes\":{\"10.0.0.1\":{\"type\":\"Prim\xe9r\"}}}");
		for my $read ($status, $nodes, 'SELECT efm_extension.efm_cluster_info()')
		{
			is_failure($session->query($read), '22021', $read, detail => qr/Prim\\xe9r/);
		}
		is_well($session->query(q{SELECT value FROM efm_extension.efm_metrics WHERE metric_name = 'efm_up'}), 'efm_up', 0);
		efm_says('{"nodes":{"10.0.0.1":{"type":"Prim\u0000r"}}}');
		is_failure($session->query($nodes), '22P02', 'a NUL in the JSON');
		efm_says($healthy);
		is_well($session->query($nodes), 'and nothing of it stays', qr/Primary/);
	});

part(
	'W-25 addresses have no netmask' => sub {
		efm_says($healthy);
		is_well(
			$session->query(q{SELECT string_agg(DISTINCT labels ->> 'node_ip', ' ') FROM efm_extension.efm_metrics}),
			'labels of the metrics', '172.17.0.2 172.17.0.3 172.17.0.4');
		is_well($session->query(q{SELECT string_agg(n ->> '{#NODE_IP}', ' ') FROM
			jsonb_array_elements(efm_extension.zabbix_node_discovery() -> 'data') n}),
			'Zabbix', '172.17.0.2 172.17.0.3 172.17.0.4');
		unlike($session->query('SELECT efm_extension.efm_metrics_text()')->{rows}, qr{172\.17\.0\.\d/}, 'text of the metrics');
		is_well($session->query(q{SELECT host(node_ip) FROM efm_extension.efm_get_nodes() LIMIT 1}),
			'efm_get_nodes', '172.17.0.2');
	});

part(
	'W-33 efm_is_available asks, and tells apart' => sub {
		efm_says($healthy, 1);
		my $available = 'SELECT is_available, error_code FROM efm_extension.efm_is_available()';
		is_well($session->query($available), 'an unhealthy cluster is an answer', 't|0');
		efm_is_down();
		is_well($session->query($available), 'the agent is down', 'f|1');
		$session->query(q{SET efm.command_path = '/no/such/efm'});
		is_well($session->query($available), 'no program has a number of its own', 'f|-2');
		$session->query('RESET ALL');
	});

part(
	'W-34 an EFM that is down is a metric' => sub {
		efm_says($healthy);
		$session->query($status);
		efm_is_down();
		my $up = q{SELECT value FROM efm_extension.efm_metrics WHERE metric_name = 'efm_up'};
		is_well($session->query($up), 'efm_up is 0', 0);
		is_well($session->query(q{SELECT count(*) FROM efm_extension.efm_metrics WHERE metric_name LIKE 'efm_node_%'}),
			'no node is made up', 0);
		my $discovered = q{SELECT count(*) FROM jsonb_array_elements(efm_extension.zabbix_node_discovery() -> 'data')};
		is_well($_->query($discovered), 'Zabbix is told the last nodes known', 3) for $session, $server->session;
		is_failure($session->query("SET efm.cluster_name = 'unknown'; $discovered"),
			'08006', 'where none are known it is an error');
		$session->query('RESET efm.cluster_name');
		for my $format ('prometheus', 'openmetrics')
		{
			like($session->query("SELECT efm_extension.efm_metrics_text('$format')")->{rows}, qr/^efm_up\{[^}]*\} 0$/m, $format);
		}
		$server->plays('exec ' . $server->chameleon('hang'));
		is_failure($session->query("$forget; SET statement_timeout = '100ms'; $up"), '57014', 'a cancel is still a cancel');
		$session->query(q{RESET statement_timeout; SET efm.command_timeout = '100ms'});
		is_well($session->query($up), 'a timeout of the command is none', 0);
		$session->query('RESET ALL');
		efm_says($healthy);
		is_well($session->query($up), 'efm_up is 1', 1);
	});

part(
	'W-36 priority and cluster_info are there' => sub {
		efm_says($healthy);
		is_well($session->query(q{SELECT string_agg(concat_ws('/', host(node_ip), priority, is_promotable), ' ')
			FROM efm_extension.efm_get_nodes()}),
			'priority from failoverpriority', '172.17.0.2/f 172.17.0.3/1/t 172.17.0.4/f');
		is_well($session->query(q{SELECT cluster_name, vip, membership_coordinator, minimum_standbys, total_nodes,
			allowed_nodes, failover_priority, messages FROM efm_extension.efm_cluster_info()}),
			'efm_cluster_info()',
			'efm|172.17.0.9|172.17.0.2|0|3|{172.17.0.2,172.17.0.3}|{172.17.0.3}|{}');
	});

part(
	'W-41 last_updated is when EFM answered' => sub {
		efm_says($healthy);
		my $updated = 'SELECT DISTINCT last_updated FROM efm_extension.efm_get_nodes()';
		my $first   = $session->query($updated)->{rows};
		Time::HiRes::sleep(0.05);
		is_well($session->query($updated),          'a later call',    $first);
		is_well($server->session->query($updated),  'another session', $first);
		is_well($session->query('SELECT fetched_at FROM efm_extension.efm_cluster_info()'), 'efm_cluster_info()', $first);
		is_well($session->query('SELECT last_update FROM efm_extension.efm_cache_stats()'), 'efm_cache_stats()',  $first);
		$session->query("$forget; $status");
		isnt($session->query($updated)->{rows}, $first, 'a new answer has another time');
	});

part(
	'W-42 how the JSON is laid out does not matter' => sub {
		my $text = "which: no java in (/usr/bin)\n\n \t{\n \"nodes\" : {\n  \"10.0.0.1\": {\n"
		  . "   \"type\": \"Primary\"\n  }\n }\n}\n\n";
		for my $exit (0, 1)
		{
			efm_says($text, $exit);
			is_well($session->query($nodes), "several lines, noise before, exit status $exit", '10.0.0.1=Primary');
			is_well($session->query("SELECT jsonb_typeof(($status))"), 'as JSON', 'object');
		}
		$node->safe_psql('postgres', 'CREATE DATABASE old');
		$node->safe_psql('old',      q{CREATE EXTENSION efm_extension VERSION '1.0'});
		is_well(
			$server->query('SELECT node_ip, role FROM efm_extension.efm_nodes_details', database => 'old'),
			'efm_nodes_details of 1.0', '10.0.0.1|Primary');
	});

$session->quit;
$node->stop;
done_testing();
