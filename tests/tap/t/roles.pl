# Proves the roles of README.md for roles that log in: a monitor, an operator, and an on-call role that may promote and
# nothing else; what they cannot bring along when they connect; that the promotion they are allowed is done, and noted
# under their name; and that their grants outlive an update, a dump and a restore, default privileges among them.
use strict;
use warnings;

use EfmTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $server = EfmTest::Server->start('roles');
my $node   = $server->node;
$server->plays_scenario('healthy');

my $roles = <<'EOQ';
SELECT efm_extension.grant_access_to_user('monitor');
SELECT efm_extension.grant_access_to_user('operator');
GRANT EXECUTE ON FUNCTION efm_extension.efm_allow_node(text), efm_extension.efm_disallow_node(text),
    efm_extension.efm_set_priority(text, text) TO operator;
GRANT USAGE ON SCHEMA efm_extension TO oncall;
GRANT EXECUTE ON FUNCTION efm_extension.efm_get_nodes(), efm_extension.efm_preflight(boolean),
    efm_extension.efm_promote(boolean, integer, boolean, text, boolean, boolean, boolean, text) TO oncall;
EOQ
$node->safe_psql('postgres', 'CREATE ROLE monitor LOGIN; CREATE ROLE operator LOGIN; CREATE ROLE oncall LOGIN');
$node->safe_psql('postgres', $roles);

sub as
{
	my ($role, $sql, %options) = @_;
	return $server->query($sql, user => $role, %options);
}

# What each of the three may do, in a database.
sub are_themselves
{
	my ($database) = @_;
	my %here = (database => $database);
	is_well(as('monitor', 'SELECT count(*) FROM efm_extension.efm_nodes_details', %here), "$database: monitor", 4);
	is_well(as('monitor', 'SELECT count(*) FROM efm_extension.efm_preflight()', %here), "$database: monitor, preflight",
		9);
	is_failure(as('monitor', q{SELECT efm_extension.efm_allow_node('10.0.0.9')}, %here),
		'42501', "$database: monitor, allow");
	is_failure(as('monitor', 'SELECT efm_extension.efm_promote()', %here), '42501', "$database: monitor, promote");
	is_well(as('operator', q{SELECT efm_extension.efm_allow_node('10.0.0.9')}, %here), "$database: operator", 0);
	is_well(as('operator', q{SELECT efm_extension.efm_disallow_node('10.0.0.9')}, %here), "$database: operator", 0);
	is_failure(as('operator', 'SELECT efm_extension.efm_promote()', %here), '42501', "$database: operator, promote");
	is_failure(as('operator', 'SELECT efm_extension.efm_switchover()', %here),
		'42501', "$database: operator, switchover");
	is_failure(
		as('oncall', q{SELECT efm_extension.efm_promote(expected_primary => '10.0.0.9')}, %here),
		'55000', "$database: on call",
		message => qr/not the expected one/);
	for my $call (q{efm_allow_node('10.0.0.9')}, 'efm_cluster_info()', 'efm_failover()', 'efm_stop_cluster()',
		q{grant_access_to_user('oncall')})
	{
		is_failure(as('oncall', "SELECT efm_extension.$call", %here), '42501', "$database: on call, $call");
	}
	return;
}

part('who logs in' => sub { are_themselves('postgres'); });

