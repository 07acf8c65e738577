# Three servers with the extension under the fake EFM, and people who promote from SQL: a role that may do that and nothing
# else, what it is told, and what the servers say of it.
package EfmTest::Promotion;

use strict;
use warnings;

use EfmTest qw(eventually);
use EfmTest::Cluster;
use EfmTest::Session;
use JSON::PP ();
use Test::More;
use Time::Local qw(timegm);

# new(): node 1 is the primary; EFM promotes nobody by itself. The roles `oncall` and `monitor` are there, and the worker of
# each server has an answer of EFM.
sub new
{
	my ($class) = @_;
	my $cluster = EfmTest::Cluster->new(
		scenario  => { failure_detection_ms => 500, auto_failover => JSON::PP::false },
		settings  => { log_timezone => 'UTC' },
		extension => {
			'efm.bgw_enabled'         => 'on',
			'efm.bgw_interval'        => '1s',
			'efm.bgw_persist_history' => 'on',
			'efm.cache_ttl'           => '1s'
		});
	my $self = bless { cluster => $cluster, reigns => [1] }, $class;
	$cluster->start_agent;
	$self->sql(1, $_)
	  for 'CREATE EXTENSION efm_extension',
	  'CREATE ROLE oncall LOGIN',
	  'GRANT USAGE ON SCHEMA efm_extension TO oncall',
	  'GRANT EXECUTE ON FUNCTION efm_extension.efm_promote, efm_extension.efm_preflight, efm_extension.efm_get_nodes TO oncall',
	  'CREATE ROLE monitor LOGIN',
	  q{SELECT efm_extension.grant_access_to_user('monitor')};
	for my $number (1 .. 3)
	{
		# Before the agent ran there was a failure, which sessions share for a second.
		my $success = 'SELECT last_success IS NOT NULL FROM efm_extension.efm_worker_status()';
		ok(eventually(sub { ($cluster->sql($number, $success) // '') eq 't' }), "node $number: the worker has an answer of EFM");
	}
	$self->is_healthy('at the start');
	return $self;
}

sub cluster { return $_[0]{cluster}; }

sub sql
{
	my ($self, @words) = @_;
	return $self->{cluster}->sql(@words) // die $self->{cluster}->sql_error;
}

# ---- Who is what -----------------------------------------------------------------------------------------------------

sub primaries
{
	my ($self) = @_;
	return grep { $self->{cluster}->server_role($_) eq 'primary' } 1 .. 3;
}

sub primary
{
	my ($self) = @_;
	my @found = $self->primaries;
	die "there are primaries @found" if @found != 1;
	return $found[0];
}

# Tests that by the servers this one is the primary, and no other.
sub reigns
{
	my ($self, $number, $name) = @_;
	push @{ $self->{reigns} }, $number;
	return is_deeply([ $self->primaries ], [$number], $name);
}

# The primaries so far, in their order.
sub all_reigns { return @{ $_[0]{reigns} }; }

sub is_healthy
{
	my ($self, $name) = @_;
	my $cluster = $self->{cluster};
	ok(eventually(sub { ($cluster->status // {})->{exit_status} eq '0' }, 30), "$name: the cluster is healthy")
	  or diag($cluster->efm([ 'cluster-status', 'efm' ])->{out}, $cluster->agent_says);
	return;
}

# Puts a node at the head of the priority list.
sub prefer
{
	my ($self, $number) = @_;
	my $cluster = $self->{cluster};
	$cluster->efm([ 'set-priority', 'efm', $cluster->address($number), 1 ])->{status} == 0 or die 'no such priority';
	return;
}

# ---- Calls -----------------------------------------------------------------------------------------------------------

# A session of the on-call role on a node.
sub on_call
{
	my ($self, $number) = @_;
	return EfmTest::Session->new($self->{cluster}->node($number), user => 'oncall');
}

# The answer of a statement with efm_promote() in it. EFM may find the standbys of a busy primary not in sync: that is an
# error, nothing has happened, and it is asked again.
sub promote
{
	my ($self, $session, $statement) = @_;
	my $result;
	eventually(
		sub {
			$session->send_timed($statement);
			$result = $session->finish_timed(60);
			return ($result->{error}{detail} // '') !~ /^Exit status 1: .*not in sync/;
		});
	return $result;
}

# Each NOTICE of an answer, its text only.
sub notices
{
	my ($self, $result) = @_;
	return $result->{errors} =~ /^NOTICE:  \w{5}: ([^\n]*)/mg;
}

# Tests the notices of a switchover from OLD to NEW; what lasted a moment may not have been seen.
sub told_of
{
	my ($self, $result, $name, $old, $new) = @_;
	my ($from, $to) = map { $self->{cluster}->address($_) } $old, $new;
	my @told = grep { !/ is being promoted\z/ } $self->notices($result);
	is_deeply(
		\@told,
		[
			'switchover accepted',
			"node $from is no longer primary",
			"node $to is the new primary",
			"node $from is back as a standby"
		],
		"$name: each step was told once") or diag($result->{errors});
	unlike($result->{errors}, qr/^(?:WARNING|ERROR)/m, "$name: nothing else was told");
	return;
}

# When it was that a line of a server's log matched first, after a time.
sub logged
{
	my ($self, $number, $pattern, $after) = @_;
	my $log = $self->{cluster}->log_of($number);
	while ($log =~ /^(\d+)-(\d+)-(\d+) (\d+):(\d+):(\d+\.\d+) UTC .*$pattern/mg)
	{
		my $time = timegm(0, $5, $4, $3, $2 - 1, $1) + $6;
		return $time if $time >= $after - 0.001;
	}
	return;
}

# The servers' own account of a switchover beside the time of the call, in seconds by parts. Tests that what was returned
# was not returned too early.
sub times_of
{
	my ($self, $result, $name, $old, $new) = @_;
	my $stopping = $self->logged($old, 'received fast shutdown request', $result->{began});
	my $asked    = $self->logged($new, 'received promote request', $result->{began});
	my $ready    = $self->logged($new, 'database system is ready to accept connections', $asked // $result->{began});
	my $back     = $self->logged($old, 'database system is ready to accept read-only connections', $stopping // $result->{began});
	unless ($asked && $ready && $stopping && $back)
	{
		fail("$name: the servers say that they were promoted");
		return ();
	}
	cmp_ok($ready, '<=', $result->{ended}, "$name: the new primary was ready when true was returned");
	cmp_ok($back,  '<=', $result->{ended}, "$name: and the old one was back");
	return {
		call      => $result->{ended} - $result->{began},
		before    => $stopping - $result->{began},
		stop      => $asked - $stopping,
		promotion => $ready - $asked,
		return    => $back - $ready,
		after     => $result->{ended} - $back
	};
}

1;
