# Proves that pg_upgrade keeps a database with the extension whole: its members, who was granted what, a site's own plefm
# functions, views and tables, the history; and that the background worker is out of its way. Between two majors with
# EFM_TEST_OLD_INSTALLATION, the prefix of the older PostgreSQL; otherwise from one cluster of this major to another.
use strict;
use warnings;

use EfmTest;
use EfmTest::Worker;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $installation = $ENV{EFM_TEST_OLD_INSTALLATION};
my @installed_at = $installation ? (install_path => $installation) : ();
my $server       = set_up_worker('old', { 'efm.bgw_persist_history' => 'on', fsync => 'off' }, node => {@installed_at});
my $old          = $server->node;
my $new          = PostgreSQL::Test::Cluster->new('new');
$new->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$new->append_conf('postgresql.conf', $old->safe_psql('postgres', <<'EOQ'));
SELECT format('%s = %L', name, current_setting(name)) FROM pg_settings
 WHERE name ~ '^efm\.' AND source = 'configuration file' OR name IN ('shared_preload_libraries', 'fsync')
EOQ
note('from ' . $old->safe_psql('postgres', 'SHOW server_version') . ' with ' . ($installation // 'pg_config'));
chomp(my $new_bin = qx(pg_config --bindir));
my $old_bin = $installation ? "$installation/bin" : $new_bin;

$old->safe_psql('postgres', 'CREATE DATABASE site; CREATE DATABASE late; CREATE ROLE monitor LOGIN; CREATE ROLE oncall LOGIN; CREATE ROLE hereafter');
$old->safe_psql('site', <<'EOQ');
CREATE EXTENSION efm_extension;
SELECT efm_extension.grant_access_to_user('monitor');
GRANT USAGE ON SCHEMA efm_extension TO oncall;
GRANT EXECUTE ON FUNCTION efm_extension.efm_get_nodes(),
    efm_extension.efm_promote(boolean, integer, boolean, text, boolean, boolean, boolean, text) TO oncall;
ALTER DEFAULT PRIVILEGES IN SCHEMA efm_extension GRANT EXECUTE ON FUNCTIONS TO hereafter;
ALTER DATABASE site SET efm.cache_ttl = '7s';
CREATE SCHEMA ops;
GRANT USAGE ON SCHEMA ops TO oncall;
CREATE FUNCTION ops.allow(a text) RETURNS integer LANGUAGE plefm SECURITY DEFINER SET efm.command_timeout = '5s'
    AS 'allow-node {cluster} {a:address}';
REVOKE ALL ON FUNCTION ops.allow(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ops.allow(text) TO oncall;
CREATE FUNCTION ops.status() RETURNS efm_extension.efm_command_result LANGUAGE plefm AS 'cluster-status {cluster}';
CREATE VIEW ops.nodes AS SELECT node_address, role FROM efm_extension.efm_nodes_details;
CREATE TABLE ops.seen OF efm_extension.node_status;
CREATE TABLE ops.kept (node efm_extension.node_status, answer efm_extension.efm_command_result);
INSERT INTO ops.seen SELECT * FROM efm_extension.efm_get_nodes();
INSERT INTO ops.kept SELECT n, ops.status() FROM efm_extension.efm_get_nodes() n;
SELECT efm_extension.efm_record_status('{"nodes": {}}', now() - interval '2 hours', 7),
       efm_extension.efm_record_status(efm_extension.efm_cluster_status_json(), now() - interval '1 hour', 7);
EOQ
$old->safe_psql('late', q{CREATE EXTENSION efm_extension VERSION '1.1'; SELECT efm_extension.grant_access_to_user('monitor');
	INSERT INTO efm_extension.efm_status_history (status_json) VALUES ('{"nodes": {}}')});
ok(eventually(sub { $old->safe_psql('postgres', 'SELECT count(*) FROM efm_extension.efm_status_history') > 0 }), 'the worker keeps a history');

# Everything in a database, by one pg_dump for both; the majors print the columns of a view in two ways.
sub dump_of
{
	my ($node, $database) = @_;
	my ($dump) = run_command([ "$new_bin/pg_dump", '-d', $node->connstr($database) ]);
	$dump =~ s/^(?:-- Dumped|\\(?:un)?restrict).*\n//mg;
	$dump =~ s/^(    | SELECT )\w+\.(\w+,?;?)$/$1$2/mg;
	return $dump;
}

# What no dump shows: what belongs to the extension, and with which privileges. Majors differ in whether the types of
# relations and of arrays do, and in MAINTAIN.
sub members_of
{
	my ($node, $database) = @_;
	return $node->safe_psql($database, <<'EOQ');
SELECT concat_ws(' | ', pg_describe_object(d.classid, d.objid, 0), obj_description(d.objid, d.classid::regclass::name),
                 replace(coalesce(p.proacl::text, nullif(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))::text,
                                  t.typacl::text), 'm/', '/'), p.prosrc, p.probin, p.proconfig)
  FROM pg_depend d
  LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
  LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
  LEFT JOIN pg_type t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid
  LEFT JOIN pg_class row_of ON row_of.oid = t.typrelid
 WHERE d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'efm_extension')
   AND t.typcategory IS DISTINCT FROM 'A' AND coalesce(row_of.relkind, 'c') = 'c'
 ORDER BY 1
EOQ
}

sub next_transaction
{
	my ($node) = @_;
	my ($control) = run_command([ "$old_bin/pg_controldata", $node->data_dir ]);
	return $control =~ /NextXID:\s+(\S+)/ ? $1 : die "no NextXID in: $control";
}

my %dump    = map { $_ => dump_of($old, $_) } qw(site late);
my %members = map { $_ => members_of($old, $_) } qw(site late);
like($dump{site}, qr/GRANT ALL ON FUNCTION efm_extension\.efm_promote\(.*TO oncall/, 'there is something to compare');
like($members{site}, qr/^language plefm/m, 'and there are members');
$old->stop;
my $transaction = next_transaction($old);

chdir $server->state_file('') or die "cannot go there: $!";
command_ok(
	[ "$new_bin/pg_upgrade", '-b', $old_bin, '-B', $new_bin, '-d', $old->data_dir, '-D', $new->data_dir, '-s', $new->host,
		'-p', $old->port, '-P', $new->port ],
	'pg_upgrade');
# It copies what it has looked up before: what is written meanwhile is lost, or worse.
is(next_transaction($old), $transaction, 'the worker has written nothing meanwhile');

$new->start;
for my $database (qw(site late))
{
	is(dump_of($new, $database), $dump{$database}, "$database: the dump is as it was");
	is(members_of($new, $database), $members{$database}, "$database: so are the members");
}
for my $database (qw(postgres site late))
{
	$new->safe_psql($database, 'ALTER EXTENSION efm_extension UPDATE');
	is($new->safe_psql($database, 'SELECT count(*) FROM efm_extension.efm_get_nodes()'), 4, "$database: it works");
}
$new->safe_psql('postgres', q{CREATE DATABASE fresh});
$new->safe_psql('fresh',    q{CREATE EXTENSION efm_extension; SELECT efm_extension.grant_access_to_user('monitor')});
is(members_of($new, 'late'), members_of($new, 'fresh'), 'late: a 1.1 that is updated afterwards is a fresh 2.0');

is($new->safe_psql('site', 'SELECT count(*) FROM ops.nodes'), 4, 'a view of the site');
is($new->safe_psql('site', 'SELECT count((node).node_address), min((answer).outcome) FROM ops.kept'), '4|exited', 'a table with our types');
is($new->safe_psql('site', q{SELECT count(*) FROM efm_extension.efm_status_at(now())}), 1, 'the history');
my $oncall = EfmTest::Session->new($new, database => 'site', user => 'oncall');
is_well($oncall->query(q{SELECT ops.allow('10.0.0.9')}), 'a plefm function of the site', 0);
is_failure($oncall->query('SELECT efm_extension.efm_failover()'), '42501', 'what was not granted');
is($oncall->query('SELECT efm_extension.efm_promote()')->{rows}, 't', 'what was granted');
$oncall->quit;
ok(eventually(sub { $new->safe_psql('postgres', q{SELECT count(*) FROM efm_extension.efm_events WHERE kind = 'primary'}) > 0 }),
	'the worker goes on with the history');

$new->stop;
done_testing();
