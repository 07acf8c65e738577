# Proves that the weaknesses of the extension before this one are not in this one: a subtest for each, by its number in
# the list of them, as far as it is about running commands, success that was none, cancelling, limits, leaks, encodings,
# properties, privileges and loading. What other tests prove in more ways is shown here once, in the way it was found.
use strict;
use warnings;

use EfmTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use POSIX ();
use Test::More;
use Time::HiRes ();

my $server     = EfmTest::Server->start('predecessor');
my $node       = $server->node;
my $status     = q{SELECT string_agg(line, E'\n') FROM efm_extension.efm_cluster_status('json') line};
my $resume     = 'SELECT efm_extension.efm_resume_monitoring()';
my %management = (
	efm_allow_node        => q{'10.0.0.3'},
	efm_disallow_node     => q{'10.0.0.3'},
	efm_set_priority      => q{'10.0.0.3', '1'},
	efm_failover          => '',
	efm_switchover        => '',
	efm_resume_monitoring => '',
	efm_stop_cluster      => '',
	efm_reset_members     => '');

# Has a session wait in a command until it is cancelled.
sub hanging_session
{
	my (%options) = @_;
	my $ready = $server->state_file('ready');
	$server->plays('exec ' . $server->chameleon("touch=$ready", 'hang'));
	my $session = $server->session(%options);
	$session->send($resume);
	ok(eventually(sub { -e $ready }), 'a command hangs');
	unlink $ready;
	return $session;
}

part(
	'W-02 a running command does not hold up DROP DATABASE' => sub {
		$node->safe_psql('postgres', 'CREATE DATABASE victim');
		my $hanging = hanging_session();
		my $start   = Time::HiRes::time();
		is_well($server->session->query('DROP DATABASE victim', 30), 'DROP DATABASE', '');
		my $seconds = Time::HiRes::time() - $start;
		measured('DROP DATABASE while a command runs in another database', $seconds);
		cmp_ok($seconds, '<', 10, 'it did not wait for the command');
		is($server->query('SELECT wait_event_type FROM pg_stat_activity WHERE pid = ' . $hanging->pid)->{rows},
			'Extension', 'pg_stat_activity shows what the session waits for');
		kill 'INT', $hanging->pid;
		is_failure($hanging->finish, '57014', 'the command');
		$hanging->quit;
	});

