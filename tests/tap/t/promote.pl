# Proves that efm_promote() tells done, refused and unknown apart whatever happens to it: cancelled, timed out or
# terminated at every point of the wait, a command that hangs or dies before or after EFM has accepted, a status that fails
# for a while or for good. Two sessions at once: one is done, one refused. A hundred sessions that wait ask EFM as often as
# one does.
use strict;
use warnings;

use EfmTest;
use EfmTest::Herd;
use Test::More;
use Time::HiRes ();

my $size   = $ENV{EFM_TEST_HERD} // 100;
my $server = EfmTest::Server->start(
	'promote',
	settings => {
		max_connections     => $size + 20,
		wal_level           => 'replica',
		max_wal_senders     => 2,
		'efm.cache_ttl'     => 300,
		'efm.command_timeout' => '30s'
	});
my $node  = $server->node;
my $calls = $server->state_file('calls');
my $slow  = $server->state_file('slow');
my $other = $server->session;
my $scenario;

my $goes_on       = 'The promotion has been accepted and goes on.';
my $look_later    = 'Look at efm_get_nodes() for what becomes of it.';
my $is_unknown    = qr/^the outcome of the promotion is unknown: efm "promote" failed: /;
my $may_be        = qr/^The outcome is unknown: a promotion may have been accepted\./;
my $look_first    = qr/^Look at the cluster status before trying again\./;
my $an_hour       = 3_600_000;
my $primary_stays = '10.0.0.1 Primary';

# The fake with a healthy cluster that begins anew, on a clock that stands. Each call is noted; while the file `slow` is
# there, a call for the status takes as long.
sub play
{
	my (%keys) = @_;
	$scenario = $server->plays_scenario('healthy', clock => 'stepped', %keys);
	behind("exec '$ENV{EFM_TEST_MOCK_EFM}' --scenario '$scenario' \"\$@\"");
	return;
}

# What stands behind the notes.
sub behind
{
	my ($script) = @_;
	unlink $calls, $slow;
	my $sleep = $server->chameleon('hang');
	$server->plays("echo \"\$1\" >>'$calls'\n[ \"\$1\" = cluster-status-json ] && [ -e '$slow' ] && exec $sleep\n$script");
	$other->query('SELECT efm_extension.efm_invalidate_cache()');
	return;
}

sub number_of
{
	my ($subcommand) = @_;
	my $text = -e $calls ? PostgreSQL::Test::Utils::slurp_file($calls) : '';
	return scalar(() = $text =~ /^\Q$subcommand\E$/mg);
}

sub advance { return system($ENV{EFM_TEST_MOCK_EFM}, '--scenario', $scenario, 'control', 'advance', $_[0]); }

sub primaries
{
	return $other->query(
		q{SELECT efm_extension.efm_invalidate_cache();
		  SELECT string_agg(node_address || ' ' || node_type, ', ' ORDER BY node_address)
		    FROM efm_extension.efm_get_nodes() WHERE node_type IN ('Primary', 'Promoting')})->{rows} =~ s/^\s+//r;
}

# What was said before the answer: NOTICE and WARNING, in order.
sub said { return [ $_[0]{errors} =~ /^(?:psql:.*?: )?((?:NOTICE|WARNING):  \w{5}: .*)$/mg ]; }
sub notices { return map { "NOTICE:  00000: $_" } @_; }
my $this_is_primary = 'this server is a primary: EFM may stop it, and this session with it';

# A session that waits for a promotion which takes an hour, and has looked at least once.
sub waiting_session
{
	my (%options) = @_;
	my $session = $server->session(%options);
	$session->send("SELECT efm_extension.efm_promote(wait_seconds => 3000)");
	ok(eventually(sub { number_of('promote') == 1 && number_of('cluster-status-json') >= 2 }), 'it waits');
	return $session;
}

sub still_goes_on
{
	my ($name) = @_;
	is(primaries(), $primary_stays, "$name: the promotion goes on");
	is(advance('2h'), 0, "$name: time passes");
	is(primaries(), '10.0.0.2 Primary', "$name: and it happens");
	return;
}

