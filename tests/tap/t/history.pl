# Proves what the history is: a row for each time in which nothing changed, an event for each change, sent as a
# notification too, the cluster as it was at a time, and what it survives: everything that can be missing or in the way
# in its database.
use strict;
use warnings;

use EfmTest;
use EfmTest::Worker;
use JSON::PP ();
use Test::More;
use Time::HiRes qw(sleep time);

my $server = set_up_worker('history', { 'efm.bgw_persist_history' => 'on', 'efm.cache_ttl' => '1s' });
my $node   = $server->node;

sub sql { return $node->safe_psql('postgres', $_[0]); }

sub history_error { return worker_state($server)->{history_error} // ''; }

# Whether the history has an error like this within so many seconds.
sub has_trouble
{
	my ($pattern, $seconds) = @_;
	return eventually(sub { history_error() =~ $pattern }, $seconds) || diag('history_error: ' . history_error()) && 0;
}

# The scenario stays as it is; who is what in it changes.
sub make_cluster
{
	my (%roles) = @_;
	$server->plays_scenario('healthy',
		nodes => [ map { { address => $_, role => $roles{$_} } } sort keys %roles ]);
	return;
}

part(
	'rows' => sub {
		ok(history_grows($server, 3), 'the answers come into the history');
		is(sql('SELECT count(*) FROM efm_extension.efm_status_history'), 1,
			'a cluster that stays as it is has one row');
		is(sql(q{SELECT collections > 2 AND last_collected_at > collected_at AND last_collected_at > now() - interval '10 s'
			FROM efm_extension.efm_status_history}), 't', 'which tells how long it was seen');
		is(sql('SELECT count(*) FROM efm_extension.efm_events'), 0, 'nothing has happened');
		is(sql('SELECT status_json = efm_extension.efm_cluster_status_json() FROM efm_extension.efm_status_history'),
			't', 'it is what sessions see');
		my $state = worker_state($server);
		is($state->{history_error}, undef, 'no error');
		is(sql(q{SELECT history_at = (SELECT max(last_collected_at) FROM efm_extension.efm_status_history)
			OR history_at > now() - interval '10 s' FROM efm_extension.efm_worker_status()}), 't',
				'the last answer is known');
		# What a query of release 1.1 asks for.
		is(sql(q{SELECT status_json #>> '{nodes,10.0.0.1,type}' FROM efm_extension.efm_status_history
			WHERE collected_at > now() - interval '1 hour' ORDER BY collected_at DESC LIMIT 1}),
			'Primary', 'a query of release 1.1');
		is(sql('INSERT INTO efm_extension.efm_status_history (status_json) VALUES (\'{"nodes": {}}\')
			RETURNING collected_at = now()'), 't', 'an INSERT of release 1.1');
		ok(history_grows($server, 2), 'and the history goes on');
		sql('TRUNCATE efm_extension.efm_status_history, efm_extension.efm_events');
		ok(history_grows($server, 2), 'after TRUNCATE too');
	});

part(
	'events' => sub {
		my $listener = $server->session;
		$listener->query('LISTEN efm_events');
		my $before = sql('SELECT clock_timestamp()');
		make_cluster('10.0.0.1' => 'Standby', '10.0.0.2' => 'Primary', '10.0.0.3' => 'Standby', '10.0.0.5' => 'Witness');
		ok(eventually(sub { sql('SELECT count(*) FROM efm_extension.efm_events') > 0 }), 'a change makes events');
		my $events = sql(q{SELECT kind, node, old_value, new_value FROM efm_extension.efm_events ORDER BY kind, node COLLATE "C", old_value});
		like($events, qr/^role\|10\.0\.0\.1\|Primary\|Standby$/m, 'a primary that is none');
		like($events, qr/^role\|10\.0\.0\.2\|Standby\|Primary$/m, 'a standby that is promoted');
		like($events, qr/^node_disappeared\|10\.0\.0\.4\|Witness\|$/m, 'a node that is gone');
		like($events, qr/^node_appeared\|10\.0\.0\.5\|\|Witness$/m, 'a node that is new');
		like($events, qr/^primary\|10\.0\.0\.2\|10\.0\.0\.1\|10\.0\.0\.2$/m, 'the primary');
		ok(wait_for_poll($server) && wait_for_poll($server), 'two more polls');
		is(sql(q{SELECT kind, node, old_value, new_value FROM efm_extension.efm_events ORDER BY kind, node COLLATE "C", old_value}),
			$events, 'bring no more of them');
		is(sql('SELECT count(DISTINCT happened_at) FROM efm_extension.efm_events'), 1, 'all at one time');

		my $heard = $listener->query('SELECT 1')->{rows};
		my @said  = $heard =~ /Asynchronous notification "efm_events" with payload "(.*)" received/g;
		is(scalar(@said), scalar(split /\n/, $events), 'a notification for each');
		my @told = map { JSON::PP::decode_json($_) } @said;
		is_deeply([ sort keys %{ $told[0] } ], [qw(happened_at id kind new_value node old_value)],
			'with the columns as JSON');
		is(sql('SELECT jsonb_agg(to_jsonb(e) ORDER BY id) = jsonb_build_array(' . join(',', map { "'$_'::jsonb" } @said) .
				') FROM efm_extension.efm_events e'), 't', 'and the values of the rows');
		$listener->quit;

		is(sql(q{SELECT status_json #>> '{nodes,10.0.0.2,type}' FROM efm_extension.efm_status_at(now())}),
			'Primary', 'the cluster as it is');
		is(sql("SELECT status_json #>> '{nodes,10.0.0.1,type}' FROM efm_extension.efm_status_at('$before')"),
			'Primary', 'the cluster as it was');
		is(sql(q{SELECT count(*) FROM efm_extension.efm_status_at(now() - interval '1 day')}), 0,
			'before the history begins');
		is(sql('SELECT count(*) FROM efm_extension.efm_status_at(NULL)'), 0, 'never');
		is(sql(q{SELECT count(*) FROM efm_extension.efm_status_at(now()) s, efm_extension.efm_status_nodes(s.status_json)}),
			4, 'its nodes');
	});

part(
	'a long event' => sub {
		my $listener = $server->session;
		$listener->query('LISTEN efm_events');
		my $long  = '{"nodes": {}, "failoverpriority": ["' . join('","', map { "10.1.$_.1" x 10 } 1 .. 200) . '"]}';
		my $node  = 'x' x 9000;
		my $named = qq({"nodes": {"$node": {"type": "Primary"}}});
		$listener->query('TRUNCATE efm_extension.efm_status_history, efm_extension.efm_events');
		reload($server, 'efm.bgw_persist_history' => 'off');
		sleep 1.5;
		$listener->query('TRUNCATE efm_extension.efm_status_history, efm_extension.efm_events');
		my $result = $listener->query(<<"EOQ");
SELECT efm_extension.efm_record_status('{"nodes": {}}', now() - interval '30 s', 7);
SELECT efm_extension.efm_record_status('$long', now() - interval '20 s', 7);
SELECT efm_extension.efm_record_status('$named', now() - interval '10 s', 7);
EOQ
		is_well($result, 'a priority of many nodes, a node with a long name');
		my @said = map { JSON::PP::decode_json($_) }
		  $result->{rows} =~ /Asynchronous notification "efm_events" with payload "(.*)" received/g;
		cmp_ok(scalar(@said), '>=', 3, 'is sent');
		is(scalar(grep { $_->{is_shortened} } @said), scalar(@said),
			'without what is too long') or diag(map { $_->{kind} } @said);
		is(sql("SELECT count(*) FROM efm_extension.efm_events WHERE length(old_value) > 8000 OR length(new_value) > 8000 OR length(node) > 8000")
			  > 2, 1, 'the rows have all of it');
		$listener->quit;
		sql('TRUNCATE efm_extension.efm_status_history, efm_extension.efm_events');
		reload($server, 'efm.bgw_persist_history' => 'on');
	});

part(
	'what is a new row' => sub {
		sql('CREATE DATABASE rows');
		my $record = sub {
			my ($seconds, $status) = @_;
			return "SELECT efm_extension.efm_record_status('$status', now() - interval '1 day' + interval '$seconds s', 7);\n";
		};
		my $status = sub {
			my ($lsn, $more) = @_;
			return qq({"nodes": {"a": {"type": "Primary", "db": "UP", "lsn": "$lsn"}}@{[ $more // '' ]}});
		};
		my $count = sub {
			my $script = join '', @_;
			return $node->safe_psql('rows', <<"EOQ");
BEGIN;
CREATE EXTENSION efm_extension;
SET client_min_messages = error;
SELECT FROM (SELECT 1) x;
DO \$\$ BEGIN END \$\$;
\\o /dev/null
$script
\\o
SELECT count(*), sum(collections) FROM efm_extension.efm_status_history;
ROLLBACK;
EOQ
		};
		is($count->(map { $record->(10 * $_, $status->('0/1')) } 0 .. 3), '1|4', 'nothing changes');
		is($count->(map { $record->(10 * $_, $status->("0/$_")) } 0 .. 11), '2|12', 'WAL moves: a row a minute');
		is($count->(map { $record->(10 * $_, $status->('0/1')) } 0 .. 360), '13|361',
			'nothing changes for an hour: a row in five minutes');
		is($count->($record->(0, $status->('0/1')), $record->(600, $status->('0/1'))), '2|2',
			'nobody asked for ten minutes');
		is($count->($record->(0, $status->('0/1')), $record->(0, $status->('0/1'))), '1|1', 'the same answer twice');
		is($count->($record->(10, $status->('0/1')), $record->(0, $status->('0/2'))), '1|1',
			'an answer that comes late');
		is($count->($record->(10, $status->('0/1')), $record->(20, $status->('0/1', ', "VIP": "10.0.0.9"'))), '2|2',
			'something else changes');
		# A clock that was a day ahead, and is right now.
		is($count->($record->(2 * 86400, $status->('0/1')), map { $record->(10 * $_, $status->('0/1')) } 0 .. 3), '2|5',
			'the clock was set back');
		# What a release before this one may have left.
		is( $count->(
				q{INSERT INTO efm_extension.efm_status_history (status_json, collected_at, last_collected_at)
				  VALUES ('{"nodes": [1]}', now() - interval '3 d', now() - interval '3 d'),
				         ('{"error": "refused"}', now() - interval '2 d', now() - interval '2 d');},
				$record->(0, $status->('0/1')),
				q{INSERT INTO efm_extension.efm_status_history (status_json, collected_at, last_collected_at)
				  VALUES ('{"nodes": [1]}', now() - interval '86398 s', now() - interval '86398 s');},
				$record->(3, $status->('0/1'))),
			'5|5', 'a row that is no status');
		is($count->($record->(0, '{"nodes": {"a": 1}}'), $record->(1, '{"nodes": {"a": 2}}')), '2|2',
			'a node that is no object');
		$node->safe_psql('postgres', 'DROP DATABASE rows');
	});

part(
	'cleaning' => sub {
		my $old = q{INSERT INTO efm_extension.efm_status_history (status_json, collected_at, last_collected_at)
			SELECT '{"nodes": {}}', now() - g * interval '1 day', now() - g * interval '1 day' + interval '1 h' FROM generate_series(1, 100) g;
			INSERT INTO efm_extension.efm_events (happened_at, kind) SELECT now() - g * interval '1 day', 'role' FROM generate_series(1, 100) g};
		my $rows = q{SELECT count(*) FROM efm_extension.efm_status_history WHERE collected_at < now() - interval '20 h'};
		my $events = q{SELECT count(*) FROM efm_extension.efm_events WHERE happened_at < now() - interval '20 h'};
		reload($server, 'efm.bgw_persist_history' => 'off');
		sleep 1.5;
		sql($old);
		is(sql('SELECT efm_extension.cleanup_status_history(50)'), 50, 'cleanup_status_history(50)');
		is(sql("$rows; $events"), "50\n49", 'what is younger is there');
		is(sql('SELECT efm_extension.cleanup_status_history()'), 43, 'seven days, unless it is told');
		is(sql($rows), 7, 'a row that was seen within them stays');
		is(sql('SELECT efm_extension.cleanup_status_history(2147483647)'), 0, 'a number of days that no calendar has');
		for my $days ('NULL', -1)
		{
			is_failure($server->query("SELECT efm_extension.cleanup_status_history($days)"),
				'22023', "cleanup_status_history($days)", message => 'invalid number of days', hint => qr/0 or more/);
		}
		isnt(sql('SELECT efm_extension.cleanup_status_history(0)'), 0, 'all');
		is(sql("$rows; $events"), "0\n0", 'is gone');

		sql($old);
		reload($server, 'efm.bgw_persist_history' => 'on', 'efm.history_retention' => 30);
		ok(eventually(sub { sql($rows) == 30 }), 'the worker keeps efm.history_retention');
		is(sql($events), 29, 'of events, too');
	});

part(
	'the database' => sub {
		$node->safe_psql('postgres', q{CREATE DATABASE history; ALTER SYSTEM SET efm.bgw_database = 'history'});
		$server->new_log;
		$node->restart;
		my $none = 'extension efm_extension is not installed in database "history"';
		ok(has_trouble(qr/^$none$/), 'without the extension');
		ok(polled($server, 2), 'for some polls');
		is(worker_log($server), "efm_extension worker: the history is not written: $none", 'one line in the log');

		# Somebody else's function of this name is not called with the rights of a superuser.
		$node->safe_psql('history', <<'EOQ');
CREATE ROLE mallory;
CREATE SCHEMA efm_extension AUTHORIZATION mallory;
SET ROLE mallory;
CREATE TABLE efm_extension.caught (who name);
CREATE FUNCTION efm_extension.efm_record_status(status jsonb, fetched_at timestamptz, retention_days integer) RETURNS void
    LANGUAGE sql AS 'INSERT INTO efm_extension.caught VALUES (current_user)';
EOQ
		ok(polled($server, 2), 'a function of the same name');
		is($node->safe_psql('history', 'SELECT count(*) FROM efm_extension.caught'), 0, 'is not called');
		$node->safe_psql('history', 'DROP SCHEMA efm_extension CASCADE');

		for my $version ('1.0', '1.1')
		{
			$node->safe_psql('history', "CREATE EXTENSION efm_extension VERSION '$version'");
			ok(has_trouble(qr/^extension efm_extension in database "history" is older than version 2\.0$/),
				"with version $version");
			$node->safe_psql('history', 'CREATE FUNCTION efm_extension.efm_record_status(status jsonb, fetched_at timestamptz, retention_days integer) RETURNS void
    LANGUAGE sql AS $$SELECT 1/0$$') if $version eq '1.1';
			ok(polled($server, 2), "with version $version: polls go on");
			like(history_error(), qr/is older than version 2\.0$/, 'a function of this name that is not the extension\'s is not called');
			$node->safe_psql('history', 'DROP FUNCTION efm_extension.efm_record_status') if $version eq '1.1';
			$server->new_log;
			$node->safe_psql('history', 'ALTER EXTENSION efm_extension UPDATE');
			ok(history_grows($server, 2, 20, 'history'), "after the update of $version the history is written");
			is(history_error(), '', 'there is no error any more');
			is(worker_log($server), 'efm_extension worker: the history is written again', 'which is said');
			$node->safe_psql('history', 'DROP EXTENSION efm_extension');
			ok(has_trouble(qr/is not installed/), 'dropped while it was at work');
		}
		$node->safe_psql('history', 'CREATE EXTENSION efm_extension');
		ok(history_grows($server, 1, 20, 'history'), 'made again');

		# What a database sets for its sessions is not meant for this.
		$node->safe_psql('history', <<'EOQ');
ALTER DATABASE history SET default_transaction_read_only = on;
ALTER DATABASE history SET default_transaction_isolation = 'serializable';
ALTER DATABASE history SET efm.cluster_name = 'another';
ALTER DATABASE history SET search_path = '';
ALTER DATABASE history SET lock_timeout = '1ms';
EOQ
		ok(history_grows($server, 2, 20, 'history'), 'in a database with settings of its own');
		$node->safe_psql('postgres',
			'ALTER DATABASE history RESET ALL; ALTER DATABASE history ALLOW_CONNECTIONS false');
		ok(has_trouble(qr/^database "history" does not accept connections$/), 'no connections are allowed');
		$node->safe_psql('postgres', 'ALTER DATABASE history ALLOW_CONNECTIONS true CONNECTION LIMIT 0');
		ok(history_grows($server, 1, 20, 'history'), 'allowed again');
		$node->safe_psql('postgres', 'ALTER DATABASE history RENAME TO elsewhere');
		ok(has_trouble(qr/^database "history" does not exist$/), 'renamed away');
		$node->safe_psql('postgres', 'ALTER DATABASE elsewhere RENAME TO history');
		ok(history_grows($server, 1, 20, 'history'), 'and back');
	});

part(
	'what is in the way' => sub {
		my $in = sub { return $node->safe_psql('history', $_[0]); };
		my $locker = $server->session(database => 'history');
		$locker->query('BEGIN; LOCK TABLE efm_extension.efm_status_history');
		ok(has_trouble(qr/^canceling statement due to lock timeout$/), 'a lock on the table');
		$server->new_log;
		my $start = time();
		ok(polled($server, 3), 'does not keep the worker from asking');
		cmp_ok(time() - $start, '<', 8, 'as often as ever');
		cmp_ok($in->(q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'efm_extension history writer'}),
			'<=', 1, 'and the writers do not pile up');
		is(worker_log($server), '', 'nor do the lines in the log');
		$locker->query('COMMIT');
		ok(history_grows($server, 1, 20, 'history'), 'after it the history goes on');
		$locker->quit;

		$in->(q{ALTER TABLE efm_extension.efm_status_history ADD CONSTRAINT no_room CHECK (collections < 0) NOT VALID});
		ok(has_trouble(qr/violates check constraint "no_room"/), 'an error while it is written');
		$in->('ALTER TABLE efm_extension.efm_status_history DROP CONSTRAINT no_room');
		ok(history_grows($server, 1, 20, 'history'), 'mended');

		$in->(<<'EOQ');
CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = 'could not extend file: No space left on device'; END$$;
CREATE TRIGGER fill BEFORE INSERT OR UPDATE ON efm_extension.efm_status_history FOR EACH ROW EXECUTE FUNCTION fill();
EOQ
		ok(has_trouble(qr/^could not extend file: No space left on device$/), 'a full disk');
		$in->('DROP FUNCTION fill() CASCADE');
		ok(history_grows($server, 1, 20, 'history'), 'with room again');

		# Bytes that the database cannot take: the worker does not know its encoding.
		$server->plays(q(printf '{"nodes":{"10.0.0.1":{"type":"Primary","remark":"\\377\\376"}}}'));
		ok(has_trouble(qr/^output of efm "cluster-status-json" is not valid text in the server encoding "UTF8"$/),
			'an answer that is no UTF-8');
		is($in->(q{SELECT count(*) FROM efm_extension.efm_status_history WHERE status_json::text LIKE '%remark%'}), 0,
			'is not stored');
		$server->plays_scenario('healthy');
		ok(history_grows($server, 1, 20, 'history'), 'and then one that is');

		$in->(<<'EOQ');
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_sleep(4); RETURN NEW; END$$;
CREATE TRIGGER slow BEFORE INSERT OR UPDATE ON efm_extension.efm_status_history FOR EACH ROW EXECUTE FUNCTION slow();
EOQ
		my $writers = q{FROM pg_stat_activity WHERE backend_type = 'efm_extension history writer'};
		ok(eventually(sub { $in->("SELECT count(*) $writers") == 1 }), 'a writer that is slow');
		is($in->("SELECT mode FROM pg_locks WHERE locktype = 'object' AND classid = 'pg_extension'::regclass
			AND pid = (SELECT min(pid) $writers)"), 'ExclusiveLock', 'is alone');
		ok(polled($server, 2), 'does not keep the worker from asking');
		my ($most, $end) = (0, time() + 2);
		while (time() < $end)
		{
			my $now = $in->("SELECT count(*) $writers");
			$most = $now if $now > $most;
		}
		is($most, 1, 'and is not joined by a second one');
		$in->("SELECT pg_terminate_backend(pid) $writers");
		$in->('DROP FUNCTION slow() CASCADE');
		ok(history_grows($server, 1, 20, 'history'), 'then it is fast again');

		my $writer;
		$locker = $server->session(database => 'history');
		$locker->query('BEGIN; LOCK TABLE efm_extension.efm_status_history');
		ok( eventually(sub {
					$writer = $in->(q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'efm_extension history writer' AND wait_event_type = 'Lock'});
					$writer ne '';
				}),
			'a writer that waits');
		$in->("SELECT pg_terminate_backend($writer)");
		$locker->query('COMMIT');
		$locker->quit;
		ok(history_grows($server, 1, 20, 'history'), 'a terminated writer is followed by another');

		my $worker = worker_pid($server);
		$in->('DROP EXTENSION efm_extension');
		$in->('CREATE EXTENSION efm_extension; DROP EXTENSION efm_extension') for 1 .. 30;
		$in->('CREATE EXTENSION efm_extension');
		ok(history_grows($server, 2, 20, 'history'), 'dropped and made thirty times while it is at work');
		is(worker_pid($server), $worker, 'the worker is the same through all of this');
	});

part(
	'as few background processes as there can be' => sub {
		$node->append_conf('postgresql.conf', 'max_worker_processes = 1');
		$node->restart;
		# The launcher of logical replication or the worker has the only place.
		if (worker_pid($server) eq '')
		{
			ok(eventually(sub { $server->query('SELECT efm_extension.efm_is_available()')->{rows} =~ /^\(t/ }),
				'sessions ask themselves');
		}
		else
		{
			ok(has_trouble(qr/^there is no free background worker; raise max_worker_processes$/),
				'the writer has none');
		}
		$node->append_conf('postgresql.conf',
			"max_worker_processes = 8\nmax_connections = 2\nsuperuser_reserved_connections = 1\nmax_wal_senders = 0");
		$node->restart;
		my @sessions = map { $server->session(database => 'history') } 1 .. 2;
		my $sum = 'SELECT sum(collections) FROM efm_extension.efm_status_history';
		my $before = $sessions[0]->query($sum)->{rows};
		ok(eventually(sub { $sessions[0]->query($sum)->{rows} > $before + 1 }),
			'with all connections taken the history is written');
		$_->quit for @sessions;
	});

$node->stop;
unlike($server->new_log, qr/PANIC|was terminated by signal|TRAP/, 'nothing has crashed');
done_testing();
