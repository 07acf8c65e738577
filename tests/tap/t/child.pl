# Proves with what a command begins, as the command itself sees it: three descriptors, default signals and an empty mask,
# a working directory, process group and session of its own, and an environment that holds nothing of the server's, in
# which secrets are planted. On the backend `sudo`, sudo adds what it always does, and nothing of the server's either.
use strict;
use warnings;

use EfmTest;
use Test::More;

my %planted =
  (PGPASSWORD => 'planted', SECRET => 'planted', EFMPASS => 'planted', LD_LIBRARY_PATH => '/planted', HOME => '/tmp');

# The program is called as `chameleon mark mark show=...`: no shell that could change anything is in between.
my $server = EfmTest::Server->start(
	'child',
	environment => \%planted,
	settings    => { 'efm.command_path' => test_program('chameleon'), 'efm.cluster_name' => 'mark' });
$server->node->safe_psql('postgres', <<'EOQ');
CREATE FUNCTION told() RETURNS SETOF text LANGUAGE plefm AS
    'mark {cluster} show=descriptors show=signals show=group show=environment show=directory show=terminal';
CREATE FUNCTION heard() RETURNS text LANGUAGE plefm AS 'mark {cluster} answer';
CREATE FUNCTION words(a text, b text, c inet, d integer) RETURNS SETOF text LANGUAGE plefm AS
    'mark {cluster} arguments {a} {b} {c} {d} "two words" $HOME;';
EOQ

# The report of tests/support/self_report.h: name => value, and lists of descriptors and variables.
sub report_of
{
	my ($session) = @_;
	my %report = (descriptors => {}, variables => {});
	for my $line (split /\n/, $session->query('SELECT told()')->{rows})
	{
		if    ($line =~ /^descriptor (\d+) (.*)/) { $report{descriptors}{$1} = $2; }
		elsif ($line =~ /^variable ([^=]*)=(.*)/) { $report{variables}{$1}   = $2; }
		elsif ($line =~ /^(.+) (\S+)$/)           { $report{$1}              = $2; }
	}
	return \%report;
}

sub is_clean
{
	my ($report, $session, $output) = @_;
	is(join(' ', sort keys %{ $report->{descriptors} }), '0 1 2',     'three descriptors');
	is($report->{descriptors}{0},                        '/dev/null', 'standard input is /dev/null');
	like($report->{descriptors}{1}, qr/^$output:/, "standard output is a $output");
	like($report->{descriptors}{2}, qr/^pipe:/,    'standard error is a pipe');
	is($report->{$_},                             '0000000000000000',   "no signal is $_") for 'ignored', 'blocked';
	is($report->{directory},                      '/',                  'the working directory is the root');
	is($session->query('SELECT heard()')->{rows}, 'answer end of file', 'there is nothing to read');
	is_failure($session->query(q{SELECT words('a', 'b', '::1', -5)}), '22023', 'a negative number is no option');
	is( $session->query(q{SELECT words('$(id)', '`id` "x" ''y'' \\ *', '::1', 5)})->{rows},
		"5:\$(id)\n16:`id` \"x\" 'y' \\ *\n3:::1\n1:5\n9:two words\n6:\$HOME;",
		'no word is seen by a shell');
	return;
}

part(
	'direct' => sub {
		my $session = $server->session;
		my $report  = report_of($session);
		is_clean($report, $session, 'pipe');
		is($report->{'on parent death'}, 9,                  'it dies with the backend');
		is($report->{parent},            $session->pid,      'it is a child of the backend');
		is($report->{group},             $report->{process}, 'it leads a process group of its own');
		is($report->{terminal},          'none',             'it has no terminal');
		my $path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
		is_deeply($report->{variables}, { LC_ALL => 'C', PATH => $path, HOME => '/tmp' }, 'its environment, whole');
		$session->query("SET efm.java_home = '/opt/java'");
		is_deeply(
			report_of($session)->{variables},
			{ LC_ALL => 'C', PATH => "/opt/java/bin:$path", HOME => '/tmp', JAVA_HOME => '/opt/java' },
			'with efm.java_home');
		$session->quit;
	});

SKIP:
{
	my $user = $ENV{EFM_TEST_SUDO_USER} // '';
	skip('needs EFM_TEST_SUDO_USER and a rule for sudo: ci/test sets both up', 1)
	  unless $user ne '' && defined getpwnam($user);
	part(
		'sudo' => sub {
			my $session = $server->session(settings => { 'efm.backend' => 'sudo' });
			my $report  = report_of($session);
			# With a pipe there, sudo would not look at its terminal.
			is_clean($report, $session, 'socket');
			isnt($report->{session}, session_of($session->pid), 'it is not in the session of the backend');
			unlike(join("\n", %{ $report->{variables} }), qr/planted/,
				'nothing that was planted is in its environment');
			is_deeply([ grep { /^PG|^EFM|SECRET|^LD_/ } keys %{ $report->{variables} } ], [], 'nor the names');
			is($report->{variables}{USER}, $user, 'it runs as the user that was asked for');
			note('what sudo gives it: ' . join(' ', sort keys %{ $report->{variables} }));
			$session->query("SET efm.java_home = '/opt/java'");
			my $variables = report_of($session)->{variables};
			is($variables->{JAVA_HOME}, '/opt/java', 'with efm.java_home: JAVA_HOME');
			like($variables->{PATH}, qr{^/opt/java/bin:}, 'with efm.java_home: PATH');
			$session->quit;
		});
}

$server->node->stop;
done_testing();
