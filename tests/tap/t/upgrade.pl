# Proves that a database with the extension before this one goes to this one, from its releases 1.0 and 1.1 and from a 1.1
# that it has updated itself: the catalog is that of a fresh installation, grants and history are kept, what was granted
# too widely is taken back and named, its holes are closed, and pg_dump brings back all of it. The objects of the
# extension before this one are made by predecessor/*.sql.
use strict;
use warnings;

use EfmTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $server = EfmTest::Server->start(
	'upgrade',
	without_extension => 1,
	settings          => { 'efm.backend' => 'mock', 'efm.edb_sudo' => '/usr/bin/sudo -u efm' });
my $node = $server->node;
if ($server->query(q{SELECT count(*) FROM pg_available_extensions WHERE name IN ('dblink', 'pgcrypto')})->{rows} < 2)
{
	$node->stop;
	plan skip_all => 'dblink and pgcrypto are not installed';
}
# A cluster of its own, whatever others have done to the one that is built in.
$node->append_conf('postgresql.conf', "efm.mock_scenario = '" . $server->plays_scenario('healthy') . "'");
$node->reload;
ok(eventually(sub { $server->query('SHOW efm.mock_scenario')->{rows} =~ /scenario/ }), 'a cluster to ask about');
my $owner = $server->query('SELECT current_user')->{rows};
$server->write('efm.properties', "db.user=efm\n");
$node->safe_psql('postgres', "CREATE ROLE $_ LOGIN") for qw(monitor latecomer oncall reader keyholder nobody), '"an ""odd"", one"';

# Where a database comes from: the release of this extension whose objects give way, and what is run in their place.
my %origins = (
	'its 1.0'                              => [ '1.0', '1.0.sql' ],
	'its 1.1'                              => [ '1.1', '1.1.sql' ],
	'its 1.1, which it has made of its 1.0' => [ '1.1', '1.0.sql', 'SITE', '1.0--1.1.sql' ],
	'our 1.0'                              => ['1.0'],
	'our 1.1'                              => ['1.1']);
my $databases = 0;

# A new database of this origin. `site` is what the site has done; where the extension before this one has updated
# itself, it was done before that.
sub database_from
{
	my ($origin, $site) = @_;
	my $database = 'd' . ++$databases;
	my ($release, @scripts) = @{ $origins{$origin} };
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database,
		"CREATE EXTENSION dblink; CREATE EXTENSION pgcrypto; CREATE EXTENSION efm_extension VERSION '$release'");
	push @scripts, 'SITE' unless grep { $_ eq 'SITE' } @scripts;
	for my $script (@scripts)
	{
		if    ($script ne 'SITE') { $node->command_ok([ 'psql', '-X', '-q', '-f', "predecessor/$script", $node->connstr($database) ], "$origin: $script"); }
		elsif ($site)             { $node->safe_psql($database, $site); }
	}
	return $database;
}

# What the update says; it must not fail.
sub updated
{
	my ($database) = @_;
	my $result = $server->query('ALTER EXTENSION efm_extension UPDATE', database => $database);
	unlike($result->{errors}, qr/ERROR|FATAL/, 'the update');
	is($server->query(q{SELECT extversion FROM pg_extension WHERE extname = 'efm_extension'}, database => $database)->{rows},
		'2.0', 'the release');
	return $result->{errors};
}

sub rows
{
	my ($database, $sql) = @_;
	my $result = $server->query($sql, database => $database);
	is($result->{errors}, '', $sql) if $result->{errors};
	return $result->{rows};
}

