# A process of its own that talks with one psql, a line for a line, until it is told to end or the test is gone.
package EfmTest::PsqlLoop;

use strict;
use warnings;

use IO::Select;
use IPC::Open2 ();
use POSIX ();
use Time::HiRes qw(time);

# start(LOOP): LOOP has
#   psql   the words that start it: a function, called for each new session
#   errors the file for its standard error; without it that is thrown away
#   turn   one round; is given a function that sends a line and answers the line that came back, nothing when the
#          session is gone or does not answer. The session is kept when it answers true, else closed
#   rest   called before each round (may be left out)
# Answers the process number, for stop().
sub start
{
	my (%loop) = @_;
	my $test = $$;
	my $pid = fork() // die "cannot fork: $!";
	return $pid if $pid;
	# A test that waits for the end of its output must not wait for this process.
	open(STDOUT, '>', '/dev/null');
	open(STDERR, '>&', \*STDOUT);
	eval { _run($test, %loop) };
	# Without the ends of objects that belong to the test.
	POSIX::_exit(1);
}

sub stop
{
	my (@pids) = @_;
	local ($?, $!);
	kill('TERM', @pids);
	waitpid($_, 0) for @pids;
	return;
}

sub _run
{
	my ($test, %loop) = @_;
	local $SIG{PIPE} = 'IGNORE';
	my $psql;
	local $SIG{TERM} = sub {
		kill('TERM', $psql->{pid}) if $psql;
		POSIX::_exit(0);
	};
	while (getppid() == $test)
	{
		$loop{rest}->() if $loop{rest};
		$psql //= _open($loop{errors} // '/dev/null', $loop{psql}->());
		next if $loop{turn}->(sub { return _ask($psql, @_) });
		_close($psql);
		$psql = undef;
	}
	return;
}

sub _open
{
	my ($errors, @words) = @_;
	my $pid = IPC::Open2::open2(my $out, my $in, 'sh', '-c', 'errors=$1; shift; exec "$@" 2>"$errors"', '-', $errors, @words);
	$in->autoflush(1);
	return { pid => $pid, in => $in, out => $out };
}

sub _ask
{
	my ($psql, $line) = @_;
	print { $psql->{in} } $line or return;
	my $answer = '';
	my $end    = time() + 20;
	while ($answer !~ /\n/)
	{
		return if time() > $end or !IO::Select->new($psql->{out})->can_read(1) && !kill(0, $psql->{pid});
		next unless IO::Select->new($psql->{out})->can_read(0);
		sysread($psql->{out}, $answer, 4096, length $answer) or return;
	}
	chomp $answer;
	return $answer;
}

sub _close
{
	my ($psql) = @_;
	close $psql->{in};
	kill('TERM', $psql->{pid});
	close $psql->{out};
	waitpid($psql->{pid}, 0);
	return;
}

1;