part(
	'in time, each step in order' => sub {
		play(
			promotion_ms => 1000,
			transitions  => [
				{ event => 'advance_clock', ms => 350, after_calls => { count => 2, subcommand => 'cluster-status-json' } },
				{ event => 'advance_clock', ms => 700, after_calls => { count => 3, subcommand => 'cluster-status-json' } }
			]);
		my $result = $other->query('SELECT efm_extension.efm_promote(switchover => true)');
		is($result->{rows}, 't', 'done');
		is_deeply(
			said($result),
			[
				notices(
					$this_is_primary, 'switchover accepted',
					'node 10.0.0.1 is no longer primary',
					'node 10.0.0.2 is being promoted',
					'node 10.0.0.2 is the new primary',
					'node 10.0.0.1 is back as a standby')
			],
			'each step once, in order');
		my @after = $result->{errors} =~ /^DETAIL:  after (\d+) s\.$/mg;
		is(scalar @after, 5, 'each with the time since the call');
		is_deeply(\@after, [ sort { $a <=> $b } @after ], 'which does not go back');
		nothing_left($server, $other->pid, 'in time');
	});

for my $case ([ 'pg_cancel_backend', qr/user request/ ], [ 'statement_timeout', qr/statement timeout/ ])
{
	my ($way, $message) = @$case;
	for my $when ('between two looks', 'while it asks', 'while another session asks')
	{
		part(
			"$way $when" => sub {
				play(promotion_ms => $an_hour);
				my %options = $way eq 'statement_timeout' ? (settings => { statement_timeout => '4s' }) : ();
				my $asking;
				if ($when eq 'while another session asks')
				{
					$asking = $server->session;
				}
				my $session = waiting_session(%options);
				if ($when ne 'between two looks')
				{
					PostgreSQL::Test::Utils::append_to_file($slow, '');
					if ($asking)
					{
						# Whoever is first asks, and the other one waits: only the one without a child is of interest.
						$other->query('SELECT efm_extension.efm_invalidate_cache()');
						$asking->send('SELECT efm_extension.efm_cluster_status_json()');
						ok(eventually(sub { children($asking->pid) || children($session->pid) }), 'one asks');
					}
					else
					{
						ok(eventually(sub { children($session->pid) }), 'it asks');
					}
				}
				my $begin = Time::HiRes::time();
				$other->query('SELECT pg_cancel_backend(' . $session->pid . ')') if $way eq 'pg_cancel_backend';
				my $result = $session->finish;
				measured("$way $when", Time::HiRes::time() - $begin) if $way eq 'pg_cancel_backend';
				is_failure(
					$result, '57014', $way,
					message => $message,
					detail  => $goes_on,
					hint    => $look_later,
					context => qr/waiting for a promotion that EFM has accepted and that goes on/);
				is_deeply(said($result), [ notices($this_is_primary, 'promotion accepted') ], 'no step that was not seen');
				cmp_ok(Time::HiRes::time() - $begin, '<', 1, 'at once') if $way eq 'pg_cancel_backend';
				unlink $slow;
				if ($asking)
				{
					$other->query('SELECT pg_cancel_backend(' . $asking->pid . ')');
					$asking->finish;
					$asking->quit;
				}
				nothing_left($server, $session->pid, $way);
				is_well($session->query('SELECT 1'), "$way: the session goes on", '1');
				$session->quit;
				still_goes_on($way);
			});
	}
}

part(
	'pg_terminate_backend' => sub {
		play(promotion_ms => $an_hour);
		my $session = waiting_session();
		PostgreSQL::Test::Utils::append_to_file($slow, '');
		ok(eventually(sub { children($session->pid) }), 'it asks');
		$other->query('SELECT pg_terminate_backend(' . $session->pid . ')');
		ok($session->finish->{lost}, 'the session is gone');
		unlink $slow;
		nothing_left($server, undef, 'pg_terminate_backend', 5);
		still_goes_on('pg_terminate_backend');
	});