# Everything that belongs to the extension.
my $catalog = <<'EOQ';
SELECT string_agg(line, E'\n' ORDER BY line) FROM (
    SELECT concat_ws(' | ', pg_describe_object(d.classid, d.objid, 0), pg_get_function_arguments(p.oid), pg_get_function_result(p.oid),
               l.lanname, p.provolatile, p.proisstrict, p.prosecdef, p.proparallel, p.proretset, p.procost, p.prorows, p.proconfig,
               p.prosrc, p.probin, coalesce(p.proacl, c.relacl, t.typacl, k.lanacl), n.initprivs, pg_get_viewdef(c.oid), c.reloptions,
               obj_description(d.objid, (SELECT relname FROM pg_class WHERE oid = d.classid)))
      FROM pg_depend d
      LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
      LEFT JOIN pg_language l ON l.oid = p.prolang
      LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
      LEFT JOIN pg_type t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid
      LEFT JOIN pg_language k ON d.classid = 'pg_language'::regclass AND k.oid = d.objid
      LEFT JOIN pg_init_privs n ON n.classoid = d.classid AND n.objoid = d.objid
     WHERE d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'efm_extension')
    UNION ALL
    SELECT concat_ws(' | ', 'column', c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               pg_get_expr(f.adbin, f.adrelid), col_description(c.oid, a.attnum))
      FROM pg_class c
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum
     WHERE c.relnamespace = 'efm_extension'::regnamespace AND c.relkind IN ('r', 'v', 'c', 'S') AND c.relname !~ '^pgpool_|^pool_'
    UNION ALL
    SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'efm_extension' AND tablename !~ '^pgpool_'
    UNION ALL
    SELECT concat_ws(' | ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
     WHERE connamespace = 'efm_extension'::regnamespace AND conrelid::regclass::text !~ 'pgpool_'
    UNION ALL
    SELECT concat_ws(' | ', 'extension', e.extversion, e.extrelocatable, e.extcondition,
               (SELECT array_agg(t::regclass::text ORDER BY t::regclass::text) FROM unnest(e.extconfig) t),
               (SELECT count(*) FROM pg_depend d WHERE d.objid = e.oid AND d.refclassid = 'pg_extension'::regclass))
      FROM pg_extension e WHERE e.extname = 'efm_extension'
    UNION ALL
    SELECT concat_ws(' | ', 'schema', n.nspacl, i.initprivs)
      FROM pg_namespace n LEFT JOIN pg_init_privs i ON i.objoid = n.oid WHERE n.nspname = 'efm_extension') lines(line)
EOQ
my @pgpool = (
	'add_pgpool_monitoring', 'encrypt_efm', 'get_efm', 'get_pgpool_links',
	'pg_is_in_recovery',     'pg_last_wal_replay_lsn',
	'pgpool_backendpid_details', 'pgpool_link_exists', 'remove_pgpool_monitoring');

# The functions and relations of the schema that a role holds by a grant of its own.
sub granted
{
	my ($database, $role) = @_;
	return rows($database, <<"EOQ");
SELECT coalesce(string_agg(object, ' ' ORDER BY object COLLATE "C"), '') FROM (
    SELECT oid::regprocedure::text, proacl FROM pg_proc WHERE pronamespace = 'efm_extension'::regnamespace
    UNION ALL SELECT oid::regclass::text, relacl FROM pg_class WHERE relnamespace = 'efm_extension'::regnamespace
    UNION ALL SELECT 'schema', nspacl FROM pg_namespace WHERE nspname = 'efm_extension') o(object, acl), aclexplode(acl) a
 WHERE a.grantee = CASE '$role' WHEN 'public' THEN 0 ELSE (SELECT oid FROM pg_roles WHERE rolname = '$role') END
EOQ
}

