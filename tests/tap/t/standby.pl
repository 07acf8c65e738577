# Proves the worker on a primary and its standbys: each server has its status from its own worker; the history is
# written on the primary only, and is on the standbys by replication; a standby that is promoted goes on with it without
# a restart, and no change is lost or there twice; also one that answers no queries before its promotion.
use strict;
use warnings;

use EfmTest;
use EfmTest::Cluster;
use File::Temp ();
use JSON::PP   ();
use Test::More;
use Time::HiRes qw(sleep time);

my $directory = File::Temp->newdir('efm_standby_XXXXXXXX', DIR => $ENV{TMPDIR} // '/tmp', CLEANUP => 1);

sub write_file
{
	my ($name, $contents, $mode) = @_;
	open(my $file, '>', "$directory/$name.new") or die "cannot write $name: $!";
	print $file $contents;
	close $file or die "cannot write $name: $!";
	chmod $mode // 0644, "$directory/$name.new";
	rename "$directory/$name.new", "$directory/$name" or die "cannot write $name: $!";
	return;
}

# What EFM says on every node from now on: the type of each node.
sub efm_says
{
	my (%types) = @_;
	my %nodes = map { ("192.0.2.$_" => { type => $types{$_}, db => "UP" }) } keys %types;
	write_file('status.json', JSON::PP->new->canonical->encode({ nodes => \%nodes }));
	return;
}

write_file('efm', "#!/bin/sh\ncat '$directory/status.json'\n", 0755);
efm_says(1 => 'Primary', 2 => 'Standby', 3 => 'Standby');

my $cluster = EfmTest::Cluster->new(
	nodes    => 3,
	settings => {
		shared_preload_libraries  => 'efm_extension',
		'efm.backend'             => 'direct',
		'efm.cluster_name'        => 'efm',
		'efm.command_path'        => "$directory/efm",
		'efm.bgw_enabled'         => 'on',
		'efm.bgw_interval'        => '1s',
		'efm.bgw_persist_history' => 'on',
		'efm.cache_ttl'           => '1s'
	});

sub sql { return $cluster->sql(@_) // die $cluster->sql_error; }

sub state_of
{
	my ($number) = @_;
	return JSON::PP::decode_json(sql($number, 'SELECT row_to_json(w) FROM efm_extension.efm_worker_status() w'));
}

sub worker_of { return sql($_[0], q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'efm_extension worker'}); }

my $collections = 'SELECT coalesce(sum(collections), 0) FROM efm_extension.efm_status_history';
my $changes     = q{SELECT kind, node, old_value, new_value FROM efm_extension.efm_events ORDER BY id};

sub grows
{
	my ($number) = @_;
	my $before = sql($number, $collections);
	return eventually(sub { sql($number, $collections) > $before + 1 });
}

isnt(worker_of($_), '', "node $_ has a worker before there is an extension") for 1 .. 3;
sql(1, 'CREATE EXTENSION efm_extension');
ok(eventually(sub { $cluster->sql(2, 'SELECT efm_extension.efm_cache_stats()') }), 'the extension is on the standby');

part(
	'a status on each' => sub {
		for my $number (1, 2)
		{
			ok(eventually(sub { defined state_of($number)->{last_success} }), "node $number: the worker has an answer");
			is(sql($number, q{SELECT efm_extension.efm_cluster_status_json() #>> '{nodes,192.0.2.1,type}'}), 'Primary',
				"node $number: sessions have it");
			is(sql($number, 'SELECT cache_misses FROM efm_extension.efm_cache_stats()'), 0,
				"node $number: they ran no command");
			is(state_of($number)->{pid}, worker_of($number), "node $number: from its own worker");
		}
	});

part(
	'history on the primary' => sub {
		ok(grows(1), 'the primary writes it');
		ok(grows(2), 'the standby has it by replication');
		is(state_of(2)->{history_at},    undef, 'the standby writes nothing');
		is(state_of(2)->{history_error}, undef, 'and has nothing to complain of');
		efm_says(1 => 'Primary', 2 => 'Standby', 3 => 'Idle');
		my $expected = 'role|192.0.2.3|Standby|Idle';
		ok(eventually(sub { sql(1, $changes) eq $expected }), 'an event on the primary') or diag(sql(1, $changes));
		ok(eventually(sub { sql(2, $changes) eq $expected }), 'is on the standby') or diag(sql(2, $changes));
	});

part(
	'promotion' => sub {
		my $worker  = worker_of(2);
		my $started = sql(2, 'SELECT pg_postmaster_start_time()');
		$cluster->stop(1, 'fast');
		efm_says(2 => 'Promoting', 3 => 'Idle');
		ok(eventually(sub { sql(2, q{SELECT efm_extension.efm_cluster_status_json() #>> '{nodes,192.0.2.2,type}'}) eq 'Promoting' }),
			'the standby sees the failover');
		my $rows = sql(2, $collections);
		sleep 1.5;
		is(sql(2, $collections), $rows, 'and cannot write it down yet');
		is(sql(2, 'SELECT pg_promote()'), 't', 'it is promoted');
		my $start = time();
		efm_says(2 => 'Primary', 3 => 'Idle');
		ok(eventually(sub { sql(2, $collections) > $rows }), 'it goes on with the history');
		measured('history on the promoted standby after', time() - $start);
		ok(eventually(sub { sql(2, $changes) =~ /^primary/m }), 'and the events');
		ok(grows(2), 'on and on');
		is(worker_of(2), $worker, 'by the same worker');
		is(sql(2, 'SELECT pg_postmaster_start_time()'), $started, 'without a restart');
		# What came in between may have been seen or not, in the moment after the promotion.
		my @seen = grep { !/Promoting/ } split /\n/, sql(2, $changes);
		my @expected = ('role|192.0.2.3|Standby|Idle', 'node_disappeared|192.0.2.1|Primary|',
			'primary|192.0.2.2|192.0.2.1|192.0.2.2');
		my $whole = sql(2, $changes);
		@expected = grep { index($_, 'primary') } @expected if $whole =~ /Promoting/;
		for my $change (@expected)
		{
			is(scalar(grep { $_ eq $change } split /\n/, $whole), 1, "$change: once");
		}
		is(scalar(() = $whole =~ /^role\|192\.0\.2\.2\|\w+\|Primary$/mg), 1, 'the new primary: once');
		is(sql(2, q{SELECT count(*) FROM (SELECT collected_at <= lag(last_collected_at) OVER (ORDER BY id) AS is_doubled
			FROM efm_extension.efm_status_history) h WHERE is_doubled}), 0, 'no two rows of the same time');
	});

part(
	'a standby that answers no queries' => sub {
		open(my $file, '>>', $cluster->data(3) . '/node.conf') or die;
		print $file "hot_standby = off\n";
		close $file;
		$cluster->stop(3, 'fast');
		# pg_ctl waits for consistency, which is never told of such a server.
		$cluster->run($cluster->program('pg_ctl'), 'start', '-W', '-s', '-D', $cluster->data(3), '-l', $cluster->log_file(3));
		ok(eventually(sub { EfmTest::Cluster::contents($cluster->log_file(3)) =~ /consistent recovery state reached/ }),
			'it recovers');
		ok(eventually(sub { !eval { $cluster->run($cluster->program('pg_ctl'), 'promote', '-w', '-s', '-D', $cluster->data(3)); 1 } ? 0 : 1 }),
			'it is promoted');
		ok(eventually(sub { ($cluster->sql(3, 'SELECT pg_is_in_recovery()') // '') eq 'f' }), 'and answers');
		ok(eventually(sub { worker_of(3) ne '' }), 'its worker runs');
		ok(grows(3), 'it goes on with the history');
	});

my $logs = join '', map { EfmTest::Cluster::contents($cluster->log_file($_)) } 1 .. 3;
unlike($logs, qr/PANIC|was terminated by signal|TRAP/, 'nothing has crashed');
$cluster->end;
done_testing();
