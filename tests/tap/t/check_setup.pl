# Proves efm_check_setup(): each thing that an installation can lack is provoked for real, its row fails and the others
# pass, the hint is followed to the letter, and then all pass. With a real sudo where EFM_TEST_SUDO_USER and
# EFM_TEST_INSTALL_SUDOERS are set: a rule missing for one class of commands, and the lines of efm_sudoers() as the cure.
use strict;
use warnings;

use EfmTest;
use JSON::PP ();
use Test::More;

my $server    = EfmTest::Server->start('check_setup');
my $node      = $server->node;
my $directory = $server->file('');
chop $directory;

# An installation as the packages of EFM lay it out. What runs is what the test plays.
for my $part (qw(usr usr/edb usr/edb/efm-4.9 usr/edb/efm-4.9/bin etc etc/edb etc/edb/efm-4.9 jvm jvm/bin))
{
	mkdir $server->file($part) or die "cannot make $part: $!";
}
my $program    = $server->write('usr/edb/efm-4.9/bin/efm', "#!/bin/sh\n. '$directory/efm.plan'\n", 0755);
my $properties = $server->write('etc/edb/efm-4.9/efm.properties', "db.user=efm\ndb.password.encrypted=hidden\n");
$server->write('jvm/bin/java', "#!/bin/sh\n", 0755);
my %well = (
	'efm.command_path'        => $program,
	'efm.properties_location' => $server->file('etc/edb/efm-4.9'),
	'efm.java_home'           => $server->file('jvm'));

sub set
{
	my (%settings) = @_;
	$node->safe_psql('template1', "ALTER SYSTEM SET $_ = '$settings{$_}'") for sort keys %settings;
	$node->safe_psql('template1', 'SELECT pg_reload_conf()');
	return;
}

# The rows by their names. A session of its own has read the configuration that is in force.
sub rows
{
	my (%options) = @_;
	my $result = $server->query('SELECT json_agg(c) FROM efm_extension.efm_check_setup() c', %options);
	is($result->{errors}, '', 'nothing is raised');
	my %rows = map { ($_->{check} => $_) } @{ JSON::PP::decode_json($result->{rows} || '[]') };
	unlike($result->{rows}, qr/hidden/, 'no secret is shown');
	return \%rows;
}

sub failed { my ($rows) = @_; return sort grep { !$rows->{$_}{passed} } keys %$rows; }

# A reload reaches a new session a moment later.
sub all_pass
{
	my ($name) = @_;
	my $rows;
	my $passed = eventually(
		sub {
			my $answer = $server->query('SELECT bool_and(passed) FROM efm_extension.efm_check_setup()');
			return $answer->{rows} eq 't';
		},
		10);
	ok($passed, "$name: all pass");
	$rows = rows();
	is(join(' ', failed($rows)), '', "$name: none fails") or diag(explain($rows));
	return;
}

# Tests that this row fails; the others that do name it as what is to be mended first, and are those listed.
sub fails
{
	my ($name, $cause, @blocked) = @_;
	my $rows;
	eventually(sub { $rows = rows_quietly(); return !$rows->{$cause}{passed}; }, 10);
	$rows = rows();
	is(join(' ', failed($rows)), join(' ', sort $cause, @blocked), "$name: what fails") or diag(explain($rows));
	is($rows->{$_}{hint}, qq(Mend "$cause" first.), "$name: $_ waits for it") for @blocked;
	note("$name: $rows->{$cause}{detail} | $rows->{$cause}{hint}");
	return $rows->{$cause};
}

sub rows_quietly
{
	my $result = $server->query('SELECT json_agg(c) FROM efm_extension.efm_check_setup() c');
	return { map { ($_->{check} => $_) } @{ JSON::PP::decode_json($result->{rows} || '[]') } };
}