part(
	'cancelled while efm promote runs: nobody knows' => sub {
		play(faults => [ { subcommand => 'promote', hang_after => JSON::PP::true() } ]);
		my $session = $server->session;
		$session->send('SELECT efm_extension.efm_promote()');
		ok(eventually(sub { primaries() eq '10.0.0.2 Primary' }), 'EFM has done it');
		$other->query('SELECT pg_cancel_backend(' . $session->pid . ')');
		is_failure(
			$session->finish, '57014', 'cancelled',
			message => qr/user request/,
			detail  => $may_be,
			hint    => $look_first);
		nothing_left($server, $session->pid, 'cancelled');
		$session->quit;
	});

# What the program does, and what the caller is to be told: the SQLSTATE, and whether it happened.
my $accept = 'echo "Promote command accepted by local agent. Proceeding with promotion."';
my $status = "cat '" . $server->file('status.json') . "'";
my $healthy =
	'{"nodes":{"10.0.0.1":{"type":"Primary","db":"UP","lsn":"0/5000148"},'
  . '"10.0.0.2":{"type":"Standby","db":"UP","lsn":"0/5000148"}},"failoverpriority":["10.0.0.2"]}';
$server->write('status.json', $healthy);

part(
	'a command that ends badly' => sub {
		my $hang    = $server->chameleon('hang');
		my $session = $server->session(settings => { 'efm.command_timeout' => '1s' });
		for my $case (
			# name, what promote does, SQLSTATE, unknown or refused
			[ 'hangs before it was accepted', "exec $hang",             '57014', 'unknown' ],
			[ 'hangs after it was accepted',  "$accept\nexec $hang",    '57014', 'unknown' ],
			[ 'is killed before',             'kill -KILL $$',          '58000', 'unknown' ],
			[ 'is killed after',              "$accept\nkill -KILL \$\$", '58000', 'unknown' ],
			[ 'is killed below its launcher', "sh -c 'kill -KILL \$\$'\nexit \$?", '38000', 'unknown' ],
			[ 'fails after it was accepted',  "$accept\nexit 1",        '38000', 'unknown' ],
			[ 'fails with an unknown status', "$accept\nexit 4",        '55000', 'unknown' ],
			[ 'floods its output',            'exec yes',               '54000', 'unknown' ],
			[ 'is refused',                   "echo no >&2\nexit 1",    '38000', 'refused' ],
			[ 'is not authorised', 'echo "Not authorized to run this command." >&2; exit 1', '42501', 'refused' ],
			[ 'finds no agent',    'echo "Authorization file not found. Is the local agent running?"; exit 1', '08006', 'refused' ],
			[ 'has no Java',       'echo "Unable to find JRE in path."; exit 1', 'F0000', 'refused' ],
			[ 'asks what nobody knows', 'printf "Is it raining? [y/N]:"; read answer; exit 1', '55000', 'refused' ],
			[ 'asks and ends well all the same', 'printf "Is it raining? [y/N]:"; read answer; exit 0', '55000', 'refused' ])
		{
			my ($name, $script, $sqlstate, $outcome) = @$case;
			behind("if [ \"\$1\" = promote ]; then\n$script\nfi\n$status");
			my $result = $session->query('SELECT efm_extension.efm_promote()');
			is($result->{rows}, '', "$name: no answer");
			is_deeply(said($result), [ notices($this_is_primary) ], "$name: nothing was accepted as far as it is known");
			if ($outcome eq 'unknown')
			{
				is_failure($result, $sqlstate, $name, message => $is_unknown, detail => $may_be, hint => $look_first);
			}
			else
			{
				is_failure($result, $sqlstate, $name, message => qr/^efm "promote" failed: /);
				unlike($result->{errors}, qr/unknown:|may have been/, "$name: not unknown");
			}
		}
		behind("if [ \"\$1\" = promote ]; then exit 0; fi\n$status");
		my $result = $session->query('SELECT efm_extension.efm_promote(wait => false)');
		is($result->{rows}, 't', 'accepted without a word');
		$server->write('efm.plan', '', 0644);
		$session->query(q{SET efm.command_path = '/nowhere/efm'});
		$result = $session->query('SELECT efm_extension.efm_promote()');
		is_failure($result, '58P01', 'no program', message => qr/^efm "promote" failed: /);
		unlike($result->{errors}, qr/unknown/, 'no program: not unknown');
		$session->quit;
		nothing_left($server, undef, 'a command that ends badly', 5);
	});

