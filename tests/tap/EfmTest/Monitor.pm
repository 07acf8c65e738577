# Somebody who asks every node of a cluster the same question all the time, each node in a session of its own, and keeps
# what was answered and when: a monitoring system, or the truth to hold its answers against.
package EfmTest::Monitor;

use strict;
use warnings;

use EfmTest::Cluster;
use EfmTest::Writer;
use IPC::Open2 ();
use Time::HiRes qw(time);

# start(CLUSTER, NAME, STATEMENT, period => 0.1, user => 'postgres'): the statement has one row of one line.
sub start
{
	my ($class, $cluster, $name, $statement, %options) = @_;
	my $self = bless { cluster => $cluster, name => $name, owner => $$, statement => $statement, user => 'postgres',
		period => 0.1, %options, pids => [] }, $class;
	push @{ $self->{pids} }, $self->_fork($_) for 1 .. $cluster->size;
	return $self;
}

sub DESTROY
{
	my ($self) = @_;
	$self->stop if $self->{owner} == $$;
	return;
}

sub stop
{
	my ($self) = @_;
	local ($?, $!);
	my @pids = splice @{ $self->{pids} };
	kill('TERM', @pids);
	waitpid($_, 0) for @pids;
	return;
}

sub file { return $_[0]{cluster}->directory . "/$_[0]{name}.$_[1]"; }

# What was asked of a node, in its order: { began, ended, answer } or { began, ended, error }.
sub answers
{
	my ($self, $number) = @_;
	my @answers;
	for my $line (split /\n/, EfmTest::Cluster::contents($self->file($number)))
	{
		my ($began, $ended, $kind, $text) = split /\t/, $line, 4;
		push @answers, { began => $began, ended => $ended, $kind => $text };
	}
	return @answers;
}

# ---- In the processes that ask ---------------------------------------------------------------------------------------

sub _fork
{
	my ($self, $number) = @_;
	open(my $list, '>>', $self->file($number)) or die 'cannot write ' . $self->file($number) . ": $!";
	$list->autoflush(1);
	my $pid = fork() // die "cannot fork: $!";
	return $pid if $pid;
	# A test that waits for the end of its output must not wait for this process.
	open(STDOUT, '>', '/dev/null');
	open(STDERR, '>&', \*STDOUT);
	eval { $self->_ask_for_ever($number, $list) };
	# Without the ends of objects that belong to the test.
	require POSIX;
	POSIX::_exit(1);
}

sub _ask_for_ever
{
	my ($self, $number, $list) = @_;
	local $SIG{PIPE} = 'IGNORE';
	my $psql;
	local $SIG{TERM} = sub {
		kill('TERM', $psql->{pid}) if $psql;
		require POSIX;
		POSIX::_exit(0);
	};
	my $test = $self->{owner};
	my $next = time();
	while (getppid() == $test)
	{
		$psql //= $self->_open_psql($number);
		my $began  = time();
		my $answer = EfmTest::Writer::ask($psql, "$self->{statement};\n");
		my $ended  = time();
		if (defined $answer)
		{
			print $list join("\t", $began, $ended, 'answer', $answer), "\n";
		}
		else
		{
			EfmTest::Writer::close_psql($psql);
			$psql = undef;
			print $list join("\t", $began, $ended, 'error', $self->_error($number)), "\n";
		}
		$next += $self->{period};
		my $now = time();
		$next = $now if $next < $now;
		select(undef, undef, undef, $next - $now);
	}
	return;
}

sub _open_psql
{
	my ($self, $number) = @_;
	my $cluster    = $self->{cluster};
	my $connection = $cluster->connection($number) . " user=$self->{user} connect_timeout=2";
	my $pid        = IPC::Open2::open2(
		my $out, my $in, 'sh', '-c', 'errors=$1; shift; exec "$@" 2>"$errors"', '-', $self->file("$number.errors"),
		$cluster->program('psql'), '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', $connection);
	$in->autoflush(1);
	return { pid => $pid, in => $in, out => $out };
}

sub _error
{
	my ($self, $number) = @_;
	return EfmTest::Cluster::contents($self->file("$number.errors")) =~ s/\s+/ /gr;
}

1;