# Does what a hint says, word by word.
sub follow
{
	my ($hint, $name) = @_;
	my $restart = $hint =~ s/; and restart the server\..*//s;
	if    ($hint =~ /^chmod /)                     { system($hint) == 0                or die $hint; }
	elsif ($hint =~ /^(ALTER|SELECT|CREATE) /)     { $node->safe_psql('postgres', $_) for split /; ?/, $hint; }
	elsif ($hint =~ /^In the database "(\w+)".*: (.*;)$/) { $node->safe_psql($1, $2); }
	else                                           { die "cannot follow: $hint"; }
	if ($restart) { $node->restart; }
	all_pass("$name, mended");
	return;
}

$server->plays_scenario('healthy');
set(%well);
all_pass('a new installation');

part(
	'settings' => sub {
		set('efm.cluster_name' => '');
		follow(fails('no cluster', 'cluster_name', qw(properties status))->{hint}, 'no cluster');
		set('efm.cache_ttl' => 0);
		follow(fails('no cache', 'cache')->{hint}, 'no cache');
	});

part(
	'the program' => sub {
		set('efm.command_path' => $server->file('usr/edb/efm-4.8/bin/efm'));
		follow(fails('not there', 'program', qw(version_directory status))->{hint}, 'not there');
		set('efm.command_path' => $server->file('usr/edb/efm-4.9/bin'));
		my $row = fails('a directory', 'program', qw(version_directory status));
		like($row->{detail}, qr/is a directory/, 'a directory: it is said');
		follow($row->{hint}, 'a directory');
		chmod 0644, $program;
		follow(fails('not executable', 'program', qw(version_directory status))->{hint}, 'not executable');
		my $closed = $server->file('usr/edb/efm-4.9');
		chmod 0600, $closed;
		follow(fails('in a closed directory', 'program', qw(version_directory status))->{hint}, 'in a closed directory');
		chmod 0755, $closed, $program;
	});

part(
	'the directories of two releases' => sub {
		mkdir $server->file('etc/edb/efm-4.10') or die;
		$server->write('etc/edb/efm-4.10/efm.properties', "db.user=efm\n");
		set('efm.properties_location' => $server->file('etc/edb/efm-4.10'));
		my $row = fails('two releases', 'version_directory');
		like($row->{detail}, qr/EFM 4\.9.*EFM 4\.10/, 'both are named');
		follow($row->{hint}, 'two releases');
	});

part(
	'Java' => sub {
		set('efm.java_home' => $server->file('gone'));
		my $row = fails('no Java', 'java');
		like($row->{detail}, qr{\Q$directory\E/gone/bin/java}, 'it is named');
	  SKIP:
		{
			skip 'there is no Java on this machine to be named', 1 if $row->{hint} !~ /^ALTER/;
			follow($row->{hint}, 'no Java');
		}
		set(%well);
		all_pass('Java, mended');
	});

part(
	'the properties' => sub {
		chmod 0, $properties;
		my $row = fails('closed', 'properties');
		like($row->{detail}, qr/cannot be read by "\w+"/, 'closed: it is said');
		follow($row->{hint}, 'closed');
		rename $properties, "$properties.away" or die;
		# The other release has one.
		$row = fails('not there', 'properties');
		is($row->{hint},
			"ALTER SYSTEM SET efm.properties_location = '$directory/etc/edb/efm-4.10'; SELECT pg_reload_conf();",
			'another release that has one is named');
		rename "$properties.away", $properties or die;
		$server->write('etc/edb/efm-4.9/efm.properties', "db.password.encrypted=hidden\nbroken=\\u12\n");
		$row = fails('malformed', 'properties');
		like($row->{detail}, qr/line 2/, 'malformed: the line is named');
		$server->write('etc/edb/efm-4.9/efm.properties', "db.password.encrypted=hidden\n");
		all_pass('properties, mended');
	});

part(
	'the agent' => sub {
		$server->plays_scenario('agent-not-running');
		my $row = fails('not running', 'status');
		is(
			$row->{hint},
			'Start the EFM agent on this host. systemctl start edb-efm-4.9',
			'not running: how it is started');
		like($row->{detail}, qr/local agent is not running/, 'not running: it is said');
		# The service of the fake.
		$server->plays_scenario('healthy');
		all_pass('not running, mended');
		$server->plays('echo "db.password=hidden" >&2; exit 7');
		like(fails('fails otherwise', 'status')->{detail}, qr/exit status 7/, 'fails otherwise: it is said');
		$server->plays_scenario('healthy');
		all_pass('fails otherwise, mended');
	});

