# What the TAP tests share: a private server with a program that plays `efm`, sessions that can be left waiting, and a
# census of what a call leaves behind. See README.md of this folder for the environment that they run in.
package EfmTest;

use strict;
use warnings;

use EfmTest::Server;
use EfmTest::Session;
use Exporter       qw(import);
use File::Basename qw(basename);
use Test::More;
use Time::HiRes qw(time);

our @EXPORT = qw(
  children descriptors end_of_measuring eventually is_failure is_running is_well marked_processes measured milliseconds
  nothing_left part process_state resident_kilobytes session_of test_program under_sudo_user
);

# A program of tests/support, where the user of sudo can run it too.
sub test_program
{
	my ($name) = @_;
	my $directory = $ENV{EFM_TEST_PROGRAM_DIR} or die "EFM_TEST_PROGRAM_DIR is not set: see README.md";
	return "$directory/$name";
}

# ---- Waiting and measuring -------------------------------------------------------------------------------------------

# Whether the condition comes true within so many seconds; asked for every two milliseconds.
sub eventually
{
	my ($condition, $seconds) = @_;
	my $end = time() + ($seconds // 20);
	until ($condition->())
	{
		return 0 if time() > $end;
		select(undef, undef, undef, 0.002);
	}
	return 1;
}

sub milliseconds { return sprintf('%.1f ms', 1000 * $_[0]); }

my @measured;

# Keeps a measured time, to be printed when the part of the test is over: a note from inside a subtest is indented, and
# ci/test shows only those at the start of a line.
sub measured
{
	my ($what, $seconds) = @_;
	push @measured, "$what: " . milliseconds($seconds);
	return;
}

sub end_of_measuring
{
	note($_) for splice @measured;
	return;
}

# A subtest, and then the times that were measured in it.
sub part
{
	my ($name, $code) = @_;
	subtest($name, $code);
	end_of_measuring();
	return;
}

# ---- Processes -------------------------------------------------------------------------------------------------------

sub contents
{
	my ($file) = @_;
	open(my $handle, '<:raw', $file) or return '';
	local $/;
	return <$handle> // '';
}

# The fields of /proc/PID/stat after the name of the program, which may hold blanks and brackets: state first.
sub stat_of
{
	my ($pid) = @_;
	return contents("/proc/$pid/stat") =~ /\) (.*)/s ? split(' ', $1) : ();
}

sub session_of { return (stat_of($_[0]))[3]; }

# The letter of ps(1), or nothing when there is no such process.
sub process_state { return (stat_of($_[0]))[0]; }

# Neither gone nor a zombie.
sub is_running { return (process_state($_[0]) // 'X') !~ /[ZX]/; }

# The processes of any user with the mark in their command line. A zombie has no command line any more, and is looked
# for among the children of its parent.
sub marked_processes
{
	my ($mark) = @_;
	my @found;
	for my $directory (glob('/proc/[0-9]*'))
	{
		my $pid = basename($directory);
		next if $pid == $$ or index(contents("$directory/cmdline"), $mark) < 0;
		push @found, $pid if is_running($pid);
	}
	return @found;
}

sub describe_process
{
	my ($pid) = @_;
	my ($state, $parent, $group, $session) = stat_of($pid);
	my $command = contents("/proc/$pid/cmdline") =~ tr/\0/ /r;
	return sprintf(
		'process %d, state %s, parent %s, group %s, session %s: %s',
		$pid,
		$state // 'gone',
		map({ $_ // '-' } $parent, $group, $session), $command);
}

# Children of a process, zombies too.
sub children { return split ' ', contents("/proc/$_[0]/task/$_[0]/children"); }

# The number of open descriptors of a backend, without the server's own files: of those it keeps open what it likes.
sub descriptors
{
	my ($pid) = @_;
	return scalar grep { (readlink($_) // '') !~ m{/pgdata/} } glob("/proc/$pid/fd/*");
}

sub resident_kilobytes
{
	my ($pid) = @_;
	return contents("/proc/$pid/status") =~ /^RssAnon:\s+(\d+)/m ? $1 : 0;
}

# Tests that nothing with the mark runs and that the backend has no child (nor a zombie). The contract of a call is that
# all is over when it returns, so by default nothing is waited for.
sub nothing_left
{
	my ($server, $backend, $name, $seconds) = @_;
	my ($running, $children);
	eventually(
		sub {
			$running  = join("\n", map { describe_process($_) } marked_processes($server->mark));
			$children = join("\n", map { describe_process($_) } $backend ? children($backend) : ());
			return $running eq '' && $children eq '';
		},
		$seconds // 0);
	is($running,  '', "$name: no process of the call is left");
	is($children, '', "$name: the backend has no child") if $backend;
	return;
}

# ---- Answers ---------------------------------------------------------------------------------------------------------

# Tests an error: SQLSTATE, message, and what else is given (detail, hint, context), each by text or pattern.
sub is_failure
{
	my ($result, $sqlstate, $name, %expected) = @_;
	my $error = $result->{error};
	is($error->{sqlstate}, $sqlstate, "$name: SQLSTATE $sqlstate") or diag($result->{errors}, $result->{rows});
	for my $field (sort keys %expected)
	{
		my $wanted = $expected{$field};
		if (ref $wanted)
		{
			like($error->{$field} // '', $wanted, "$name: $field");
		}
		else
		{
			is($error->{$field} // '', $wanted, "$name: $field");
		}
	}
	return;
}

# Tests that there was no error and, when it is given, what came back.
sub is_well
{
	my ($result, $name, $rows) = @_;
	is($result->{errors}, '', "$name: no error or warning");
	if (ref $rows)
	{
		like($result->{rows}, $rows, "$name: answer");
	}
	elsif (defined $rows)
	{
		is($result->{rows}, $rows, "$name: answer");
	}
	return;
}

# The operating system user that sudo switches to; skips the whole test file where there is none.
sub under_sudo_user
{
	my $user = $ENV{EFM_TEST_SUDO_USER} // '';
	plan(skip_all => 'needs EFM_TEST_SUDO_USER and a rule for sudo: ci/test sets both up')
	  if $user eq ''
	  or !defined getpwnam($user);
	return $user;
}

1;
