# Somebody who asks every node of a cluster the same question all the time, each node in a session of its own, and keeps
# what was answered and when: a monitoring system, or the truth to hold its answers against.
package EfmTest::Monitor;

use strict;
use warnings;

use EfmTest::Cluster;
use EfmTest::PsqlLoop;
use Time::HiRes qw(time);

# start(CLUSTER, NAME, STATEMENT, period => 0.1, user => 'postgres'): the statement has one row of one line.
sub start
{
	my ($class, $cluster, $name, $statement, %options) = @_;
	my $self = bless { cluster => $cluster, name => $name, owner => $$, statement => $statement, user => 'postgres',
		period => 0.1, %options, pids => [] }, $class;
	push @{ $self->{pids} }, $self->_start($_) for 1 .. $cluster->size;
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
	EfmTest::PsqlLoop::stop(splice @{ $self->{pids} });
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

sub _start
{
	my ($self, $number) = @_;
	open(my $list, '>>', $self->file($number)) or die 'cannot write ' . $self->file($number) . ": $!";
	$list->autoflush(1);
	my $cluster = $self->{cluster};
	my $errors  = $self->file("$number.errors");
	my $next    = time();
	return EfmTest::PsqlLoop::start(
		psql   => sub { return $cluster->psql_words($cluster->connection($number) . " user=$self->{user} connect_timeout=2") },
		errors => $errors,
		turn   => sub {
			my ($ask)  = @_;
			my $began  = time();
			my $answer = $ask->("$self->{statement};\n");
			my $ended  = time();
			my @said   = defined $answer ? ('answer', $answer) : ('error', EfmTest::Cluster::contents($errors) =~ s/\s+/ /gr);
			print $list join("\t", $began, $ended, @said), "\n";
			$next += $self->{period};
			my $now = time();
			$next = $now if $next < $now;
			select(undef, undef, undef, $next - $now);
			return defined $answer;
		});
}

1;