part(
	'a status from the cache is not believed' => sub {
		set('efm.cache_ttl' => '300s');
		all_pass('cached');
		$server->plays_scenario('agent-not-running');
		my $rows = rows();
		is(join(' ', failed($rows)), 'status', 'EFM is asked');
		$server->plays_scenario('healthy');
		$rows = rows();
		is(join(' ', failed($rows)), '', 'and asked again at once');
		set('efm.cache_ttl' => '5s');
	});

part(
	'it raises nothing, but for a cancel' => sub {
		my $session = $server->session;
		for my $settings (
			q(SET efm.cluster_name = ''; SET efm.command_path = ''; SET efm.properties_location = ''),
			q(RESET ALL; SET efm.backend = 'mock'; SET efm.mock_scenario = '/no/such/file'),
			q(RESET ALL; SET efm.backend = 'sudo'; SET efm.sudo_path = ''; SET efm.sudo_user = ''),
			q(RESET ALL; SET efm.command_path = '/dev/null'; SET efm.command_timeout = '100ms'),
			q(RESET ALL; SET efm.cluster_name = '/dev/zero.properties'; SET default_transaction_read_only = on))
		{
			$session->query($settings);
			is_well($session->query('SELECT count(*) > 7 FROM efm_extension.efm_check_setup()'), $settings, 't');
		}
		$session->query('RESET ALL');
		$server->plays('exec ' . $server->chameleon('hang'));
		$session->query("SET statement_timeout = '300ms'");
		is_failure($session->query('SELECT * FROM efm_extension.efm_check_setup()'), '57014', 'canceled');
		nothing_left($server, $session->pid, 'canceled');
		$session->query("RESET statement_timeout; SET efm.command_timeout = '200ms'");
		is_well(
			$session->query(
				q{SELECT string_agg("check", ' ') FROM efm_extension.efm_check_setup() WHERE NOT passed}),
			'an EFM that hangs', 'status');
		$server->plays_scenario('healthy');
		$session->quit;
	});

part(
	'it is not for monitors' => sub {
		$node->safe_psql('postgres',
			q{CREATE ROLE monitor LOGIN; SELECT efm_extension.grant_access_to_user('monitor')});
		for my $call ('efm_check_setup()', q{efm_setup_checks('2.0')}, 'efm_sudoers()')
		{
			is_failure($server->query("SELECT * FROM efm_extension.$call", user => 'monitor'), '42501', $call);
		}
	});

part(
	'the worker' => sub {
		set('efm.bgw_enabled' => 'on', 'max_worker_processes' => 0);
		$node->restart;
		my $row = fails('no room for it', 'worker');
		follow($row->{hint}, 'no room for it');

		set('efm.bgw_database' => 'nowhere', 'efm.bgw_persist_history' => 'on', 'efm.bgw_interval' => '1s');
		$node->restart;
		ok(eventually(sub { rows_quietly()->{worker}{detail} =~ /history/ }, 20), 'no database: it is noticed');
		like(fails('no database', 'worker')->{hint}, qr/SET efm\.bgw_database = /, 'no database: the hint');
		$node->safe_psql('postgres', 'CREATE DATABASE elsewhere');
		set('efm.bgw_database' => 'elsewhere', 'efm.bgw_persist_history' => 'on', 'efm.bgw_interval' => '1s');
		$node->restart;
		ok(eventually(sub { rows_quietly()->{worker}{detail} =~ /history/ }, 20), 'no history: it is noticed');
		$row = fails('no history', 'worker');
		like($row->{detail}, qr/writes no history/, 'no history: it is said');
		follow($row->{hint}, 'no history');
		$node->safe_psql('postgres',
			"ALTER SYSTEM RESET $_") for qw(efm.bgw_enabled efm.bgw_database efm.bgw_persist_history efm.bgw_interval);
		$node->restart;
	});