part(
	'W-03 a monitoring role does not become superuser' => sub {
		$server->plays_scenario('healthy');
		$server->write('efm.properties', "db.user=efm\nnotification.text.prefix=a=b\n");
		$node->safe_psql('postgres',
			q{CREATE ROLE monitor LOGIN; SELECT efm_extension.grant_access_to_user('monitor')});
		my $session = $server->session(user => 'monitor');
		# Whatever is called by a bare name in a function of the extension is found here first: types, operators, functions.
		$session->query(<<'EOQ');
CREATE TEMPORARY TABLE caught (who pg_catalog.text);
GRANT ALL ON caught TO PUBLIC;
CREATE FUNCTION pg_temp.trap() RETURNS pg_catalog.bool LANGUAGE plpgsql AS
    $$BEGIN INSERT INTO pg_temp.caught VALUES (current_user); RETURN true; END$$;
CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (pg_temp.trap());
CREATE DOMAIN pg_temp.name AS pg_catalog.name CHECK (pg_temp.trap());
CREATE DOMAIN pg_temp.regrole AS pg_catalog.regrole CHECK (pg_temp.trap());
CREATE DOMAIN pg_temp.jsonb AS pg_catalog.jsonb CHECK (pg_temp.trap());
CREATE DOMAIN pg_temp.oid AS pg_catalog.oid CHECK (pg_temp.trap());
CREATE FUNCTION pg_temp.format(pg_catalog.text, VARIADIC "any") RETURNS pg_catalog.text LANGUAGE internal AS 'text_format';
CREATE FUNCTION pg_temp.join_texts(pg_catalog.text, pg_catalog.text) RETURNS pg_catalog.text LANGUAGE plpgsql AS
    $$BEGIN PERFORM pg_temp.trap(); RETURN $1; END$$;
CREATE OPERATOR pg_temp.|| (LEFTARG = pg_catalog.text, RIGHTARG = pg_catalog.text, FUNCTION = pg_temp.join_texts);
CREATE FUNCTION pg_temp.same(pg_catalog.name, pg_catalog.name) RETURNS pg_catalog.bool LANGUAGE plpgsql AS
    $$BEGIN RETURN pg_temp.trap(); END$$;
CREATE OPERATOR pg_temp.= (LEFTARG = pg_catalog.name, RIGHTARG = pg_catalog.name, FUNCTION = pg_temp.same);
CREATE TEMPORARY TABLE pg_roles (oid pg_catalog.oid, rolname pg_catalog.name);
CREATE FUNCTION pg_temp.efm_properties(OUT name pg_catalog.text, OUT value pg_catalog.text) RETURNS SETOF record
    LANGUAGE plpgsql AS $$BEGIN PERFORM pg_temp.trap(); END$$;
SET search_path = pg_temp, pg_catalog, efm_extension;
EOQ
		is_well($session->query(q{SELECT 'x'::pg_temp.text; SELECT count(*) FROM caught}), 'the trap works', "x\n1");
		$session->query('DELETE FROM caught');
		for my $call (
			q{FROM efm_extension.efm_cluster_status('text')},
			q{FROM efm_extension.efm_cluster_status('json')},
			'FROM efm_extension.efm_is_available()',
			'FROM efm_extension.efm_list_properties()',
			'FROM efm_extension.efm_properties()',
			'FROM efm_extension.efm_local_properties',
			'FROM efm_extension.efm_node_status_json()')
		{
			is_well($session->query("SELECT pg_catalog.count(*) > 0 $call"), $call, 't');
		}
		# These need more than was granted, and must not get as far as to look at anything.
		is_failure($session->query("SELECT efm_extension.$_"), '42501', $_)
		  for q{grant_access_to_user('monitor')}, q{revoke_access_from_user('monitor')}, 'efm_failover()',
		  'efm_sudoers()',
		  q{efm_command_line('promote')};
		is_well($session->query('SELECT who FROM caught'), 'nothing of the role ran with the rights of another', '');
		$session->quit;
		is($server->query(<<'EOQ')->{rows}, '', 'every function that runs SQL as its owner pins its search_path');
SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
 WHERE p.pronamespace = 'efm_extension'::regnamespace AND p.prosecdef AND l.lanname IN ('sql', 'plpgsql')
   AND coalesce(p.proconfig::text, '') !~ 'search_path=pg_catalog, pg_temp'
EOQ
	});

part(
	'W-05 failed failover is no success' => sub {
		my $session = $server->session;
		$server->plays(q(echo '{"error":"refused"}'; exit 1));
		for my $function (sort keys %management)
		{
			is_failure($session->query("SELECT efm_extension.$function($management{$function})"),
				'38000', $function, detail => qr/^Exit status 1: \{"error":"refused"\}$/);
		}
		is_failure($session->query($status), '38000', 'not even a status, without its nodes');
		$session->quit;
		like($server->new_log, qr/promote efm: exited with status 1 after/, 'the log tells of the failure');
	});

part(
	'W-06 without shared_preload_libraries everything works' => sub {
		my $plain = EfmTest::Server->start(
			'plain',
			preload           => 0,
			without_extension => 1,
			settings          => {
				'efm.bgw_enabled'         => 'on',
				'efm.bgw_database'        => 'postgres',
				'efm.bgw_interval'        => '5',
				'efm.cache_ttl'           => '5',
				'efm.bgw_persist_history' => 'on'
			});
		$plain->plays_scenario('healthy');
		for my $statement (
			"CREATE EXTENSION efm_extension VERSION '1.0'",
			"ALTER EXTENSION efm_extension UPDATE TO '1.1'",
			'ALTER EXTENSION efm_extension UPDATE',
			q{LOAD 'efm_extension'},
			$status,
			q{SELECT efm_extension.efm_set_priority('10.0.0.3', '1')},
			'SHOW efm.bgw_enabled',
			q{SET efm.backend = 'mock'; SELECT is_available FROM efm_extension.efm_is_available()})
		{
			# Each in a session of its own: what loads the module differs.
			my $result = $plain->query($statement);
			is($result->{errors}, '', $statement);
			ok(!$result->{lost}, "$statement: the session lives");
		}
		unlike($plain->new_log, qr/FATAL|WARNING|PANIC/, 'nothing of that in the log either');
		$plain->node->stop;
	});

