# Proves that pg_dump and pg_restore bring back a database with the extension: the extension itself, a site's own plefm
# functions, and who was granted what, on the extension's functions too; and that what comes back works.
use strict;
use warnings;

use EfmTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $server = EfmTest::Server->start('pg_dump');
my $node   = $server->node;
$node->safe_psql('postgres', <<'EOQ');
CREATE DATABASE source;
CREATE ROLE monitor LOGIN;
CREATE ROLE operator LOGIN;
EOQ
$node->safe_psql('source', <<'EOQ');
CREATE EXTENSION efm_extension;
SELECT efm_extension.grant_access_to_user('monitor');
GRANT USAGE ON SCHEMA efm_extension TO operator;
GRANT EXECUTE ON FUNCTION efm_extension.efm_resume_monitoring(), efm_extension.efm_set_priority(text, text) TO operator;
CREATE SCHEMA ops;
GRANT USAGE ON SCHEMA ops TO operator;
CREATE FUNCTION ops.move_primary(source inet, quiet boolean) RETURNS efm_extension.efm_command_result
    LANGUAGE plefm AS 'promote {cluster} -switchover [-sourcenode {source}] [{quiet} -quiet]';
CREATE FUNCTION ops.words(a text, b text DEFAULT 'it''s \"quoted\"') RETURNS SETOF text
    LANGUAGE plefm VOLATILE SECURITY DEFINER AS 'resume {cluster} {a} "two words" {b}';
REVOKE ALL ON FUNCTION ops.words(text, text), ops.move_primary(inet, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ops.words(text, text) TO operator;
CREATE PROCEDURE ops.resume() LANGUAGE plefm AS 'resume {cluster}';
COMMENT ON FUNCTION ops.words(text, text) IS 'says what it was given';
CREATE VIEW ops.told AS SELECT w FROM ops.words('x') w;
EOQ

# Everything that should be the same: definitions and privileges, of the extension's members too.
my $acl        = q{coalesce(array_to_string(ARRAY(SELECT a::text FROM unnest(%s) a ORDER BY 1), ','), '-')};
my $everything = sprintf(<<'EOQ', map { sprintf($acl, $_) } qw(proacl nspacl relacl));
SELECT string_agg(line, E'\n' ORDER BY line) FROM (
    SELECT pg_get_functiondef(p.oid) || ' ' || %s
           || coalesce(obj_description(p.oid, 'pg_proc'), '')
      FROM pg_proc p WHERE pronamespace IN ('ops'::regnamespace, 'efm_extension'::regnamespace)
    UNION ALL SELECT 'schema ' || nspname || ' ' || %s
      FROM pg_namespace WHERE nspname IN ('ops', 'efm_extension')
    UNION ALL SELECT 'relation ' || oid::regclass || ' ' || %s
      FROM pg_class WHERE relnamespace IN ('ops'::regnamespace, 'efm_extension'::regnamespace) AND relkind IN ('r', 'v', 'S')
    UNION ALL SELECT 'language ' || lanname || ' ' || lanpltrusted FROM pg_language
    UNION ALL SELECT 'extension ' || extname || ' ' || extversion FROM pg_extension) lines(line)
EOQ
my $before = $server->query($everything, database => 'source')->{rows};
like($before, qr/operator=X/, 'there is something to compare');

for my $format (qw(custom plain))
{
	part(
		"format $format" => sub {
			my $dump = $server->file("dump.$format");
			my $copy = "copy_$format";
			system_or_bail('pg_dump', "--format=$format", "--file=$dump", $node->connstr('source'));
			$node->safe_psql('postgres', "CREATE DATABASE $copy");
			my ($out, $err);
			my @restore =
			  $format eq 'custom'
			  ? ('pg_restore', '--exit-on-error', '--dbname', $node->connstr($copy), $dump)
			  : (
				'psql',      '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o',
				'/dev/null', '-d', $node->connstr($copy), '-f', $dump);
			# A restore runs nothing and needs no program: the validator is told not to look into the bodies.
			$server->plays('touch ' . $server->state_file('something-ran'));
			ok(IPC::Run::run(\@restore, '>', \$out, '2>', \$err), 'it is restored') or diag($err);
			is($err, '', 'without a complaint');
			ok(!-e $server->state_file('something-ran'), 'nothing was run');
			is($server->query($everything, database => $copy)->{rows}, $before, 'everything is as it was');

			$server->plays('shift 2; printf "%s\n" "$@"');
			my $operator = $server->session(database => $copy, user => 'operator');
			is_well(
				$operator->query(q{SELECT * FROM ops.words('a')}),
				'a function of the site works',
				"a\ntwo words\nit's \\\"quoted\\\"");
			is_well($operator->query('SELECT efm_extension.efm_resume_monitoring()'),
				'what was granted can be called', 0);
			is_failure($operator->query('SELECT efm_extension.efm_failover()'), '42501', 'what was not granted cannot');
			is_failure($operator->query(q{SELECT ops.move_primary('10.0.0.2', true)}),
				'42501', 'what was revoked cannot');
			$operator->quit;
			is_well(
				$server->query(q{SELECT (ops.move_primary('10.0.0.2', true)).command_line[3:]}, database => $copy),
				'its optional words',
				'{efm,-switchover,-sourcenode,10.0.0.2,-quiet}');
			is_failure(
				$server->query(
					q{SELECT * FROM efm_extension.efm_cluster_status('text')},
					database => $copy,
					user     => 'operator'),
				'42501',
				'the monitor was granted more');
			is_well(
				$server->query(
					'SELECT count(*) FROM efm_extension.efm_is_available()',
					database => $copy,
					user     => 'monitor'),
				'by grant_access_to_user',
				1);
		});
}

$node->stop;
done_testing();
