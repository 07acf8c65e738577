# Proves that sessions that need the status at the same moment ask EFM once: 64 of them on a stale cache start exactly one
# process, and share its answer or its failure; an owner that is cancelled or terminated hands over at once, a waiter can
# be cancelled at any time, and nobody else notices. Wall times are printed beside that of one command alone.
use strict;
use warnings;

use EfmTest;
use EfmTest::Herd;
use Test::More;
use Time::HiRes ();

my $size   = $ENV{EFM_TEST_HERD} // 64;
my $server = EfmTest::Server->start('cache_herd',
	settings => { max_connections => $size + 10, 'efm.cache_ttl' => 300, 'efm.max_output' => '64MB' });
my $node    = $server->node;
my $started = $server->state_file('started');
my $ready   = $server->state_file('ready');
my $read    = 'SELECT md5(efm_extension.efm_cluster_status_json()::text)';
my $count   = "echo \$\$ >>'$started'";
my $answer  = "cat '" . $server->file('status.json') . "'";
$server->write('status.json',
	'{"nodes":{"10.0.0.1":{"type":"Primary","db":"UP","lsn":"0/5000148"}},"failoverpriority":[]}');

my $herd  = EfmTest::Herd->new($server, $size);
my $guard = $server->session;

sub processes_started { return scalar(() = (-e $started ? PostgreSQL::Test::Utils::slurp_file($started) : '') =~ /\n/g); }

# The program does this from now on, and all that is cached is stale.
sub begin
{
	my ($script) = @_;
	$server->plays("$count\n$script");
	$guard->query('SELECT efm_extension.efm_invalidate_cache()');
	unlink $started, $ready;
	return;
}

sub is_one_process { return is(processes_started(), 1, "$_[0]: exactly one process"); }

# No owner is left, no process either, and a session that comes anew reads.
sub is_over
{
	my ($name) = @_;
	nothing_left($server, undef, $name, 5);
	begin($answer);
	my $result = $server->query($read, settings => { 'efm.command_timeout' => '5s' });
	is_well($result, "$name: a new read works", qr/^[0-9a-f]{32}$/);
	is_one_process("$name, a new read");
	return;
}

# The session whose backend has a child is the one that asks.
sub owner_among
{
	my ($herd) = @_;
	my @owners;
	ok(eventually(sub { -e $ready && (@owners = grep { children($_->pid) } $herd->sessions) }), 'somebody asks');
	is(scalar @owners, 1, 'one session asks');
	return $owners[0];
}