part(
	'W-07 a call can be cancelled on every backend' => sub {
		my $scenario = $server->plays_scenario('hang');
		my $session  = $server->session(settings => { 'efm.mock_scenario' => $scenario, statement_timeout => '200ms' });
		for my $backend (qw(direct mock))
		{
			$session->query("SET efm.backend = '$backend'");
			$session->send_timed($status);
			my $result = $session->finish_timed;
			is_failure($result, '57014', $backend, message => 'canceling statement due to statement timeout');
			measured("$backend: a hanging command after statement_timeout", $result->{ended} - $result->{began} - 0.2);
			cmp_ok($result->{ended} - $result->{began}, '<', 1.2, "$backend: in time");
		}
		$session->quit;
	});

part(
	'W-08 a background child that keeps the output open does not hold the caller' => sub {
		my $session = $server->session;
		for my $child (qw(child setsid-child daemon))
		{
			$server->plays('exec ' . $server->chameleon('out=done', $child));
			$session->send_timed($resume);
			my $result = $session->finish_timed;
			is_well($result, "$child: a success", 0);
			measured("a call whose $child keeps the pipe", $result->{ended} - $result->{began});
			cmp_ok($result->{ended} - $result->{began}, '<', 1, "$child: in time");
			is(scalar(marked_processes($server->mark)), 1, "$child: what it left behind lives on");
			$server->end_processes(marked_processes($server->mark));
		}
		ok(eventually(sub { !marked_processes($server->mark) }), 'ended by the test');
		is_well($session->query(q{SET efm.command_timeout = '2h'; SHOW efm.command_timeout}),
			'the limit is a setting', '2h');
		$session->quit;
	});

part(
	'W-09 too much output leaks nothing' => sub {
		my $session = $server->session;
		$server->plays('exec ' . $server->chameleon('flood-out=' . 40 * 1024 * 1024));
		is_failure($session->query($resume), '54000', 'the first');
		my ($descriptors, $memory) = (descriptors($session->pid), resident_kilobytes($session->pid));
		$session->query($resume) for 1 .. 20;
		nothing_left($server, $session->pid, 'after 20 more');
		is(descriptors($session->pid), $descriptors, 'as many descriptors as before');
		cmp_ok(resident_kilobytes($session->pid) - $memory, '<', 1024, 'as much memory as before');
		$session->quit;
	});

part(
	'W-10 loud errors stay out of the log and of the error' => sub {
		$server->new_log;
		$server->plays('exec ' . $server->chameleon('flood-err=' . 100 * 1024 * 1024, 'exit=1'));
		my $result = $server->query($resume);
		is_failure($result, '38000', '100 MB on standard error');
		cmp_ok(length $result->{errors}, '<', 4096, 'the error is short');
		cmp_ok(length $server->new_log,  '<', 8192, 'so is the log');
	});

part(
	'W-19 latency is not bimodal' => sub {
		my $session = $server->session;
		$server->plays('exit 0');
		my $times = $session->query(<<'EOQ')->{rows};
CREATE FUNCTION pg_temp.times(calls integer) RETURNS SETOF double precision LANGUAGE plpgsql AS $$
DECLARE start timestamptz;
BEGIN
    FOR i IN 1..calls LOOP
        start := clock_timestamp();
        PERFORM efm_extension.efm_resume_monitoring();
        RETURN NEXT extract(epoch FROM clock_timestamp() - start);
    END LOOP;
END$$;
SELECT t FROM pg_temp.times(200) t ORDER BY t
EOQ
		my @times = split /\n/, $times;
		is(scalar @times, 200, '200 calls');
		measured("direct, a shell that exits: percentile $_", $times[ POSIX::ceil(2 * $_) - 1 ])
		  for 1, 50, 80, 90, 95, 99, 100;
		# It was 100 ms more in 9 to 34 of 100 calls.
		cmp_ok($times[ 2 * 91 - 1 ] - $times[0], '<', 0.09, 'the 91st percentile is not a second peak');
		$session->quit;
	});