sub without_pgpool { return join ' ', grep { !/^efm_extension\.(?:pg_is_in_recovery|pg_last_wal_replay_lsn)\(/ } split / /, $_[0]; }

$node->safe_psql('postgres', 'CREATE DATABASE fresh');
$node->safe_psql('fresh',    'CREATE EXTENSION efm_extension');
my $fresh = rows('fresh', $catalog);
like($fresh, qr/^function efm_extension\.efm_allow_node\(text\) \| ip_address text \| integer \| plefm/m, 'there is something to compare');
is(rows('fresh', q{SELECT efm_extension.grant_access_to_user('monitor')}), 't', 'a monitor of this release');
my $monitor_of_2_0 = granted('fresh', 'monitor');

for my $origin (sort keys %origins)
{
	part(
		"$origin becomes a fresh 2.0" => sub {
			my $database = database_from($origin);
			my $said     = updated($database);
			is(rows($database, $catalog), $fresh, 'the catalog');
			is($said, '', 'nothing to say of our own') if $origin =~ /^our/;
			like($said, qr/WARNING: .* functions for pgpool-II are no longer part of the extension/, 'pgpool-II') if $origin =~ /^its/;
			is(rows($database, q{SELECT count(*) > 1 FROM efm_extension.efm_nodes_details}), 't', 'it works');
		});
}

# What a site has done with the extension before this one, in all of its releases.
my $site = <<'EOQ';
SELECT efm_extension.grant_access_to_user('monitor'), efm_extension.grant_access_to_user('"an ""odd"", one"');
GRANT USAGE ON SCHEMA efm_extension TO oncall, reader, nobody, keyholder;
GRANT EXECUTE ON FUNCTION efm_extension.efm_failover(), efm_extension.efm_allow_node(text) TO oncall;
GRANT EXECUTE ON FUNCTION efm_extension.efm_list_properties() TO reader;
GRANT SELECT ON efm_extension.efm_local_properties TO reader;
SELECT efm_extension.add_pgpool_monitoring('pool1', 9999, 'postgres', 'checker', 'secret');
EOQ
my $keyholder = 'GRANT EXECUTE ON FUNCTION efm_extension.grant_access_to_user(text) TO keyholder;';
my %site      = map { $_ => $site . (/1\.0/ ? $keyholder : '') } grep { /^its/ } keys %origins;
my %said;
my %database;

for my $origin (sort keys %site)
{
	part(
		"$origin: grants" => sub {
			my $database = $database{$origin} = database_from($origin, $site{$origin});
			rows($database, q{SELECT efm_extension.grant_access_to_user('latecomer')}) if $origin =~ /made of/;
			like(granted($database, 'monitor'), qr/efm_failover.*get_efm/, 'a monitor had everything') if $origin =~ /1\.0/;
			rows($database, q{INSERT INTO efm_extension.efm_status_history (status_json, collected_at)
				SELECT '{"nodes": {}}', '2026-01-01'::timestamptz + n * interval '1 day' FROM generate_series(1, 3) n})
			  if $origin =~ /1\.1/;
			my $said = $said{$origin} = updated($database);

			my $monitor = granted($database, 'monitor');
			is(without_pgpool($monitor), $monitor_of_2_0, 'a monitor has what a monitor of 2.0 has');
			is(granted($database, 'an "odd", one'), $monitor, 'whatever the name');
			like($monitor, qr/pg_last_wal_replay_lsn/, 'and what the extension before this one let it read');
			if ($origin =~ /1\.0/)
			{
				like($said, qr/WARNING: .*taken back from [^\n]*\bmonitor\b/, 'a WARNING names it');
				like($said, qr/monitor: efm_extension\.\Q$_\E\(/, "and $_") for qw(efm_failover efm_allow_node get_efm encrypt_efm
				  grant_access_to_user revoke_access_from_user add_pgpool_monitoring);
				like($said, qr/taken back from [^\n]*\bkeyholder\b/, 'the one who could give it on, too');
				is(granted($database, 'keyholder'), 'schema', 'that one has nothing left');
			}
			else { unlike($said, qr/taken back/, 'nothing was too wide'); }
			is( without_pgpool(granted($database, 'latecomer')),
				$monitor_of_2_0, 'so has one who was let in by its 1.1')
			  if $origin =~ /made of/;
			is(granted($database, 'oncall'),
				'efm_extension.efm_allow_node(text) efm_extension.efm_failover() schema', 'single functions are kept');
			like($said, qr/can change the cluster: oncall\b/, 'and named');
			is( granted($database, 'reader'),
				'efm_extension.efm_list_properties() efm_extension.efm_local_properties efm_extension.efm_properties() schema',
				'who read a view gets what the view needs now');
			is(granted($database, 'nobody'), 'schema', 'others get nothing');
			is(granted($database, 'public'), '',       'PUBLIC has nothing');

			for my $read ('efm_cluster_status_json()', "efm_cluster_status('text')", 'efm_nodes_details', 'efm_local_properties',
				'efm_metrics', 'efm_status_history', 'efm_is_available()', 'zabbix_node_discovery()', 'pg_last_wal_replay_lsn()')
			{
				is($server->query("SELECT count(*) >= 0 FROM efm_extension.$read", database => $database, user => 'monitor')->{rows},
					't', "a monitor reads $read");
			}
			is_well($server->query('SELECT count(*) FROM efm_extension.efm_local_properties', database => $database, user => 'reader'),
				'the reader reads', 1);
		});
}

my $columns = q{SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute
	WHERE attrelid = 'efm_extension.efm_nodes_details'::regclass AND attnum BETWEEN 1 AND 9};
my ($its_1_0, $its_1_1, $its_updated) = @database{ 'its 1.0', 'its 1.1', 'its 1.1, which it has made of its 1.0' };

part(
	'what the site has is kept' => sub {
		for my $database ($its_1_1, $its_updated)
		{
			is( rows($database, q{SELECT string_agg(format('%s %s %s %s %s', id, status_json, collected_at AT TIME ZONE 'UTC',
				last_collected_at = collected_at, collections), ', ' ORDER BY id) FROM efm_extension.efm_status_history}),
				join(', ', map { qq($_ {"nodes": {}} 2026-01-0) . ($_ + 1) . ' 00:00:00 t 1' } 1 .. 3),
				"$database: the history");
			rows($database, q{SET timezone = 'UTC'; INSERT INTO efm_extension.efm_status_history (status_json) VALUES ('{}')});
			is(rows($database, 'SELECT max(id) FROM efm_extension.efm_status_history'), 4, "$database: it goes on");
		}
		for my $database ($its_1_0, $its_1_1, $its_updated)
		{
			is(rows($database, $columns), 'node_ip inet, role text, db_status text, xlog text, agent_status text, xlog_info text, '
				  . 'priority integer, is_promotable boolean, last_updated timestamp with time zone', "$database: the columns of 1.1");
			is(rows($database, q{SELECT efm_extension.get_efm(password, 'efm') FROM efm_extension.pgpool_nodes}), 'secret',
				"$database: a password of a pgpool");
			is(rows($database, q{SELECT efm_extension.pg_is_in_recovery(), efm_extension.pgpool_link_exists('x'),
				(SELECT count(*) FROM efm_extension.get_pgpool_links()), efm_extension.add_pgpool_monitoring('p2', 1, 'd', 'u', E'it''s \\\\x41')}),
				'f|f|0|t', "$database: the functions for pgpool-II work");
			is(rows($database, q{SELECT efm_extension.get_efm(password, 'efm') FROM efm_extension.pgpool_nodes WHERE hostname = 'p2'}),
				q(it's \x41), "$database: any password");
			is(rows($database, q{SELECT attnotnull FROM pg_attribute WHERE attrelid = 'efm_extension.pgpool_nodes'::regclass AND attname = 'username'}),
				't', "$database: a pgpool has a user");
			is(rows($database, sprintf(q{SELECT string_agg(DISTINCT proconfig::text, ' ') FROM pg_proc
				WHERE pronamespace = 'efm_extension'::regnamespace AND proname IN (%s)}, join(', ', map { "'$_'" } @pgpool))),
				'{"search_path=pg_catalog, efm_extension, public, pg_temp"}', "$database: their search path");
			is(rows($database, q{SELECT provolatile FROM pg_proc WHERE oid = 'efm_extension.pg_last_wal_replay_lsn()'::regprocedure}),
				's', "$database: pg_last_wal_replay_lsn is stable");
			rows($database, q{DELETE FROM efm_extension.pgpool_nodes WHERE hostname = 'p2'});
		}
		is(rows($its_1_1, q{SELECT efm_extension.efm_allow_node(ip_address => '10.0.0.3'), efm_extension.efm_set_priority(ip_address => '10.0.0.2', priority => '2')}),
			'0|0', 'arguments by name');
		is(rows($its_updated, q{SELECT efm_extension.efm_disallow_node(ip_address => '10.0.0.3')}), 0, 'arguments by name after its own update, too');
		my $node_without_user = database_from('its 1.0', q{INSERT INTO efm_extension.pgpool_nodes VALUES ('p', 1, 'd')});
		updated($node_without_user);
		is(rows($node_without_user, 'SELECT count(*) FROM efm_extension.pgpool_nodes WHERE username IS NULL'), 1, 'a pgpool without a user stays');
	});

# Definitions, privileges and rows of a database, in the extension and beside it.
my $everything = <<'EOQ';
SELECT string_agg(':' || line, E'\n' ORDER BY line) FROM (
    SELECT pg_get_functiondef(p.oid) || ' ' || coalesce((SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(proacl) a), '-')
           || coalesce(obj_description(p.oid, 'pg_proc'), '')
      FROM pg_proc p WHERE pronamespace = 'efm_extension'::regnamespace
    UNION ALL
    SELECT concat_ws(' ', relkind, oid::regclass, (SELECT string_agg(a::text, ',' ORDER BY a::text)
               FROM unnest(coalesce(relacl, acldefault((CASE relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char", relowner))) a), pg_get_viewdef(oid))
      FROM pg_class WHERE relnamespace IN ('public'::regnamespace, 'efm_extension'::regnamespace) AND relkind IN ('r', 'v', 'S', 'c')
    UNION ALL
    SELECT concat_ws(' ', 'schema', (SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(nspacl) a)) FROM pg_namespace WHERE nspname = 'efm_extension'
    UNION ALL SELECT concat_ws(' ', h.*) FROM efm_extension.efm_status_history h
    UNION ALL SELECT concat_ws(' ', 'next', last_value) FROM efm_extension.efm_status_history_id_seq
    UNION ALL SELECT concat_ws(' ', extname, extversion) FROM pg_extension) lines(line)
EOQ

# A database is as it was after it was dumped and restored.
sub copy_of
{
	my ($database) = @_;
	my $dump = $server->file("$database.dump");
	system_or_bail('pg_dump', '-Fc', '-f', $dump, $node->connstr($database));
	$node->safe_psql('postgres', "CREATE DATABASE ${database}_copy");
	my ($out, $errors);
	ok(IPC::Run::run([ 'pg_restore', '--exit-on-error', '-d', $node->connstr("${database}_copy"), $dump ], '>', \$out, '2>', \$errors),
		"$database is restored") or diag($errors);
	my %before = map { $_ => 1 } split /\n(?=:)/, rows($database, $everything);
	my @after  = split /\n(?=:)/, rows("${database}_copy", $everything);
	is(join("\n", grep { !delete $before{$_} } @after), '', "$database: there is nothing else");
	is(join("\n", sort keys %before), '', "$database: everything is as it was");
	return "${database}_copy";
}

part(
	'a view of the site on efm_nodes_details goes on' => sub {
		my $view = 'CREATE VIEW public.watch AS SELECT node_ip, agent_status, db_status FROM efm_extension.efm_nodes_details;'
		  . ' GRANT USAGE ON SCHEMA efm_extension TO monitor; GRANT SELECT ON efm_extension.efm_nodes_details TO nobody WITH GRANT OPTION;';
		for my $origin ('its 1.0', 'our 1.0')
		{
			my $database = database_from($origin, $view);
			my $said     = updated($database);
			like($said, qr/WARNING: .*"efm_nodes_details" of release 1\.0 is in use and was renamed to "efm_nodes_details_1_0"/, "$origin: it says so");
			is(rows($database, q{SELECT count(*) > 1, min(pg_typeof(agent_status)::text) FROM public.watch}), 't|jsonb', "$origin: the view works as before");
			like(rows($database, $columns), qr/^node_ip inet/, "$origin: the extension's view is the new one");
			like(granted($database, 'nobody'), qr/efm_extension\.efm_nodes_details /, "$origin: who could read the old one can read the new one");
			copy_of($database);
			rows($database, 'DROP VIEW public.watch, efm_extension.efm_nodes_details_1_0');
		}
		for my $origin ('its 1.1', 'our 1.1')
		{
			my $database = database_from($origin, $view);
			unlike(updated($database), qr/renamed/, "$origin: nothing to say");
			is(rows($database, 'SELECT count(*) > 1 FROM public.watch'), 't', "$origin: the view works");
		}
	});

part(
	'a table of the site made of node_status goes on' => sub {
		my $table = 'CREATE TABLE public.seen OF efm_extension.node_status; CREATE TABLE public.kept (node efm_extension.node_status);'
		  . q( INSERT INTO public.seen (node_ip, node_type) VALUES ('10.0.0.1', 'Primary'); INSERT INTO public.kept SELECT s FROM public.seen s;);
		for my $origin ('its 1.1', 'our 1.1')
		{
			my $database = database_from($origin, $table);
			updated($database);
			rows($database, 'INSERT INTO public.seen SELECT * FROM efm_extension.efm_get_nodes()');
			is(rows($database, q{SELECT count(node_type), count(node_address) > 1, count(node_type) - count(node_address) FROM public.seen}),
				rows($database, q{SELECT count(*) + 1 FROM efm_extension.efm_get_nodes()}) . '|t|1',
				"$origin: its rows stay, it has the new columns");
			is(rows($database, q{SELECT (node).node_ip, (node).node_address IS NULL FROM public.kept}), '10.0.0.1|t',
				"$origin: a column of that type, too");
			copy_of($database);
		}
	});

part(
	'W-35 pg_dump brings back all of it' => sub {
		for my $database ($its_1_0, $its_1_1, $its_updated)
		{
			my $copy = copy_of($database);
			is(rows($copy, q{SELECT efm_extension.get_efm(password, 'efm') FROM efm_extension.pgpool_nodes}), 'secret', 'a password of a pgpool');
			is(rows($copy, 'SELECT count(*) FROM efm_extension.efm_status_history'), $database eq $its_1_0 ? 0 : 4, 'the history');
			is(without_pgpool(granted($copy, 'monitor')), $monitor_of_2_0, 'what the monitor may read');
			like(granted($copy, 'oncall'), qr/efm_failover/, 'what was granted by hand');
		}
		for my $origin ('our 1.0', 'our 1.1')
		{
			my $database = database_from($origin, q{SELECT efm_extension.grant_access_to_user('monitor');
				GRANT EXECUTE ON FUNCTION efm_extension.efm_failover() TO oncall});
			is(updated($database), '', "$origin: nothing to say");
			is(granted($database, 'monitor'), $monitor_of_2_0, "$origin: a monitor has what a monitor of 2.0 has");
			is(granted(copy_of($database), 'monitor'), $monitor_of_2_0, "$origin: in the copy, too");
		}
	});

# ---- Attacks ---------------------------------------------------------------------------------------------------------

# Runs statements as the role; whether it is a superuser after that, which is undone.
sub takes_over
{
	my ($database, $role, @statements) = @_;
	my $session = $server->session(database => $database, user => $role);
	$session->query($_) for @statements;
	$session->quit;
	my $super = rows('postgres', "SELECT rolsuper FROM pg_roles WHERE rolname = '$role'");
	rows('postgres', "ALTER ROLE $role NOSUPERUSER");
	return $super eq 't';
}

my $grab = sub {
	my ($role, $name, $type) = @_;
	return qq{CREATE FUNCTION $name(v $type) RETURNS pg_catalog.bool LANGUAGE plpgsql AS
		'BEGIN ALTER ROLE $role SUPERUSER; RETURN true; EXCEPTION WHEN OTHERS THEN RETURN true; END'};
};
my @every_call = map { "SELECT * FROM efm_extension.$_" }
  ('zabbix_node_discovery()', 'efm_cluster_status_json()', 'efm_list_properties()', 'efm_metrics', 'efm_nodes_details',
	'efm_local_properties', 'efm_cache_stats()', 'efm_is_available()', 'efm_status_history', 'efm_status_at(now())',
	'pg_is_in_recovery()', 'pg_last_wal_replay_lsn()', "grant_access_to_user('monitor')", "get_efm('x', 'efm')");

part(
	'W-03 a role that holds only what grant_access_to_user gave stays what it is' => sub {
		my @attack = (
			$grab->('monitor', 'pg_temp.grab', 'pg_catalog.text'),
			'CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (pg_temp.grab(value::pg_catalog.text))',
			'CREATE DOMAIN pg_temp.jsonb AS pg_catalog.jsonb CHECK (pg_temp.grab(value::pg_catalog.text))',
			@every_call);
		my $before = database_from('its 1.1', q{SELECT efm_extension.grant_access_to_user('monitor')});
		ok(takes_over($before, 'monitor', @attack), 'it took over the extension before this one');
		updated($before);
		for my $database ($before, $its_1_0, $its_1_1, $its_updated)
		{
			ok(!takes_over($database, 'monitor', @attack), "$database: not this one");
		}
	});

part(
	'W-04 a password goes to pgcrypto and nobody else' => sub {
		my $trap = q{CREATE SCHEMA trap AUTHORIZATION nobody; CREATE TABLE trap.caught (password text);
			GRANT INSERT ON trap.caught TO PUBLIC; GRANT USAGE ON SCHEMA trap TO PUBLIC; SET ROLE nobody;
			CREATE FUNCTION trap.encrypt(bytea, bytea, text) RETURNS bytea LANGUAGE plpgsql
			AS $$ BEGIN INSERT INTO trap.caught VALUES (convert_from($1, 'UTF8')); RETURN $1; END $$};
		my $add      = q{SELECT efm_extension.add_pgpool_monitoring('p', %d, 'd', 'u', 'secret')};
		my $database = database_from('its 1.1', $trap);
		rows($database, sprintf $add, 1);
		is(rows($database, 'SELECT count(*) FROM trap.caught'), 1, 'it went to a function of somebody');
		updated($database);
		rows($database, sprintf $add, 2);
		is(rows($database, 'SELECT count(*) FROM trap.caught'), 1, 'no longer');
		is(rows($database, q{SELECT efm_extension.get_efm(password, 'efm') FROM efm_extension.pgpool_nodes WHERE port = 2}), 'secret', 'and is kept');
	});

part(
	'W-26 what its update left open to everybody is closed' => sub {
		my $remove   = q{SELECT efm_extension.remove_pgpool_monitoring('pool1', 9999, 'postgres')};
		my $database = database_from('its 1.1, which it has made of its 1.0', $site);
		is($server->query($remove, database => $database, user => 'nobody')->{rows}, 't', 'anybody removed a pgpool');
		like(updated($database), qr/taken back from [^\n]*PUBLIC[^\n]*\n(?:.*\n)*?.*PUBLIC: efm_extension\.remove_pgpool_monitoring/, 'the update says so');
		is_failure($server->query($remove, database => $database, user => 'nobody'), '42501', 'no longer');
		is_failure($server->query($remove, database => $database, user => 'monitor'), '42501', 'nor a monitor');
	});

part(
	'W-27 a function with the rights of its owner looks nowhere else' => sub {
		my $database = database_from('its 1.0', "$site CREATE SCHEMA AUTHORIZATION monitor;");
		my @attack   = (
			'CREATE FUNCTION monitor.upper(pg_catalog.text) RETURNS pg_catalog.text LANGUAGE plpgsql AS '
			  . q{'BEGIN ALTER ROLE monitor SUPERUSER; RETURN ''TRUE''; EXCEPTION WHEN OTHERS THEN RETURN ''TRUE''; END'},
			'SET search_path = monitor, pg_catalog',
			@every_call);
		ok(takes_over($database, 'monitor', @attack), 'it took over release 1.0');
		updated($database);
		is_well($server->query('SELECT efm_extension.pg_is_in_recovery()', database => $database, user => 'monitor'), 'the monitor calls it', 'f');
		ok(!takes_over($database, 'monitor', @attack), 'not this one');
		is_failure($server->query(qq{SELECT efm_extension.$_}, database => $database, user => 'monitor'), '42501', "a monitor cannot call $_")
		  for "grant_access_to_user('monitor')", "revoke_access_from_user('oncall')", 'efm_failover()', 'efm_switchover()', "efm_allow_node('10.0.0.9')",
		  "get_efm('x', 'efm')", "encrypt_efm('x', 'efm')", 'get_pgpool_links()', "add_pgpool_monitoring('a', 1, 'b', 'c', 'd')";
	});

part(
	'W-27 a role that holds grant_access_to_user and nothing else' => sub {
		my $give     = q{SELECT efm_extension.grant_access_to_user('keyholder')};
		my $failover = q{SELECT efm_extension.efm_failover()};
		my $hold     = "GRANT USAGE ON SCHEMA efm_extension TO keyholder; $keyholder";
		my $database = database_from('its 1.0', $hold);
		is($server->query("$give; $failover", database => $database, user => 'keyholder')->{rows}, "t\n-1", 'gave itself everything');
		updated($database);
		is_failure($server->query($give,     database => $database, user => 'keyholder'), '42501', 'it no longer gives anything');
		is_failure($server->query($failover, database => $database, user => 'keyholder'), '42501', 'nor changes the cluster');
		$node->safe_psql('fresh', $hold);
		is_well($server->query($give, database => 'fresh', user => 'keyholder'), 'in 2.0 it gives itself', 't');
		is(granted('fresh', 'keyholder') =~ s/efm_extension\.grant_access_to_user\(text\) //r, $monitor_of_2_0, 'what reads');
		is_failure($server->query($failover, database => 'fresh', user => 'keyholder'), '42501', 'and nothing that changes the cluster');
		ok( !takes_over(
				'fresh', 'keyholder', $grab->('keyholder', 'pg_temp.grab', 'pg_catalog.text'),
				'CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (pg_temp.grab(value::pg_catalog.text))',
				'CREATE DOMAIN pg_temp.name AS pg_catalog.name CHECK (pg_temp.grab(value::pg_catalog.text))',
				'CREATE DOMAIN pg_temp.oid AS pg_catalog.oid CHECK (pg_temp.grab(value::pg_catalog.text))',
				$give, @every_call),
			'nor the server');
	});

part(
	'W-28 what was granted to PUBLIC is taken back' => sub {
		my $give = q{SELECT efm_extension.grant_access_to_user('public')};
		for my $origin (sort keys %site)
		{
			my $database = database_from($origin, $give);
			like(granted($database, 'public'), qr/efm_cluster_status.* schema$/, "$origin: everybody could read");
			like(updated($database), qr/taken back from PUBLIC/, 'the update says so');
			is(granted($database, 'public'), '', 'nobody can');
			my $result = $server->query($give, database => $database);
			is($result->{rows}, 'f', 'it cannot be given again');
			is(granted($database, 'public'), '', 'nothing was');
		}
	});

part(
	'W-29 EXECUTE is what counts' => sub {
		my $allow = q{SELECT efm_extension.efm_allow_node('10.0.0.77')};
		for my $database ($its_1_0, $its_1_1, $its_updated)
		{
			is_well($server->query($allow, database => $database, user => 'oncall'), "$database: who was granted a function", 0);
			is_failure($server->query('SELECT efm_extension.efm_switchover()', database => $database, user => 'oncall'), '42501', "$database: another function");
			is_failure($server->query($allow, database => $database, user => $_), '42501', "$database: $_")
			  for qw(monitor reader keyholder nobody);
			is_failure($server->query('SET ROLE monitor; SELECT efm_extension.efm_failover()', database => $database), '42501', "$database: a superuser as monitor");
			my $result = $server->query("SELECT efm_extension.revoke_access_from_user('$owner')", database => $database);
			is($result->{rows}, 'f', "$database: nothing is taken from the owner");
			like($result->{errors}, qr/WARNING: .*owns functions/, "$database: and it says why");
		}
	});

part(
	'efm.edb_sudo of release 1.0 does no harm' => sub {
		is(rows('postgres', 'SHOW efm.edb_sudo'), '/usr/bin/sudo -u efm', 'it is accepted');
		$server->new_log;
		$node->reload;
		$node->append_conf('postgresql.conf', "log_statement = 'ddl'");
		$node->reload;
		ok(eventually(sub { rows('postgres', 'SHOW log_statement') eq 'ddl' }), 'a reload takes');
		unlike($server->new_log, qr/contains errors|WARNING|unrecognized/, 'and complains of nothing');
		$node->restart;
		unlike($server->new_log, qr/WARNING|FATAL: .*parameter|unrecognized/, 'nor does a start');
	});

$node->stop;
done_testing();
