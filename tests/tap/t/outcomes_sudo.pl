# Proves what a user is told when a command goes wrong on the backend `sudo`, with a real sudo: sudo itself missing or
# refusing, with the line of sudoers that is missing in the hint; the program missing behind it; and then everything that
# outcomes_direct.pl proves too. What this machine's sudo cannot be brought to say is said by a script in its place.
use strict;
use warnings;

use EfmTest;
use EfmTest::Outcomes;
use Test::More;

my $user   = under_sudo_user();
my $server = EfmTest::Outcomes::server('sudo');
my $resume = 'SELECT efm_extension.efm_resume_monitoring()';

sub fails
{
	my ($session, $sqlstate, $name, %expected) = @_;
	EfmTest::Outcomes::fails($server, $session, $resume, $sqlstate, $name, %expected);
	return;
}

part(
	'sudo cannot be started' => sub {
		my $session = $server->session;
		$server->write('unexecutable', "#!/bin/sh\n");
		for my $case (
			[ $server->file('nothing'),      'No such file or directory' ],
			[ $server->file('unexecutable'), 'Permission denied' ],
			[ $server->file('state'),        'Permission denied' ])
		{
			my ($path, $reason) = @$case;
			$session->query("SET efm.sudo_path = '$path'");
			fails(
				$session, '58P01', "efm.sudo_path = $path",
				message => 'efm "resume" failed: program could not be started',
				detail  => qr/^Starting "\Q$path\E" failed: \Q$reason\E/,
				hint    => qr/efm\.sudo_path/);
		}
		$session->query("SET efm.sudo_path = ''");
		fails($session, '22023', 'no path of sudo', message => 'efm.sudo_path is not set');
		$session->quit;
	});

# The lines of a hint are to be pasted into a file: visudo has to take them.
sub is_good_sudoers
{
	my ($hint, $name) = @_;
	my @lines = grep { /NOPASSWD|^Defaults/ } split /\n/, $hint;
	my $file  = $server->write('hint.sudoers', join('', map { "$_\n" } @lines));
	chmod 0440, $file;
	is(scalar(grep { /NOPASSWD/ } @lines), 1, "$name: the hint has the line that is missing");
	my $said = qx(PATH=\$PATH:/usr/sbin:/sbin visudo -c -f '$file' 2>&1);
	is($?, 0, "$name: visudo accepts it") or diag($said, $hint);
	return @lines;
}

part(
	'sudo refuses' => sub {
		my $session = $server->session;
		# The rule of the tests is for programs of the directory itself only.
		my $path = $server->state_file('efm');
		$server->write('state/efm', "#!/bin/sh\n", 0755);
		$session->query("SET efm.command_path = '$path'");
		fails(
			$session, '42501', 'a program that is not in sudoers',
			message => qr/^efm "resume" failed: sudo /,
			detail  => qr/^Exit status 1: sudo:/,
			hint    => qr/^postgres ALL=\(\Q$user\E\) NOPASSWD: \Q$path\E resume efm$/m);
		is_good_sudoers($session->query($resume)->{error}{hint}, 'a program that is not in sudoers');
		$session->query("SET efm.java_home = '/opt/java'");
		my $hint = $session->query($resume)->{error}{hint};
		ok((grep { /env_keep/ } is_good_sudoers($hint, 'with a Java')), 'with a Java: its variables are allowed too');
		$session->query('RESET efm.java_home; RESET efm.command_path');

		$session->query("SET efm.sudo_user = 'nobody'");
		fails($session, '42501', 'a user that sudoers does not allow', hint => qr/ALL=\(nobody\) NOPASSWD:/);
		$session->query("SET efm.sudo_user = 'no_such_user_here'");
		fails($session, '42501', 'a user that does not exist', hint => qr/efm\.sudo_user/);
		$session->query('RESET efm.sudo_user');

		$server->write('unexecutable', "#!/bin/sh\n");
		$session->query("SET efm.command_path = '" . $server->file('unexecutable') . "'");
		fails($session, '58P01', 'a program that may not be executed', hint => qr/efm\.command_path.*"\Q$user\E"/);
		$session->quit;
	});

part(
	'what sudo says elsewhere' => sub {
		my $session = $server->session;
		my $sudo    = $server->file('sudo');
		$session->query("SET efm.sudo_path = '$sudo'");
		for my $case (
			# Of a program that is not there, sudo says this only under a rule that names it.
			[ 'sudo: /usr/edb/efm-4.9/bin/efm: command not found',                     '58P01', qr/efm\.command_path/ ],
			[ 'postgres is not in the sudoers file.',                                  '42501', qr/NOPASSWD/ ],
			[ 'postgres is not in the sudoers file.  This incident will be reported.', '42501', qr/NOPASSWD/ ],
			[
				'Sorry, user postgres is not allowed to execute \'/x resume efm\' as efm on host.', '42501',
				qr/NOPASSWD/
			],
			[
				'sudo: sorry, you are not allowed to set the following environment variables: JAVA_HOME', '42501',
				qr/NOPASSWD/
			],
			[
				'sudo: a terminal is required to read the password; either use the -S option or configure an askpass helper',
				'42501',
				qr/NOPASSWD/
			],
			[
				'sudo: The "no new privileges" flag is set, which prevents sudo from running as root.', '42501',
				qr/NoNewPrivileges/
			])
		{
			my ($text, $sqlstate, $hint) = @$case;
			$server->write('said', "$text\n");
			$server->write('sudo', "#!/bin/sh\ncat \"\${0%/*}/said\" >&2\nexit 1\n", 0755);
			fails($session, $sqlstate, $text, hint => $hint);
		}
		# The same words from efm are only its own words.
		$session->query('RESET efm.sudo_path');
		$server->plays('echo "node 10.0.0.3 is not allowed" >&2; exit 1');
		fails($session, '38000', 'efm speaks of what is not allowed', detail => qr/^Exit status 1: node 10\.0\.0\.3/);
		$session->quit;
	});

EfmTest::Outcomes::run($server, 'sudo');
$server->node->stop;
done_testing();