part(
	'W-22 what is not valid text is never stored' => sub {
		$node->safe_psql('postgres',
			q{CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0; CREATE DATABASE restored});
		$node->safe_psql('latin', 'CREATE EXTENSION efm_extension');
		$node->safe_psql($_, <<'EOQ') for 'postgres', 'latin';
CREATE FUNCTION public.words() RETURNS text LANGUAGE plefm AS 'resume {cluster}';
CREATE TABLE public.stored (value text);
EOQ
		my $store = 'INSERT INTO stored SELECT words()';
		$server->plays(q(printf '\351'));
		is_failure($server->query($store), '22021', 'a byte of LATIN1 in UTF8');
		is_well($server->query("$store; SELECT ascii(value) FROM stored", database => 'latin'),
			'the same in LATIN1', 233);
		$server->plays(q(printf 'a\000b'));
		is_failure($server->query($store, database => 'latin'), '22021', 'a NUL in LATIN1', message => qr/"LATIN1"/);
		$server->plays(q(printf '\303\251\342\202\254'));
		is_well($server->query($store), 'UTF-8 in UTF8', '');

		for my $database (qw(postgres latin))
		{
			my $dump = $server->file("$database.dump");
			system_or_bail('pg_dump', '-Fc', '-t', 'stored', '-f', $dump, $node->connstr($database));
			system_or_bail('pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), $dump);
			is( $server->query('SELECT value FROM stored', database => 'restored')->{rows},
				$database eq 'latin' ? "\xc3\xa9" : "\xc3\xa9\xe2\x82\xac",
				"$database: dumped and restored");
			$node->safe_psql('restored', 'DROP TABLE stored');
		}
		$server->write('efm.properties', "db.user=\xe9\nuser.email=\\u20ac\n");
		is( $server->query(q{SELECT string_agg(name || ':' || value, ' ') FROM efm_extension.efm_local_properties})
			  ->{rows},
			"db.user:\xc3\xa9 user.email:\xe2\x82\xac",
			'a properties file is ISO 8859-1 with escapes');
		is_failure($server->query('TABLE efm_extension.efm_local_properties', database => 'latin'),
			'22P05', 'a character that LATIN1 does not have');
		$server->write('efm.properties', "db.user=a\\u0000b\n");
		is_failure($server->query('TABLE efm_extension.efm_local_properties'), '22021', 'a NUL in a property');
	});

part(
	'W-23 no spelling shows a secret' => sub {
		$server->write('efm.properties', <<'EOP');
db.password.encrypted=hidden1
db.password = hidden2
db.password:hidden3
db.password.foo:hidden4
DB.PASSWORD=hidden5
db.\u0070assword.x=hidden6
some.long.name=hidden7\
    hidden8
jdbc.properties=sslpassword=hidden9&loggerLevel=OFF
script.notification=/usr/local/bin/tell --token=hidden10
my.api.key hidden11
db.pass\
word.y=hidden12
 	db.password.z	hidden13
=hidden14
jvm.options=-Djavax.net.ssl.keyStorePassword=hidden15
# db.password=hidden16
db.user=shown
EOP
		for my $source ('efm_properties() p', 'efm_list_properties() p', 'efm_local_properties p')
		{
			my $rows = $server->query("SELECT string_agg(p::text, E'\\n') FROM efm_extension.$source")->{rows};
			unlike($rows, qr/hidden/, $source);
			like($rows, qr/db\.user.shown/, "$source: what is harmless is shown");
		}
	});

part(
	'W-24 values are whole' => sub {
		$server->write('efm.properties', <<'EOP');
! a comment, too
notification.text.prefix=-Xmx128m -Dfoo=bar
db.user:efm
  db.port   5444  
bind.address = 10.0.0.1:\
    7800
user.email
EOP
		is( $server->query(
				q{SELECT string_agg(name || '>' || value || '<', ' ') FROM efm_extension.efm_local_properties})->{rows},
			'notification.text.prefix>-Xmx128m -Dfoo=bar< db.user>efm< db.port>5444  < bind.address>10.0.0.1:7800< user.email><',
			'as java.util.Properties reads them');
	});

part(
	'W-28 nothing is granted to everybody' => sub {
		my $session = $server->session;
		for my $name ('public', 'PUBLIC', '"public"', 'nobody; DROP TABLE stored')
		{
			my $result = $session->query(qq{SELECT efm_extension.grant_access_to_user('$name')});
			is($result->{rows}, 'f', "grant_access_to_user('$name')");
			like($result->{errors}, qr/WARNING:.*does not exist/, "grant_access_to_user('$name'): says why");
		}
		$session->quit;
		is( $server->query(
				q{SELECT count(*) FROM pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner))) a
		WHERE pronamespace = 'efm_extension'::regnamespace AND a.grantee = 0})->{rows},
			0,
			'no function is granted to PUBLIC');
	});