part(
	'nothing is brought along' => sub {
		# As options of the connection, of the role and of the database.
		for my $setting ('efm.command_path=/bin/true', 'efm.backend=mock', 'efm.sudo_user=root', 'efm.cluster_name=x')
		{
			local $ENV{PGOPTIONS} = "-c $setting";
			my ($status, $out, $err) =
			  $node->psql('postgres', 'SELECT 1', connstr => $node->connstr('postgres') . ' user=operator');
			isnt($status, 0, "no session with $setting");
			like($err, qr/permission denied to set parameter "efm\./, "$setting: why");
		}
		is_failure(as('operator', q{ALTER ROLE operator SET efm.backend = 'mock'}), '42501', 'ALTER ROLE');
		$node->safe_psql('postgres', 'CREATE DATABASE theirs OWNER operator');
		is_failure(as('operator', q{ALTER DATABASE theirs SET efm.backend = 'mock'}), '42501', 'ALTER DATABASE');
		# Their own database lets them create, but not this extension: it is not trusted.
		is_failure(as('operator', 'CREATE EXTENSION efm_extension', database => 'theirs'), '42501', 'CREATE EXTENSION');
		$node->safe_psql('postgres', 'DROP DATABASE theirs');
		# A setting of a function that a superuser has made holds in that function only.
		$node->safe_psql('postgres', <<'EOQ');
CREATE FUNCTION public.nodes_of_fake() RETURNS bigint LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET efm.backend = 'mock' SET efm.cluster_name = 'fake'
    AS 'SELECT count(*) FROM efm_extension.efm_get_nodes()';
EOQ
		my $session = $server->session(user => 'oncall');
		is_well($session->query('SELECT public.nodes_of_fake() > 0'), 'a wrapper with its own settings', 't');
		is_well($session->query('SHOW efm.cluster_name'), 'which end with it', 'efm');
		$session->quit;
	});

part(
	'the promotion that is allowed' => sub {
		$server->new_log;
		my $result = as('oncall', 'SELECT efm_extension.efm_promote(switchover => true)');
		is($result->{rows}, 't', 'it is done') or diag($result->{errors});
		like($result->{errors}, qr/NOTICE:.*switchover accepted/, 'and told');
		is_well(
			as('monitor', q{SELECT node_address FROM efm_extension.efm_get_nodes() WHERE node_type = 'Primary'}),
			'the monitor sees the new primary', '10.0.0.2');
		like(
			$server->new_log,
			qr/efm command by role "\w+" \(session user "oncall"\).*promote efm -switchover: exited with status 0/,
			'the log names who it was');
		$server->plays_scenario('healthy');
		$node->safe_psql('postgres', 'SELECT efm_extension.efm_invalidate_cache()');
	});

# Who holds what on the objects of the extension.
my $acl = <<'EOQ';
SELECT string_agg(line, E'\n' ORDER BY line COLLATE "C") FROM (
    SELECT p.oid::regprocedure || ' ' || a::text FROM pg_proc p, unnest(proacl) a
     WHERE pronamespace = 'efm_extension'::regnamespace
    UNION ALL SELECT c.oid::regclass || ' ' || a::text FROM pg_class c, unnest(relacl) a
     WHERE relnamespace = 'efm_extension'::regnamespace
    UNION ALL SELECT 'schema ' || a::text FROM pg_namespace, unnest(nspacl) a WHERE nspname = 'efm_extension'
    UNION ALL SELECT 'default ' || defaclobjtype || ' ' || a::text FROM pg_default_acl, unnest(defaclacl) a) l(line)
EOQ

# Dumps a database, restores it into a new one, and compares.
sub outlives_a_dump
{
	my ($source) = @_;
	my $copy     = "${source}_copy";
	my $dump     = $server->file("$source.dump");
	my ($out, $err) = ('', '');
	$node->safe_psql('postgres', "CREATE DATABASE $copy");
	system_or_bail('pg_dump', '--format=custom', "--file=$dump", $node->connstr($source));
	ok(
		IPC::Run::run(
			[ 'pg_restore', '--exit-on-error', '--dbname', $node->connstr($copy), $dump ],
			'>', \$out, '2>', \$err),
		"$source is restored") or diag($err);
	is(
		$server->query($acl, database => $copy)->{rows},
		$server->query($acl, database => $source)->{rows},
		"$source: everybody holds what they held");
	are_themselves($copy);
	return;
}

part(
	'grants of a fresh 2.0 outlive a dump' => sub {
		$node->safe_psql('postgres', 'CREATE DATABASE fresh');
		$node->safe_psql('fresh',    "CREATE EXTENSION efm_extension; $roles");
		outlives_a_dump('fresh');
	});

part(
	'grants of 1.1 outlive the update and a dump' => sub {
		$node->safe_psql('postgres', 'CREATE DATABASE updated');
		$node->safe_psql('updated',  <<'EOQ');
CREATE EXTENSION efm_extension VERSION '1.0';
SELECT efm_extension.grant_access_to_user('monitor');
GRANT USAGE ON SCHEMA efm_extension TO operator;
GRANT EXECUTE ON FUNCTION efm_extension.efm_set_priority(text, text) TO operator;
ALTER EXTENSION efm_extension UPDATE TO '1.1';
GRANT SELECT ON efm_extension.efm_metrics TO operator;
GRANT EXECUTE ON FUNCTION efm_extension.efm_get_nodes() TO operator;
EOQ
		my $before = $server->query($acl, database => 'updated')->{rows};
		$node->safe_psql('updated', 'ALTER EXTENSION efm_extension UPDATE');
		my $after = $server->query($acl, database => 'updated')->{rows};
		my %held  = map { ($_ => 1) } split /\n/, $after;
		is(join("\n", grep { /(monitor|operator)=/ && !$held{$_} } split /\n/, $before), '', 'the update took nothing');
		$node->safe_psql('updated', $roles);
		outlives_a_dump('updated');
	});

part(
	'default privileges' => sub {
		# A site that gives all that is created to its own group: before the extension, and before its update.
		$node->safe_psql('postgres', 'CREATE ROLE auditors');
		my $defaults = <<'EOQ';
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO auditors;
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO auditors;
EOQ
		my $count = <<'EOQ';
SELECT count(*) FILTER (WHERE has_function_privilege('auditors', p.oid, 'EXECUTE')) || ' of ' || count(*)
  FROM pg_proc p WHERE pronamespace = 'efm_extension'::regnamespace AND proname = 'efm_preflight'
EOQ
		$node->safe_psql('postgres', 'CREATE DATABASE defaults_first');
		$node->safe_psql('defaults_first', "$defaults; CREATE EXTENSION efm_extension; $roles");
		is($server->query($count, database => 'defaults_first')->{rows}, '1 of 1', 'they hold for the extension');
		outlives_a_dump('defaults_first');

		$node->safe_psql('postgres', 'CREATE DATABASE defaults_between');
		$node->safe_psql('defaults_between',
			"CREATE EXTENSION efm_extension VERSION '1.1'; $defaults; ALTER EXTENSION efm_extension UPDATE; $roles");
		is($server->query($count, database => 'defaults_between')->{rows}, '1 of 1', 'they hold for its update');
		outlives_a_dump('defaults_between');

		# What everybody is given by default is taken back: nothing of this extension is for PUBLIC.
		$node->safe_psql('postgres', 'CREATE DATABASE defaults_public');
		$node->safe_psql('defaults_public', <<"EOQ");
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO PUBLIC;
CREATE EXTENSION efm_extension;
$roles
EOQ
		my $public = $server->query($acl, database => 'defaults_public')->{rows};
		unlike($public, qr/^(?!default).* =/m, 'nothing is for PUBLIC');
		outlives_a_dump('defaults_public');
	});

$node->stop;
done_testing();
