# Proves that cached reads are whole and exactly counted: eight sessions read a million times together while a writer
# changes the cluster, and makes the status stale by efm_invalidate_cache() and by management calls in turn. Every answer
# is one that the program has given, none is older than what its session had before, what the writer reads after a
# change is that change, and hits, misses, updates and processes add up. EFM_TEST_READS is the number of reads.
use strict;
use warnings;

use EfmTest;
use EfmTest::Herd;
use Test::More;
use Time::HiRes ();

my $reads   = $ENV{EFM_TEST_READS} // 1_000_000;
my $readers = 8;
my $nodes   = 40;
my $server  = EfmTest::Server->start('cache_reads', settings => { max_connections => 30, 'efm.cache_ttl' => 300 });
my $started = $server->state_file('started');
my $stats   = 'SELECT cache_hits, cache_misses, cache_updates FROM efm_extension.efm_cache_stats()';

# The cluster in its state number N, as the program prints it: the number is in every node, and the length varies.
sub status_of
{
	my ($number) = @_;
	my $location = sprintf '1/%X', $number;
	my $info     = 'x' x ($number * 37 % 200);
	return '{"nodes":{'
	  . join(',', map { qq("10.0.0.$_":{"type":"Standby","db":"UP","lsn":"$location","lsnInfo":"$info"}) } 1 .. $nodes)
	  . qq(},"failoverpriority":[],"messages":["$number"]});
}

# As the server shows it.
my %md5_of;

sub md5_of
{
	my ($session, $number) = @_;
	return $md5_of{$number} //= $session->query("SELECT md5('" . status_of($number) . "'::jsonb::text)")->{rows};
}

$server->write('status.json', status_of(1));
$server->plays(<<"EOP");
case \$1 in
cluster-status-json) echo \$\$ >>'$started'; exec cat '${\$server->file('status.json')}' ;;
esac
EOP

my $herd   = EfmTest::Herd->new($server, $readers);
my $writer = $server->session;
my $number = 1;
my ($writes, $own_reads) = (0, 0);

# One in ten by rows. Each session tells the states that it has seen, in this order, and how often an answer was of two.
my $each    = int($reads / $readers);
my $by_row  = int($each / 10);
my $by_json = $each - $by_row;
my $sql     = <<"EOQ";
SELECT '<json> ' || string_agg(DISTINCT md5, ' ') || ' <count> ' || sum(reads) || ' <torn> ' || sum(torn) ||
       ' <back> ' || sum(back)
  FROM (SELECT count(*) AS reads, count(*) FILTER (WHERE location <> last_location) AS torn,
               count(*) FILTER (WHERE number < before) AS back, md5
          FROM (SELECT (j #>> '{messages,0}')::int AS number, j #>> '{nodes,10.0.0.1,lsn}' AS location,
                       j #>> '{nodes,10.0.0.$nodes,lsn}' AS last_location,
                       lag((j #>> '{messages,0}')::int) OVER (ORDER BY i) AS before,
                       CASE WHEN i % 50 = 0 THEN md5(j::text) END AS md5
                  FROM (SELECT i, efm_extension.efm_cluster_status_json() AS j
                          FROM generate_series(1, $by_json) i OFFSET 0) s) t
         GROUP BY md5) u;
SELECT '<rows> ' || count(*) || ' <torn> ' || count(*) FILTER (WHERE torn)
  FROM (SELECT count(*) <> $nodes OR min((n).replayed_lsn) <> max((n).replayed_lsn) AS torn
          FROM (SELECT i, efm_extension.efm_get_nodes() AS n FROM generate_series(1, $by_row) i OFFSET 0) s
         GROUP BY i) t
EOQ

my ($hits, $misses, $updates) = split /\|/, $writer->query($stats)->{rows};
my $begin = Time::HiRes::time();
$herd->send($sql);
my @wrong;
my $is_reading = sub { grep { $_->{out} !~ /<end $_->{number}>/ } $herd->sessions };
while ($is_reading->())
{
	eval { $_->{psql}->pump_nb } for $herd->sessions;
	$number++;
	$server->write('status.json', status_of($number));
	my $function = $number % 2 ? 'efm_invalidate_cache' : 'efm_resume_monitoring';
	$writer->query("SELECT efm_extension.$function()");
	$writes++;
	my $seen = $writer->query(q{SELECT efm_extension.efm_cluster_status_json() #>> '{messages,0}'})->{rows};
	$own_reads++;
	push @wrong, "$seen for $number" if $seen ne $number;
	last if Time::HiRes::time() - $begin > 120;
	select(undef, undef, undef, 0.01);
}
my @results = $herd->finish(60);
my $seconds = Time::HiRes::time() - $begin;

is("@wrong", '', "after each of $writes changes the writer reads what it has made");
my ($count, $torn, $back, %seen) = (0, 0, 0);
for my $result (@results)
{
	is($result->{errors}, '', 'no error');
	$result->{rows} =~ /<json> ([0-9a-f ]*) <count> (\d+) <torn> (\d+) <back> (\d+)\n<rows> (\d+) <torn> (\d+)/
	  or diag($result->{rows}), next;
	$count += $2 + $5;
	$torn  += $3 + $6;
	$back  += $4;
	$seen{$_}++ for split ' ', $1;
}
is($count, $readers * $each, 'all has been read');
is($torn,  0,                'no answer is of two states');
is($back,  0,                'no session has gone back to an older state');
my %known = map { md5_of($writer, $_) => 1 } 1 .. $number;
is(scalar(grep { !$known{$_} } keys %seen), 0, 'every answer is one that the program has given');
cmp_ok(scalar keys %seen, '>', 1, 'and there were several: ' . scalar keys %seen);

my ($hits_after, $misses_after, $updates_after) = split /\|/, $writer->query($stats)->{rows};
my $lines = () = PostgreSQL::Test::Utils::slurp_file($started) =~ /\n/g;
is($hits_after + $misses_after - $hits - $misses, $count + $own_reads, 'hits and misses are the reads, exactly');
is($updates_after - $updates, $lines, 'updates are the processes, exactly');
cmp_ok($misses_after - $misses, '>=', $lines, 'every process was begun by a miss');
measured("$count cached reads by $readers sessions beside $writes changes", $seconds);
end_of_measuring();

$herd->quit;
$writer->quit;
$server->node->stop;
done_testing();