part(
	'W-29 EXECUTE is what counts' => sub {
		$server->plays('exit 0');
		$node->safe_psql('postgres', <<'EOQ');
CREATE ROLE operator LOGIN;
CREATE ROLE nobody LOGIN;
GRANT USAGE ON SCHEMA efm_extension TO operator, nobody;
GRANT EXECUTE ON FUNCTION efm_extension.efm_resume_monitoring() TO operator;
CREATE FUNCTION public.resume_it() RETURNS integer LANGUAGE sql SECURITY DEFINER
    AS 'SELECT efm_extension.efm_resume_monitoring()';
EOQ
		is_well($server->query($resume, user => 'operator'), 'an operator may call what was granted', 0);
		is_failure($server->query('SELECT efm_extension.efm_failover()', user => 'operator'),
			'42501', 'and nothing else');
		is_failure($server->query($resume, user => 'nobody'), '42501', 'another role may not');
		is_well($server->query('SELECT public.resume_it()', user => 'nobody'),
			'but through a function of a superuser', 0);
		is_failure($server->query("SET ROLE nobody; $resume"),
			'42501', 'a superuser who has taken another role may not either');
		is_failure($server->query("SET SESSION AUTHORIZATION nobody; $resume"),
			'42501', 'nor one who has become another');
	});

part(
	'W-33 efm_is_available believes only a status' => sub {
		my $session   = $server->session;
		my $available = 'SELECT is_available, error_code, error_message FROM efm_extension.efm_is_available()';
		for my $case (
			[ 'no output',                'exit 0',                              qr/^f\|-4\|/ ],
			[ 'broken JSON',              q(echo '{ not json'; exit 1),          qr/^f\|1\|.*not json/ ],
			[ 'broken JSON with success', q(echo '{ not json'),                  qr/^f\|-4\|/ ],
			[ 'JSON that is no status',   q(echo '{"error":"refused"}'; exit 1), qr/^f\|1\|/ ],
			[
				'agent down',
				q(echo 'Authorization file not found. Is the local agent running?' >&2; exit 1),
				qr/^f\|1\|.*local agent is not running/
			],
			[ 'an unhealthy cluster', q(echo '{"nodes":{"10.0.0.1":{"type":"Primary"}}}'; exit 1), qr/^t\|0\|/ ])
		{
			my ($name, $plan, $answer) = @$case;
			$server->plays($plan);
			is_well($session->query($available), $name, $answer);
		}
		$session->query("SET efm.command_path = '/no/such/efm'");
		is_well($session->query($available), 'no program', qr/^f\|-2\|/);
		$session->query(q{RESET efm.command_path; SET efm.command_timeout = '100ms'});
		$server->plays('exec ' . $server->chameleon('hang'));
		is_well($session->query($available), 'hangs', qr/^f\|-3\|/);
		$session->query(q{RESET efm.command_timeout; SET statement_timeout = '100ms'});
		is_failure($session->query($available), '57014', 'a cancelled call is still an error');
		$session->quit;
	});

