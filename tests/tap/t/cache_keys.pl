# Proves what a cached answer belongs to, and for how long: to every setting that changes what EFM answers, for
# efm.cache_ttl, until a management call or efm_invalidate_cache(); a failure for a moment. With any number of keys, any
# size of answer, and no room for answers.
use strict;
use warnings;

use EfmTest;
use EfmTest::Herd;
use Test::More;
use Time::HiRes ();

# Segments are files of the data directory, so that they can be counted, and kept from being made.
my $server = EfmTest::Server->start(
	'cache_keys',
	settings => {
		'efm.cache_ttl'            => 300,
		'efm.max_output'           => '64MB',
		max_connections            => 60,
		dynamic_shared_memory_type => 'mmap'
	});
my $node    = $server->node;
my $started = $server->state_file('started');
my $value   = $server->state_file('value');
my $said    = q{SELECT efm_extension.efm_cluster_status_json() #>> '{messages,0}'};
my $forget  = 'SELECT efm_extension.efm_invalidate_cache()';
my $session = $server->session;
my $segments_at_start = segments();

# What a program says: its cluster, and a value that the test can change.
my $words = <<"EOP";
case \$1 in cluster-status-json) echo \$\$ >>'$started' ;; *) exit 0 ;; esac
printf '{"nodes":{"10.0.0.1":{"type":"Primary"}},"messages":["%s %s"]}' "\$2" "\$(cat '$value')"
EOP

sub processes_started
{
	my $lines = -e $started ? PostgreSQL::Test::Utils::slurp_file($started) : '';
	unlink $started;
	return scalar(() = $lines =~ /\n/g);
}

sub now_is { $server->write('state/value', $_[0]); return; }

# The server has some of its own.
sub segments { return scalar(() = glob($node->data_dir . '/pg_dynshmem/mmap.*')); }

