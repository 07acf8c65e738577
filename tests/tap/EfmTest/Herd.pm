# Many sessions that do the same thing at the same moment, by the clock of the server.
package EfmTest::Herd;

use strict;
use warnings;

use List::Util  qw(max min);
use Time::HiRes qw(time);

# new(SERVER, SIZE, settings => {...})
sub new
{
	my ($class, $server, $size, %options) = @_;
	return bless { sessions => [ map { $server->session(%options) } 1 .. $size ] }, $class;
}

sub sessions { return @{ $_[0]{sessions} }; }

# Has every session run a statement, and does not wait for the answers. None begins before all have been told.
sub send
{
	my ($self, $sql) = @_;
	my $clock  = q{SELECT '<at ' || extract(epoch FROM clock_timestamp()) || '>'};
	my $moment = time() + 0.2 + 0.01 * $self->sessions;
	$_->send("SELECT FROM pg_sleep_until(to_timestamp($moment));\n$clock;\n$sql;\n$clock") for $self->sessions;
	# What a statement is longer than a pipe is is still here.
	select(undef, undef, undef, $moment - time()) if time() < $moment;
	return;
}

# The answers, in the order of the sessions, as EfmTest::Session has them.
sub finish
{
	my ($self, $seconds) = @_;
	my @results = map { $_->finish_timed($seconds) } $self->sessions;
	my @ended   = grep { defined } map { $_->{ended} } @results;
	$self->{wall} = max(@ended) - min(map { $_->{began} } @results) if @ended;
	return @results;
}

sub all
{
	my ($self, $sql, $seconds) = @_;
	$self->send($sql);
	return $self->finish($seconds);
}

# From the first that began to the last that ended, of what was finished last.
sub wall { return $_[0]{wall}; }

sub query
{
	my ($self, $sql) = @_;
	$_->send($sql) for $self->sessions;
	return map { $_->finish } $self->sessions;
}

sub quit
{
	my ($self) = @_;
	$_->quit for $self->sessions;
	return;
}

1;