part(
	'versions of the schema' => sub {
		for my $version (qw(1.0 1.1))
		{
			$node->safe_psql('postgres', 'CREATE DATABASE old');
			$node->safe_psql('old',      "CREATE EXTENSION efm_extension VERSION '$version'");
			is_failure(
				$server->query('SELECT * FROM efm_extension.efm_check_setup()', database => 'old'),
				'42883', "$version has no such function");
			$node->safe_psql('old', 'ALTER EXTENSION efm_extension UPDATE');
			is(join(' ', failed(rows(database => 'old'))), '', "$version, updated: all pass");
			# As a library that came first sees it.
			is_well(
				$server->query(
					qq{SELECT passed, hint FROM efm_extension.efm_setup_checks('$version') WHERE "check" = 'schema_version'},
					database => 'old'),
				"$version under this library",
				'f|ALTER EXTENSION efm_extension UPDATE;');
			$node->safe_psql('postgres', 'DROP DATABASE old');
		}
		is_well(
			$server->query(
				q{SELECT hint FROM efm_extension.efm_setup_checks('99.0') WHERE NOT passed}),
			'a library that is older than the schema',
			'Restart the server, so that it loads the library of 99.0.');
	});

part(
	'not preloaded' => sub {
		$node->safe_psql('postgres', 'ALTER SYSTEM RESET shared_preload_libraries');
		$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', q('auto_explain'));
		$node->restart;
		my $row = fails('not preloaded', 'preload');
		follow($row->{hint}, 'not preloaded');
		is($node->safe_psql('postgres', 'SHOW shared_preload_libraries'),
			'auto_explain, efm_extension', 'and what was there is kept');
	});

my $user    = $ENV{EFM_TEST_SUDO_USER}       // '';
my $install = $ENV{EFM_TEST_INSTALL_SUDOERS} // '';

# Puts lines where sudo reads them; none: takes them away.
sub sudoers
{
	my ($lines) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'sudo', '-n', $install ], '<', \$lines, '>', \$out, '2>', \$err) or die "sudoers: $out$err";
	return;
}

sub lines_of_hint
{
	my ($hint) = @_;
	my ($statement) = $hint =~ m{/etc/sudoers\.d/.*: (SELECT .*;)\z} or die $hint;
	return $server->query($statement)->{rows} . "\n";
}