# A clean beginning: the program says its words, nothing is cached, no process is counted.
sub begin
{
	my ($script) = @_;
	now_is('one');
	$server->plays($script // $words);
	$session->query($forget);
	processes_started();
	return;
}

part(
	'the settings that an answer belongs to' => sub {
		begin();
		is_well($session->query($said), 'a first read', 'efm one');
		is(processes_started(), 1, 'has asked');
		my $copy = $server->write('other', "#!/bin/sh\n. \"\${0%/*}/efm.plan\"\n", 0755);
		for my $case (
			[ 'efm.cluster_name', 'other', 'other one' ],
			[ 'efm.command_path', $copy,   'efm one' ],
			[ 'efm.java_home',    '/opt',  'efm one' ],
			[ 'efm.sudo_user',    'other', 'efm one' ],
			[ 'efm.sudo_path',    '/opt',  'efm one' ])
		{
			my ($setting, $other, $answer) = @$case;
			$session->query("SET $setting = '$other'");
			is_well($session->query($said), "another $setting", $answer);
			is(processes_started(), 1, "another $setting: has asked");
			$session->query($said);
			is(processes_started(), 0, "another $setting: and cached");
			$session->query("RESET $setting");
			is_well($session->query($said), "$setting as before", 'efm one');
			is(processes_started(), 0, "$setting as before: cached still");
		}
		my $nodes = q{SELECT string_agg(node_address, ' ') FROM efm_extension.efm_get_nodes()};
		for my $file ('healthy', 'no-vip')
		{
			my $scenario = $server->write("$file.json",
				qq({"nodes":[{"address":"$file-a","role":"Primary"},{"address":"$file-b","role":"Standby"}]}));
			$session->query("SET efm.backend = 'mock'; SET efm.mock_scenario = '$scenario'");
			is_well($session->query($nodes), "the scenario $file", "$file-a $file-b");
		}
		$session->query('RESET ALL');
		is_well($session->query($said), 'the first backend again', 'efm one');
		is(processes_started(), 0, 'cached still');
		is_well($session->query("BEGIN; SET LOCAL efm.cluster_name = 'local'; $said; ROLLBACK; $said"),
			'a setting of one transaction', "local one\nefm one");
	});

part(
	'efm.cache_ttl' => sub {
		begin();
		my $short = $server->session(settings => { 'efm.cache_ttl' => 1 });
		my $updated = 'SELECT extract(epoch FROM last_update) FROM efm_extension.efm_cache_stats()';
		$short->query($said);
		my $first = $session->query($updated)->{rows};
		now_is('two');
		my $reads = 0;
		ok(eventually(sub { $reads++; $short->query($said)->{rows} eq 'efm two' }, 5), 'asked again');
		my $seconds = $session->query($updated)->{rows} - $first;
		measured('an answer of a second is asked for anew', $seconds);
		cmp_ok($seconds, '>', 0.98, 'not before its time');
		cmp_ok($reads, '>', 1, "served from the cache meanwhile: $reads reads");
		is(processes_started(), 2, 'two processes');
		is_well($session->query($said), 'a session with a longer time is served with that', 'efm two');
		is(processes_started(), 0, 'and asks nobody');
		$short->quit;
	});

part(
	'efm.cache_ttl = 0' => sub {
		begin();
		$session->query($said);
		my $before = $session->query('SELECT cache_updates, last_update FROM efm_extension.efm_cache_stats()')->{rows};
		my $always = $server->session(settings => { 'efm.cache_ttl' => 0 });
		processes_started();
		for my $number (1 .. 3)
		{
			now_is("number $number");
			is_well($always->query($said), "read $number", "efm number $number");
		}
		is(processes_started(), 3, 'each read asks');
		is_well($session->query($said), 'the others are not disturbed', 'efm one');
		$server->plays('exit 1');
		is_failure($always->query($said), '38000', 'its failure');
		is_well($session->query($said), 'is its own', 'efm one');
		is($session->query('SELECT cache_updates, last_update FROM efm_extension.efm_cache_stats()')->{rows},
			$before, 'nothing was put into the cache');
		$always->quit;
	});

part(
	'a failure is shared for a moment' => sub {
		my $other = $server->session;
		begin("echo \$\$ >>'$started'; exit 1");
		is_failure($session->query($said), '38000', 'a first read');
		is_failure($other->query($said), '38000', 'another session');
		$other->quit;
		is(processes_started(), 1, 'one process for both');
		$server->plays($words);
		ok(eventually(sub { $session->query($said)->{rows} eq 'efm one' }, 5), 'asked again after that');
		is(processes_started(), 1, 'once');
		begin("echo \$\$ >>'$started'; exit 1");
		$session->query($said);
		$server->plays($words);
		is_well($session->query("$forget; $said"), 'at once when the cache is invalidated', qr/efm one/);
	});

part(
	'what makes it stale' => sub {
		my @sessions = ($session, map { $server->session } 1 .. 2);
		for my $call (
			$forget,
			map { "SELECT efm_extension.$_" } q{efm_allow_node('10.0.0.3')}, q{efm_disallow_node('10.0.0.3')},
			q{efm_set_priority('10.0.0.3', '1')}, 'efm_failover()', 'efm_switchover()', 'efm_resume_monitoring()',
			'efm_stop_cluster()', 'efm_reset_members()')
		{
			begin();
			$_->query($said) for @sessions;
			now_is('two');
			is_well($sessions[1]->query($said), "before $call", 'efm one');
			$sessions[2]->query($call);
			processes_started();
			is(join(',', map { $_->query($said)->{rows} } @sessions), 'efm two,efm two,efm two', "$call: for all sessions");
			is(processes_started(), 1, 'with one process');
		}
		my $pause  = $server->state_file('pause');
		my %ending = (
			'cancelled'  => sub { kill 'INT',  $_[0]->pid; is_failure($_[0]->finish, '57014', 'the call'); },
			'terminated' => sub { kill 'TERM', $_[0]->pid; ok($_[0]->finish->{lost}, 'the session is gone'); });
		for my $how (sort keys %ending)
		{
			begin("case \$1 in resume) touch '$pause'; exec " . $server->chameleon('hang') . ";; esac\n$words");
			$session->query($said);
			my $changing = $server->session;
			$changing->send('SELECT efm_extension.efm_resume_monitoring()');
			ok(eventually(sub { -e $pause }), 'a management call runs');
			unlink $pause;
			now_is('two');
			$ending{$how}->($changing);
			ok(eventually(sub { $session->query($said)->{rows} eq 'efm two' }, 3), "a management call that is $how");
			$changing->quit;
		}
		for my $read ('cluster-status', 'node-status-json')
		{
			begin();
			$session->query($said);
			now_is('two');
			$server->query($read eq 'cluster-status'
				? q{SELECT efm_extension.efm_cluster_status('text')} : 'SELECT efm_extension.efm_node_status_json()');
			is_well($session->query($said), "not $read", 'efm one');
		}
		$_->quit for @sessions[ 1, 2 ];
	});

part(
	'more keys than the cache has places' => sub {
		begin();
		for my $round (1 .. 2)
		{
			is_well($session->query("SET efm.cluster_name = 'c$_'; $said"), "round $round, cluster c$_", "c$_ one") for 1 .. 40;
		}
		$session->query('RESET efm.cluster_name');
		cmp_ok(segments(), '<=', $segments_at_start + 16, 'the segments of those that were given up are gone');
		begin("sleep 0.5\n$words");
		my $herd = EfmTest::Herd->new($server, 24);
		my $number = 0;
		$_->query('SET efm.cluster_name = \'h' . ++$number . q{'}) for $herd->sessions;
		my @results = $herd->all($said);
		$number = 0;
		is(scalar(grep { $_->{rows} !~ /h${\++$number} one/ } @results), 0, '24 keys in the air at once: each has its own');
		is(processes_started(), 24, 'and its own process');
		measured('24 keys at once, a command of half a second', $herd->wall);
		$herd->quit;
	});

part(
	'large answers' => sub {
		my $node_of = sub { sprintf '"10.0.%d.%d":{"type":"Standby","db":"UP","lsn":"0/5000148"}', $_[0] >> 8, $_[0] & 255 };
		my $status  = $server->file('large.json');
		my $megabytes = 8;
		for my $case (
			[ '10,000 nodes', '{"nodes":{' . join(',', map { $node_of->($_) } 1 .. 10_000) . '}}', '10000|10000' ],
			[ "$megabytes MB", '{"nodes":{' . $node_of->(1) . '},"messages":["' . 'm' x ($megabytes << 20) . '"]}', '1|1' ])
		{
			my ($name, $json, $answer) = @$case;
			$server->write('large.json', $json);
			begin("echo \$\$ >>'$started'; exec cat '$status'");
			my $count = 'SELECT (SELECT count(*) FROM efm_extension.efm_get_nodes()), '
			  . q{(SELECT count(*) FROM jsonb_object_keys(efm_extension.efm_cluster_status_json() -> 'nodes'))};
			for my $who ('the first session', 'another session')
			{
				my $fresh = $server->session;
				$fresh->send_timed($count);
				my $result = $fresh->finish_timed;
				is_well($result, "$name, $who", $answer);
				measured("$name, $who", $result->{ended} - $result->{began});
				$fresh->quit;
			}
			is(processes_started(), 1, "$name: one process");
		}
	});

part(
	'no room for answers' => sub {
		# The first gives those time that wait for it; the others answer when there are eight of them.
		my $first = $server->state_file('first');
		begin(<<"EOP");
$words
if mkdir '$first' 2>/dev/null; then
	sleep 0.5
else
	looks=0
	until [ "\$(wc -l <'$started')" -ge 8 ]; do
		looks=\$((looks + 1))
		[ \$looks -lt 500 ] || exit 1
		sleep 0.02
	done
fi
EOP
		my $herd = EfmTest::Herd->new($server, 8);
		my $place = $node->data_dir . '/pg_dynshmem';
		chmod 0500, $place or die;
		my @results = $herd->all($said, 30);
		is(scalar(grep { $_->{rows} =~ /efm one/ } @results), 8, 'every session has an answer');
		is(join('', map { $_->{errors} } @results), '', 'with no error or warning: they asked side by side, not in turn');
		is(processes_started(), 8, 'each asked once');
		measured('8 sessions without room for an answer, a command of half a second', $herd->wall);
		$server->plays($words);
		is(scalar(grep { $_->{rows} ne 'efm one' } $herd->query($said)), 0, 'each keeps it');
		is(processes_started(), 0, 'and does not ask again');
		like($server->new_log, qr/LOG:  could not share the status of the cluster among sessions/, 'the log tells');
		now_is('two');
		$session->query($forget);
		is(($herd->query($said))[3]{rows}, 'efm two', 'but not for longer than it is fresh');
		chmod 0700, $place or die;
		my $shares = sub {
			$session->query("$forget; $said");
			processes_started();
			$server->query($said);
			return processes_started() == 0;
		};
		ok(eventually($shares, 15), 'shared again when there is room');
		is_well($session->query('SELECT 1'), 'no session has suffered', 1);
		$herd->quit;
	});

part(
	'databases of other encodings' => sub {
		$node->safe_psql('postgres',
			q{CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0});
		$node->safe_psql('latin', 'CREATE EXTENSION efm_extension');
		my $latin = $server->session(database => 'latin');
		my $type  = 'SELECT node_type, ascii(node_type) FROM efm_extension.efm_get_nodes()';
		$latin->query(q{SET client_encoding = 'UTF8'});
		begin(qq(printf '{"nodes":{"10.0.0.1":{"type":"\\351"}}}'));
		is_well($latin->query($type), 'a byte that LATIN1 has', "\xc3\xa9|233");
		is_failure($session->query($type), '22021', 'is no text in UTF8, cached or not');
		is_well($latin->query($type), 'and still one in LATIN1', "\xc3\xa9|233");
		begin(q(printf '{"nodes":{"10.0.0.1":{"type":"\\\\u00e9"}}}'));
		is_well($session->query($type), 'a character in ASCII, in UTF8',   "\xc3\xa9|233");
		is_well($latin->query($type),   'a character in ASCII, in LATIN1', "\xc3\xa9|233");
		begin(q(printf '{"nodes":{"10.0.0.1":{"type":"\\\\u20ac"}}}'));
		is_well($session->query($type), 'a character that LATIN1 does not have', "\xe2\x82\xac|8364");
		is_failure($latin->query($type), '22P05', 'a character that LATIN1 does not have, there');
		$latin->quit;
	});

$session->quit;
$node->stop;

part(
	'without shared_preload_libraries' => sub {
		my $plain = EfmTest::Server->start('cache_keys_plain', preload => 0,
			settings => { 'efm.cache_ttl' => 300, 'efm.cluster_name' => 'plain' });
		$plain->plays($words);
		now_is('one');
		processes_started();
		my ($first, $second) = map { $plain->session } 1 .. 2;
		is_well($_->query("$said; $said"), 'a session', "plain one\nplain one") for $first, $second;
		is(processes_started(), 2, 'has a cache of its own');
		is_well($first->query('SELECT cache_hits, cache_misses, cache_updates FROM efm_extension.efm_cache_stats()'),
			'and counts its own', '1|1|1');
		now_is('two');
		is_well($first->query("SELECT efm_extension.efm_resume_monitoring(); $said"), 'a management call', "0\nplain two");
		is_well($second->query($said), 'the other knows nothing of it', 'plain one');
		is_well($second->query("$forget; $said"), 'until it is told', qr/plain two/);
		$plain->plays('exit 1');
		is_failure($first->query("$forget; $said"), '38000', 'a failure');
		$plain->plays($words);
		ok(eventually(sub { $first->query($said)->{rows} eq 'plain two' }, 5), 'is forgotten');
		is_well($first->query('SELECT enabled, state FROM efm_extension.efm_worker_status()'), 'no worker', 'f|not running');
		$_->quit for $first, $second;
		$plain->node->stop;
	});

done_testing();