sub wait_events
{
	return $guard->query(q{SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Extension'})->{rows};
}

my $alone = do
{
	begin("sleep 1\n$answer");
	$guard->send_timed($read);
	my $result = $guard->finish_timed;
	$result->{ended} - $result->{began};
};
measured('one session alone, a command of one second', $alone);

sub herd_measured
{
	my ($name) = @_;
	measured(sprintf('%d sessions, %s: %.3f times a command of one second', $size, $name, $herd->wall / $alone),
		$herd->wall);
	return;
}

part(
	'a stale cache' => sub {
		begin("sleep 1\n$answer");
		my @results = $herd->all($read);
		is_one_process('a stale cache');
		my %answers = map { $_->{rows} . $_->{errors} => 1 } @results;
		is(scalar keys %answers, 1, 'all have the same answer');
		like((keys %answers)[0], qr/^\s*[0-9a-f]{32}\s*$/, 'and no error');
		herd_measured('a stale cache');
		is_over('a stale cache');
	});

sub all_fail
{
	my ($name, $script, $sqlstate, $message) = @_;
	begin($script);
	my @results = $herd->all($read, 30);
	is_one_process($name);
	my %failures = map { join(' ', map { $_ // '' } @{ $_->{error} }{qw(sqlstate message detail)}) => 1 } @results;
	# On a busy machine it may take so long to end a command that hangs that others give it up.
	delete @failures{ grep { /^57014 timed out waiting for the status of the cluster/ } keys %failures }
	  if $sqlstate eq '57014';
	is(scalar keys %failures, 1, "$name: all have the same failure") or diag(join "\n", sort keys %failures);
	like((keys %failures)[0], qr/^$sqlstate .*$message/s, "$name: $sqlstate");
	herd_measured($name);
	is_over($name);
	return;
}

for my $case (
	[ 'a command that fails',     q(echo trouble >&2; exit 1),                       '38000', 'trouble' ],
	[ 'a command that is killed', q(kill -KILL $$),                                  '58000', 'terminated by signal 9' ],
	[ 'an answer that is none',   q(echo '{"error":1}'),                             '22P02', 'JSON' ],
	[ 'an answer in no encoding', q(printf '{"nodes":{"a":{"type":"\\377"}}}'),      '22021', 'not valid' ])
{
	my ($name, $script, $sqlstate, $message) = @$case;
	part($name => sub { all_fail($name, "sleep 1\n$script", $sqlstate, $message) });
}
part(
	'a command that hangs' => sub {
		$herd->query(q{SET efm.command_timeout = '1s'});
		all_fail('hanging', 'exec ' . $server->chameleon('hang'), '57014', 'timed out');
		$herd->query('RESET efm.command_timeout');
	});

# The first command hangs, all others answer.
my $first_hangs = "if mkdir '$ready' 2>/dev/null; then exec " . $server->chameleon('hang') . "; fi\n$answer";

for my $case ([ 'cancelled', 'pg_cancel_backend' ], [ 'terminated', 'pg_terminate_backend' ])
{
	my ($name, $function) = @$case;
	part(
		"an owner that is $name" => sub {
			begin($first_hangs);
			$herd->send($read);
			my $owner = owner_among($herd);
			ok(eventually(sub { wait_events() >= $size }), 'all others wait');
			my $moment = Time::HiRes::time();
			$guard->query("SELECT $function(" . $owner->pid . ')');
			my @results = $herd->finish(20);
			my %others;
			for my $session ($herd->sessions)
			{
				my $result = shift @results;
				if ($session != $owner)
				{
					$others{ $result->{rows} . $result->{errors} }++;
					next;
				}
				$name eq 'cancelled' ? is_failure($result, '57014', 'the owner') : ok($result->{lost}, 'the owner is gone');
			}
			is(scalar keys %others, 1, 'all others have the same answer') or diag(explain(\%others));
			like((keys %others)[0], qr/^\s*[0-9a-f]{32}\s*$/, 'and no error');
			is(processes_started(), 2, 'two processes: that of the owner, and that of the next');
			measured("$size sessions, from the end of the owner to the last answer", Time::HiRes::time() - $moment);
			rmdir $ready;
			is_over("$name owner");
			if ($name eq 'terminated')
			{
				@{ $herd->{sessions} } = grep { $_ != $owner } @{ $herd->{sessions} };
			}
		});
}

part(
	'waiters that are cancelled, or time out' => sub {
		my $go = $server->state_file('go');
		begin("touch '$ready'; until [ -e '$go' ]; do sleep 0.02; done\n$answer");
		$herd->send($read);
		my $owner   = owner_among($herd);
		my @waiters = grep { $_ != $owner } $herd->sessions;
		my ($cancelled, $terminated) = @waiters[ 0, 1 ];
		my $late = $server->session(settings => { statement_timeout => '300ms' });
		$late->send_timed($read);
		ok(eventually(sub { wait_events() > @waiters }), 'all wait');
		my $begin = Time::HiRes::time();
		$guard->query('SELECT pg_cancel_backend(' . $cancelled->pid . '), pg_terminate_backend(' . $terminated->pid . ')');
		is_failure($cancelled->finish_timed, '57014', 'the cancelled waiter', message => qr/user request/);
		measured('a waiter is cancelled', Time::HiRes::time() - $begin);
		ok($terminated->finish->{lost}, 'the terminated waiter is gone');
		my $timed_out = $late->finish_timed;
		is_failure($timed_out, '57014', 'the waiter with a statement_timeout', message => qr/statement timeout/);
		ok(scalar(children($owner->pid)), 'all that while the command runs');
		$server->write('state/go', '');
		my %others;
		my @others = grep { $_ != $cancelled && $_ != $terminated } $herd->sessions;
		$others{ $_->{rows} . $_->{errors} }++ for map { $_->finish } @others;
		is(scalar(grep { /[0-9a-f]{32}/ && !/ERROR/ } keys %others), scalar keys %others, 'all others have their answer')
		  or diag(explain(\%others));
		is_one_process('waiters that go away');
		unlink $go;
		@{ $herd->{sessions} } = grep { $_ != $terminated } @{ $herd->{sessions} };
		$late->quit;
		is_over('waiters');
	});

part(
	'an owner with a statement_timeout hands over' => sub {
		my $hasty = $server->session(settings => { statement_timeout => '500ms' });
		begin($first_hangs);
		$hasty->send($read);
		ok(eventually(sub { -e $ready }), 'the hasty one asks');
		my $patient = $server->session;
		$patient->send($read);
		is_failure($hasty->finish, '57014', 'the owner');
		is_well($patient->finish(20), 'the next', qr/^[0-9a-f]{32}$/);
		is(processes_started(), 2, 'two processes');
		rmdir $ready;
		$_->quit for $hasty, $patient;
		is_over('an owner with a statement_timeout');
	});

$herd->quit;
$guard->quit;
$node->stop;
done_testing();