part(
	'a status that fails for a while' => sub {
		play(
			promotion_ms => 1000,
			transitions  => [
				{ event => 'advance_clock', ms => 2000, after_calls => { count => 4, subcommand => 'cluster-status-json' } }
			],
			faults => [
				{ subcommand => 'cluster-status-json', after_calls => 1, calls => 1, exit_status => 1, errors => 'no' },
				{ subcommand => 'cluster-status-json', after_calls => 0, calls => 1, hang => JSON::PP::true(), from_ms => 1 },
			]);
		my $session = $server->session(settings => { 'efm.command_timeout' => '1s' });
		my $result  = $session->query('SELECT efm_extension.efm_promote()');
		is($result->{rows}, 't', 'done all the same');
		is_deeply(
			said($result),
			[
				notices(
					$this_is_primary, 'promotion accepted',
					'node 10.0.0.1 is no longer primary',
					'node 10.0.0.2 is the new primary')
			],
			'and nobody was troubled');
		$session->quit;
	});

part(
	'a status that is lost' => sub {
		for my $how ([ 'fails', 'echo gone >&2; exit 1' ], [ 'is killed', 'kill -KILL $$' ], [ 'is garbage', 'echo hello' ])
		{
			my ($name, $script) = @$how;
			behind("if [ \"\$1\" = promote ]; then rm '" . $server->file('state/well') . "'; $accept; exit 0; fi\n"
				  . "if [ -e '" . $server->file('state/well') . "' ]; then $status; else $script; fi");
			PostgreSQL::Test::Utils::append_to_file($server->file('state/well'), '');
			my $result = $other->query('SELECT efm_extension.efm_promote(wait_seconds => 1)');
			is($result->{rows}, 'f', "$name: false");
			is_deeply(
				said($result),
				[
					notices($this_is_primary, 'promotion accepted'),
					'WARNING:  01000: no new primary was seen within 1 seconds'
				],
				"$name: a WARNING");
			like(
				$result->{errors},
				qr/^DETAIL:  The promotion was accepted and may have happened; its outcome is unknown, because the status of the cluster could not be had: /m,
				"$name: it is unknown");
		}
	});

part(
	'a status that hangs' => sub {
		my $well = $server->file('state/well');
		behind("if [ \"\$1\" = promote ]; then rm '$well'; $accept; exit 0; fi\n"
			  . "[ -e '$well' ] || exec " . $server->chameleon('hang') . "\n$status");
		PostgreSQL::Test::Utils::append_to_file($well, '');
		my $patient = $server->session;
		$other->send_timed('SELECT efm_extension.efm_promote(wait_seconds => 2)');
		ok(eventually(sub { number_of('promote') == 1 && !-e $well }), 'it is accepted');
		# Who has more patience is not troubled by who has less, and asks when the other one gives up.
		# The end of the command makes the status stale; it may not have ended yet.
		$patient->send('SELECT efm_extension.efm_invalidate_cache(); SELECT efm_extension.efm_cluster_status_json() IS NOT NULL');
		my $result = $other->finish_timed;
		is($result->{rows}, 'f', 'false');
		like($result->{errors}, qr/its outcome is unknown, because the status of the cluster could not be had: /, 'unknown');
		cmp_ok($result->{ended} - $result->{began}, '<', 10, 'long before efm.command_timeout');
		measured('wait_seconds of 2', $result->{ended} - $result->{began});
		ok(eventually(sub { children($patient->pid) }), 'the patient one asks');
		$other->query('SELECT pg_cancel_backend(' . $patient->pid . ')');
		is_failure($patient->finish, '57014', 'the patient one', message => qr/user request/);
		$patient->quit;
		nothing_left($server, undef, 'a status that hangs', 5);
	});