part(
	'W-38 what is promised about privileges holds, after an upgrade too' => sub {
		$node->safe_psql('postgres', 'CREATE DATABASE upgraded');
		$node->safe_psql('upgraded', "CREATE EXTENSION efm_extension VERSION '1.0'");
		# The name of an array type begins with its own: it takes its privileges from the element.
		my $open = <<'EOQ';
SELECT p.oid::regprocedure::text FROM pg_proc p WHERE pronamespace = 'efm_extension'::regnamespace
   AND has_function_privilege('public', p.oid, 'EXECUTE')
UNION ALL SELECT c.oid::regclass::text FROM pg_class c
 WHERE relnamespace = 'efm_extension'::regnamespace AND relkind IN ('r', 'v', 'S')
   AND has_table_privilege('public', c.oid, 'SELECT')
UNION ALL SELECT 'schema' WHERE has_schema_privilege('public', 'efm_extension', 'USAGE')
UNION ALL SELECT lanname FROM pg_language WHERE lanname = 'plefm' AND lanpltrusted
EOQ
		for my $version (qw(1.0 1.1 2.0))
		{
			$node->safe_psql('upgraded', "ALTER EXTENSION efm_extension UPDATE TO '$version'");
			is($server->query($open, database => 'upgraded')->{rows}, '', "$version: nothing is open to PUBLIC");
		}
		my $all = <<'EOQ';
SELECT concat_ws(' ', p.oid::regprocedure, proacl, prosecdef, proconfig) FROM pg_proc p
 WHERE pronamespace = 'efm_extension'::regnamespace ORDER BY 1
EOQ
		$node->safe_psql('postgres', 'CREATE DATABASE fresh');
		$node->safe_psql('fresh',    'CREATE EXTENSION efm_extension');
		is( $server->query($all, database => 'upgraded')->{rows},
			$server->query($all, database => 'fresh')->{rows},
			'upgraded as fresh');
		$node->safe_psql('postgres', 'DROP DATABASE fresh; DROP DATABASE upgraded');
	});

part(
	'W-39 small things' => sub {
		my $session = $server->session;
		my $home    = '/opt/' . 'j' x 1995;
		$session->query("SET efm.java_home = '$home'");
		$server->plays('exec ' . $server->chameleon('show=environment'));
		$node->safe_psql('postgres',
			q{CREATE FUNCTION public.told() RETURNS SETOF text LANGUAGE plefm AS 'resume {cluster}'});
		is_well(
			$session->query(q{SELECT t FROM told() t WHERE t LIKE 'variable JAVA_HOME=%'}),
			'a long efm.java_home',
			"variable JAVA_HOME=$home");

		unlink $server->file('efm.properties');
		POSIX::mkfifo($server->file('efm.properties'), 0644) or die;
		$session->send_timed('TABLE efm_extension.efm_local_properties');
		my $result = $session->finish_timed(10);
		is_failure($result, '58030', 'a FIFO as properties file', hint => qr/regular file/);
		measured('a FIFO as properties file', $result->{ended} - $result->{began});
		unlink $server->file('efm.properties');
		is_failure($session->query('TABLE efm_extension.efm_local_properties'), '58P01', 'no properties file');
		mkdir $server->file('efm.properties');
		is_failure($session->query('TABLE efm_extension.efm_local_properties'),
			'58030', 'a directory as properties file');
		rmdir $server->file('efm.properties');

		$server->plays(q(printf 'Cluster Status: efm\n\n\tAgent Type\n\n'));
		is_well($session->query(q{SELECT count(*) FROM efm_extension.efm_cluster_status('text')}),
			'blank lines of the text are kept', 4);
		for my $setting (qw(sudo_path command_path java_home properties_location mock_scenario))
		{
			is_failure($session->query("SET efm.$setting = 'a/relative/path'"),
				'22023', "efm.$setting", detail => qr/absolute path/);
		}
		is_failure($session->query("SET efm.sudo_user = '-s'"),        '22023', 'efm.sudo_user');
		is_failure($session->query("SET efm.cluster_name = '../efm'"), '22023', 'efm.cluster_name');
		$session->quit;
	});

part(
	'W-42 how the JSON is laid out does not matter' => sub {
		my $session = $server->session;
		my $json    = q({"nodes": {\n "10.0.0.1": {\n  "type": "Primary"}}});
		for my $exit (0, 1)
		{
			$server->plays("printf '\\n \\t$json\\n\\n'; exit $exit");
			is_well($session->query("SELECT ($status)::jsonb #>> '{nodes,10.0.0.1,type}'"),
				"several lines, blanks before, exit status $exit", 'Primary');
		}
		$session->quit;
	});

$node->stop;
done_testing();
