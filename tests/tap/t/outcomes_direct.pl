# Proves what a user is told when a command goes wrong on the backend `direct`: the SQLSTATE, what was tried, and what to
# change; and that the session goes on working after each. From a program that cannot be started, over floods, bytes that
# are no text, broken JSON and signals, to the exit statuses and texts of efm.
use strict;
use warnings;

use EfmTest;
use EfmTest::Outcomes;
use Test::More;

my $server = EfmTest::Outcomes::server('direct');

part(
	'programs that cannot be started' => sub {
		my $session = $server->session;
		mkdir $server->file('closed') or die;
		my %programs = (
			nothing          => [ 'is not there',                           'No such file or directory' ],
			'nowhere/efm'    => [ 'is in a directory that is not there',    'No such file or directory' ],
			'text/efm'       => [ 'is below a file',                        'Not a directory' ],
			unexecutable     => [ 'may not be executed',                    'Permission denied' ],
			closed           => [ 'is a directory',                         'Permission denied' ],
			'closed/efm'     => [ 'is in a closed directory',               'Permission denied' ],
			text             => [ 'has no #! line',                         'Exec format error' ],
			'no-interpreter' => [ 'names an interpreter that is not there', 'No such file or directory' ],
			loop             => [ 'is a symbolic link to itself',           'Too many levels of symbolic links' ]);
		$server->write('unexecutable',   "#!/bin/sh\n");
		$server->write('text',           "This is no program.\n",    0755);
		$server->write('no-interpreter', "#!/no/such/interpreter\n", 0755);
		symlink $server->file('loop'), $server->file('loop');
		chmod 0, $server->file('closed');
		my $descriptors;

		for my $name (sort keys %programs)
		{
			my ($what, $reason) = @{ $programs{$name} };
			my $path = $server->file($name);
			$session->query("SET efm.command_path = '$path'");
			EfmTest::Outcomes::fails(
				$server, $session, 'SELECT efm_extension.efm_resume_monitoring()', '58P01', "a program that $what",
				message => 'efm "resume" failed: program could not be started',
				detail  => qr/^Starting "\Q$path\E" failed: \Q$reason\E/,
				hint    => qr/efm\.command_path.*operating system user "postgres" must be able to execute/);
			$descriptors //= descriptors($session->pid);
		}
		is(descriptors($session->pid), $descriptors, 'as many descriptors as before');
		# A monitoring query gets a row and no error.
		is_well($session->query('SELECT is_available, error_code FROM efm_extension.efm_is_available()'),
			'efm_is_available()', 'f|-2');
		$session->query("SET efm.command_path = ''");
		EfmTest::Outcomes::fails(
			$server, $session, 'SELECT efm_extension.efm_resume_monitoring()',
			'22023',
			'no path of the program',
			message => 'efm.command_path is not set');
		chmod 0700, $server->file('closed');
		$session->quit;
	});

EfmTest::Outcomes::run($server, 'direct');
$server->node->stop;
done_testing();
