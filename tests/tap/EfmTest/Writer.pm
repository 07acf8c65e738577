# Somebody who writes into a table of a cluster all the time, one row after the other, on whichever node is the primary,
# and keeps a list of the rows whose commit was acknowledged.
package EfmTest::Writer;

use strict;
use warnings;

use EfmTest::Cluster;
use EfmTest::PsqlLoop;
use Time::HiRes qw(time);

# The table is made on the primary; standbys have it when it was replayed there.
sub start
{
	my ($class, $cluster) = @_;
	$cluster->sql($cluster->connection_to_primary, 'CREATE TABLE written (number bigint PRIMARY KEY)') // die $cluster->sql_error;
	my $self = bless { cluster => $cluster, list => $cluster->directory . '/acknowledged', owner => $$ }, $class;
	open(my $list, '>>', $self->{list}) or die "cannot write $self->{list}: $!";
	$list->autoflush(1);
	my $pause  = $self->pause_file;
	my $number = 0;
	$self->{pid} = EfmTest::PsqlLoop::start(
		psql => sub { return $cluster->psql_words($cluster->connection_to_primary) },
		rest => sub { rest($pause) if -e $pause },
		turn => sub {
			my ($ask) = @_;
			# A row whose commit is not known to have happened is never written again.
			$number++;
			my $answer = $ask->("INSERT INTO written VALUES ($number) RETURNING number;\n");
			my $is_acknowledged = defined $answer && $answer eq "$number";
			print $list "$number\n" if $is_acknowledged;
			select(undef, undef, undef, $is_acknowledged ? 0.001 : 0.02);
			return $is_acknowledged;
		});
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
	EfmTest::PsqlLoop::stop($pid);
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

sub rest
{
	my ($pause) = @_;
	open(my $done, '>', "$pause.done") or die;
	close $done;
	select(undef, undef, undef, 0.01) while -e $pause;
	unlink "$pause.done";
	return;
}

1;
