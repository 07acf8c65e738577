# Somebody who writes into a table of a cluster all the time, one row after the other, on whichever node is the primary,
# and keeps a list of the rows whose commit was acknowledged.
package EfmTest::Writer;

use strict;
use warnings;

use EfmTest::Cluster;
use IO::Select;
use IPC::Open2 ();
use Time::HiRes qw(time);

# The table is made on the primary; standbys have it when it was replayed there.
sub start
{
	my ($class, $cluster) = @_;
	$cluster->sql($cluster->connection_to_primary, 'CREATE TABLE written (number bigint PRIMARY KEY)') // die $cluster->sql_error;
	my $self = bless { cluster => $cluster, list => $cluster->directory . '/acknowledged', owner => $$ }, $class;
	open(my $list, '>>', $self->{list}) or die "cannot write $self->{list}: $!";
	$list->autoflush(1);
	my $pid = fork() // die "cannot fork: $!";
	if ($pid == 0)
	{
		# A test that waits for the end of its output must not wait for this process.
		open(STDOUT, '>', '/dev/null');
		open(STDERR, '>&', \*STDOUT);
		eval { write_for_ever($cluster, $list, $self->pause_file) };
		# Without the ends of objects that belong to the test.
		require POSIX;
		POSIX::_exit(1);
	}
	$self->{pid} = $pid;
	return $self;
}

sub DESTROY
{
	my ($self) = @_;
	$self->stop if $self->{owner} == $$;
	return;
}

sub pause_file { return "$_[0]{list}.pause"; }

sub stop
{
	my ($self) = @_;
	my $pid = delete $self->{pid} or return;
	local ($?, $!);
	kill('TERM', $pid);
	waitpid($pid, 0);
	return;
}

# The rows that were acknowledged so far.
sub acknowledged
{
	my ($self) = @_;
	return split /\n/, EfmTest::Cluster::contents($self->{list});
}

# Waits until so many more rows were acknowledged.
sub wait_for_rows
{
	my ($self, $count, $seconds) = @_;
	my $wanted = scalar($self->acknowledged) + $count;
	my $end    = time() + ($seconds // 30);
	until (scalar($self->acknowledged) >= $wanted)
	{
		return 0 if time() > $end;
		select(undef, undef, undef, 0.02);
	}
	return 1;
}

# Lets it rest after the row that it is at, and go on.
sub pause
{
	my ($self) = @_;
	open(my $file, '>', $self->pause_file) or die 'cannot write ' . $self->pause_file . ": $!";
	close $file;
	my $end = time() + 30;
	until (-e $self->pause_file . '.done')
	{
		die 'the writer does not rest' if time() > $end;
		select(undef, undef, undef, 0.01);
	}
	return;
}

sub go_on
{
	my ($self) = @_;
	unlink $self->pause_file;
	my $end = time() + 30;
	while (-e $self->pause_file . '.done')
	{
		die 'the writer does not go on' if time() > $end;
		select(undef, undef, undef, 0.01);
	}
	return;
}

# The acknowledged rows that are not on the node, without those that were forgiven.
sub lost_on
{
	my ($self, $number) = @_;
	my %there = map { $_ => 1 } split /\n/, $self->{cluster}->sql($number, 'SELECT number FROM written') // die 'no answer';
	return grep { !$there{$_} && !$self->{forgiven}{$_} } $self->acknowledged;
}

# Rows that are known to be lost, by a failover, and not asked for any more.
sub forgive
{
	my ($self, @rows) = @_;
	$self->{forgiven}{$_} = 1 for @rows;
	return;
}

# ---- In the process that writes --------------------------------------------------------------------------------------

sub write_for_ever
{
	my ($cluster, $list, $pause) = @_;
	local $SIG{PIPE} = 'IGNORE';
	my $psql;
	local $SIG{TERM} = sub {
		kill('TERM', $psql->{pid}) if $psql;
		require POSIX;
		POSIX::_exit(0);
	};
	my $number = 0;
	my $test   = getppid();
	while (getppid() == $test)
	{
		rest($pause) if -e $pause;
		$psql //= open_psql($cluster);
		# A row whose commit is not known to have happened is never written again.
		$number++;
		my $answer = ask($psql, "INSERT INTO written VALUES ($number) RETURNING number;\n");
		if (defined $answer && $answer eq "$number")
		{
			print $list "$number\n";
			select(undef, undef, undef, 0.001);
			next;
		}
		close_psql($psql);
		$psql = undef;
		select(undef, undef, undef, 0.02);
	}
	return;
}

sub rest
{
	my ($pause) = @_;
	open(my $done, '>', "$pause.done") or die;
	close $done;
	select(undef, undef, undef, 0.01) while -e $pause;
	unlink "$pause.done";
	return;
}

sub open_psql
{
	my ($cluster) = @_;
	my $pid = IPC::Open2::open2(
		my $out, my $in, 'sh', '-c', 'exec "$@" 2>/dev/null', '-', $cluster->program('psql'), '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1',
		'-d', $cluster->connection_to_primary);
	$in->autoflush(1);
	return { pid => $pid, in => $in, out => $out };
}

# One line for one line; nothing when the session is gone or does not answer.
sub ask
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

sub close_psql
{
	my ($psql) = @_;
	close $psql->{in};
	kill('TERM', $psql->{pid});
	close $psql->{out};
	waitpid($psql->{pid}, 0);
	return;
}

1;