SKIP:
{
	skip 'needs EFM_TEST_SUDO_USER and EFM_TEST_INSTALL_SUDOERS: ci/test sets both up', 1
	  if $user eq '' or $install eq '' or !defined getpwnam($user);
	# What the fake keeps belongs to whoever calls it first.
	$server->plays_scenario('healthy', state_file => 'state/cluster-of-efm');
	sudoers('');
	set('efm.backend' => 'sudo', 'efm.sudo_user' => $user);

	my $lines;
	part(
		'sudo: no rules' => sub {
			my $rows;
			eventually(sub { $rows = rows_quietly(); return exists $rows->{sudo_read}; }, 10);
			$rows = rows();
			is(join(' ', failed($rows)), 'status sudo_cluster sudo_promote sudo_read sudo_write', 'what fails');
			is($rows->{status}{hint}, 'Mend "sudo_read" first.', 'nothing is run');
			$lines = lines_of_hint($rows->{sudo_read}{hint});
			is(lines_of_hint($rows->{$_}{hint}), $lines, "$_: the same lines") for qw(sudo_write sudo_promote sudo_cluster);
			sudoers($lines);
			all_pass('the lines of efm_sudoers()');
		});

	part(
		'sudo: no rule for one command' => sub {
			for my $missing ([ 'sudo_cluster', 'stop-cluster' ], [ 'sudo_promote', 'promote' ])
			{
				my ($class, $command) = @$missing;
				(my $narrowed = $lines) =~ s/^ +\S+ \^?$command .*\n//m or die $lines;
				sudoers($narrowed);
				my $row = fails("no rule for $command", $class);
				like($row->{detail}, qr/does not allow "efm $command /, 'it is named');
				sudoers(lines_of_hint($row->{hint}));
				all_pass("$command, mended");
			}
		});

	my %aliases = (sudo_read => 'EFM_READONLY', sudo_write => 'EFM_WRITE', sudo_promote => 'EFM_CRITICAL');
	for my $class (sort keys %aliases)
	{
		part(
			"sudo: no rule for $aliases{$class}" => sub {
				my @kept = grep { $_ ne $aliases{$class} } qw(EFM_READONLY EFM_WRITE EFM_CRITICAL);
				(my $narrowed = $lines) =~ s/(NOSETENV: ).*$/$1 . join(', ', @kept)/em;
				sudoers($narrowed);
				my $rows;
				eventually(sub { $rows = rows_quietly(); return !$rows->{$class}{passed}; }, 10);
				$rows = rows();
				my @besides = $class eq 'sudo_read' ? 'status' : $class eq 'sudo_promote' ? 'sudo_cluster' : ();
				is(join(' ', failed($rows)), join(' ', sort $class, @besides), "$class: what fails");
				is($rows->{status}{hint}, 'Mend "sudo_read" first.', 'nothing is run') if $class eq 'sudo_read';
				sudoers(lines_of_hint($rows->{$class}{hint}));
				all_pass("$class, mended");
			});
	}

	part(
		'sudo: the rules of other settings' => sub {
			# The lines hold PATH and JAVA_HOME to what efm.java_home was: only a command that runs shows it.
			mkdir $server->file('jvm2') or die;
			mkdir $server->file('jvm2/bin') or die;
			$server->write('jvm2/bin/java', "#!/bin/sh\n", 0755);
			set('efm.java_home' => $server->file('jvm2'));
			my $row = fails('another Java', 'status');
			like($row->{hint}, qr/efm_sudoers\(\)/, 'another Java: what helps');
			sudoers($server->query('SELECT efm_extension.efm_sudoers()')->{rows} . "\n");
			all_pass('another Java, mended');
			set('efm.cluster_name' => 'other');
			$server->write('etc/edb/efm-4.9/other.properties', "db.user=efm\n");
			my $rows;
			eventually(sub { $rows = rows_quietly(); return !$rows->{sudo_read}{passed}; }, 10);
			is(join(' ', failed($rows)), 'status sudo_cluster sudo_promote sudo_read sudo_write', 'another cluster: what fails');
			sudoers(lines_of_hint($rows->{sudo_write}{hint}));
			all_pass('another cluster, mended');
		});

	part(
		'sudo itself' => sub {
			my @blocked = qw(sudo_read sudo_write sudo_promote sudo_cluster status);
			set('efm.sudo_path' => $server->file('no-sudo'));
			my $row = fails('no sudo', 'sudo', @blocked);
		  SKIP:
			{
				skip 'sudo is not where it usually is', 1 if $row->{hint} !~ /^ALTER/;
				follow($row->{hint}, 'no sudo');
			}
			set('efm.sudo_path' => $server->write('sudo', '', 0644));
			$row = fails('sudo is not executable', 'sudo', @blocked);
			like($row->{hint}, qr{^chmod u\+x \Q$directory\E/sudo$}, 'sudo is not executable: the hint');
			$node->safe_psql('postgres', 'ALTER SYSTEM RESET efm.sudo_path');
			set('efm.sudo_user' => 'no_such_user_of_efm');
			$row = fails('no such user', 'sudo', @blocked);
			is($row->{hint}, "ALTER SYSTEM SET efm.sudo_user = 'efm'; SELECT pg_reload_conf();",
				'no such user: the hint');
			set('efm.sudo_user' => $user);
			all_pass('sudo, mended');
			chmod 0644, $program;
			follow(
				fails('the program is not executable',
					'program', qw(version_directory sudo_read sudo_write sudo_promote sudo_cluster status))->{hint},
				'the program is not executable');
		});
	sudoers('');
}

$node->stop;
done_testing();