part(
	'two sessions at once' => sub {
		my $herd = EfmTest::Herd->new($server, 2);
		for my $round (1 .. 3)
		{
			play(promotion_ms => $an_hour);
			my @results = $herd->all('SELECT efm_extension.efm_promote(wait => false)');
			my @done    = grep { $_->{rows} =~ /\bt\b/ && !$_->{error}{sqlstate} } @results;
			my @refused = grep { ($_->{error}{detail} // '') =~ /already in progress/ } @results;
			is(scalar @done,    1, "round $round: one is done");
			is(scalar @refused, 1, "round $round: one is refused");
			unlike($refused[0]{errors} // '', qr/unknown:/, "round $round: and is told so");
			is(number_of('promote'), 2, "round $round: each was a command of its own");
		}
		$herd->quit;
	});

part(
	'two sessions that expect the same primary' => sub {
		# The second one comes while the command of the first is on its way: to EFM it would be a promotion of its own.
		my $go = $server->file('state/go');
		play(clock => 'real', promotion_ms => 0);
		behind("[ \"\$1\" = promote ] && while [ ! -e '$go' ]; do sleep 0.01; done\n"
			  . "exec '$ENV{EFM_TEST_MOCK_EFM}' --scenario '$scenario' \"\$@\"");
		my $promote = q{SELECT efm_extension.efm_promote(switchover => true, expected_primary => '10.0.0.1')};
		my $first   = $server->session;
		$first->send($promote);
		ok(eventually(sub { number_of('promote') == 1 }), 'the first is on its way');
		is_failure($other->query($promote), '55P03', 'the second',
			message => qr/^promotion refused: another session of this server is promoting/, hint => qr/^Nothing was changed\./);
		$server->write('state/go', '');
		is($first->finish->{rows}, 't', 'the first is done');
		is_failure($other->query($promote), '55000', 'the second after it', detail => qr/found 10\.0\.0\.2\./);
		is(number_of('promote'), 1, 'one promotion');
		is($other->query(q{SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'})->{rows}, '0', 'no lock is left');
		$first->quit;
	});

part(
	'a status that was asked for before the call' => sub {
		# It is what EFM knew when its command began, and comes late.
		my $go    = $server->file('state/late');
		my $seen  = $server->file('state/seen');
		my $after = '{"nodes":{"10.0.0.1":{"type":"Standby","db":"UP"},"10.0.0.2":{"type":"Primary","db":"UP","lsn":"0/5000148"}}}';
		behind("if [ \"\$1\" = promote ]; then $accept; exit 0; fi\nseen=\$($status)\ntouch '$seen'\n"
			  . "while [ ! -e '$go' ]; do sleep 0.01; done\nprintf '%s' \"\$seen\"");
		my $reader = $server->session;
		$reader->send('SELECT efm_extension.efm_cluster_status_json() IS NOT NULL');
		ok(eventually(sub { -e $seen }), 'a session asks, and EFM has looked');
		$server->write('status.json', $after);
		my $preflight = $server->session;
		Time::HiRes::sleep(1.1);    # older than efm_preflight() takes it
		$preflight->send(q{SELECT detail FROM efm_extension.efm_preflight() WHERE "check" = 'one_primary'});
		$other->send(q{SELECT efm_extension.efm_promote(expected_primary => '10.0.0.1')});
		my $waits = q{SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Extension'};
		my $looker = $server->session;
		ok(eventually(sub { $looker->query($waits)->{rows} == 3 }), 'two wait for it');
		$server->write('state/late', '');
		is($reader->finish->{rows}, 't', 'who asked has the answer');
		is_failure($other->finish, '55000', 'who promotes asks again', detail => qr/found 10\.0\.0\.2\./);
		is($preflight->finish->{rows}, 'Primary 10.0.0.2.', 'and so does who looks before it');
		is(number_of('promote'), 0, 'no promotion');
		$server->write('status.json', $healthy);
		$_->quit for $reader, $preflight, $looker;
	});

part(
	'a status that hangs before it' => sub {
		my $well = $server->file('state/well');
		unlink $well;
		behind("if [ \"\$1\" = promote ]; then touch '$well'; $accept; exit 0; fi\n"
			  . "[ -e '$well' ] || exec " . $server->chameleon('hang') . "\n$status");
		$other->send_timed('SELECT efm_extension.efm_promote(wait_seconds => 1)');
		my $result = $other->finish_timed;
		is($result->{rows}, 'f', 'EFM was asked to promote all the same');
		like($result->{errors}, qr/^NOTICE:  00000: EFM has not told the status of the cluster within 10 s$/m, 'and the caller told');
		is(number_of('promote'), 1, 'once');
		cmp_ok($result->{ended} - $result->{began}, '<', 20, 'long before efm.command_timeout');
		measured('a status that hangs before it', $result->{ended} - $result->{began});
		nothing_left($server, undef, 'a status that hangs before it', 5);
	});

part(
	'words that nobody knows' => sub {
		behind("if [ \"\$1\" = promote ]; then echo 'java.net.SocketException: Connection reset'; exit 1; fi\n$status");
		is_failure($other->query('SELECT efm_extension.efm_promote()'), '38000', 'promote',
			hint => qr/^Whether EFM has accepted it cannot be told from this: look at efm_get_nodes\(\) before/);
	});

part(
	"$size sessions that wait" => sub {
		# A question takes half a second, and then nobody asks for as long: one poll a second, for all of them.
		behind("if [ \"\$1\" = promote ]; then $accept; exit 0; fi\nsleep 0.5\n$status");
		my $herd = EfmTest::Herd->new($server, $size);
		$herd->send('SELECT efm_extension.efm_promote(wait_seconds => 300)');
		ok(eventually(sub { number_of('promote') == $size }, 60), 'all have begun');
		# Each command that ends makes stale what the others have seen.
		my $seen = number_of('cluster-status-json');
		ok(eventually(sub { number_of('cluster-status-json') >= $seen + 3 }, 60), 'all together');
		my $begin  = Time::HiRes::time();
		my $before = number_of('cluster-status-json');
		ok(eventually(sub { number_of('cluster-status-json') >= $before + 5 }, 60), 'and look');
		my $seconds = Time::HiRes::time() - $begin;
		note(sprintf('%d sessions that wait: 5 polls in %.0f ms', $size, 1000 * $seconds));
		cmp_ok($seconds, '>', 4, 'not more often than once a second');
		$server->write('status.json',
			'{"nodes":{"10.0.0.1":{"type":"Idle","db":"UNKNOWN"},"10.0.0.2":{"type":"Primary","db":"UP","lsn":"0/5000148"}}}');
		my @results = $herd->finish(60);
		is(scalar(grep { $_->{rows} =~ /\bt\b/ } @results), $size, 'all see the new primary');
		$herd->quit;
		nothing_left($server, undef, 'sessions that wait', 5);
	});

part(
	'on a standby' => sub {
		play();
		$other->quit;
		$node->stop;
		PostgreSQL::Test::Utils::append_to_file($node->data_dir . '/standby.signal', '');
		$node->start;
		$other = $server->session;
		is_well($other->query('SELECT pg_is_in_recovery()'), 'it is one', 't');
		my $result = $other->query(q{SELECT efm_extension.efm_promote(expected_primary => '10.0.0.1')});
		is($result->{rows}, 't', 'done');
		is_deeply(
			said($result),
			[ notices('promotion accepted', 'node 10.0.0.1 is no longer primary', 'node 10.0.0.2 is the new primary') ],
			'nobody is told that this server may be stopped');
	});

$other->quit;
$node->stop;
done_testing();
