# Proves that the reader of the status, which is not PostgreSQL's, reads what PostgreSQL's own jsonb reads: random
# statuses with every key of every version, keys twice, escapes, values of the wrong type, odd addresses and locations go
# through efm_status_nodes() and efm_get_nodes(), and through a query on the jsonb. The seed is printed; EFM_TEST_SEED
# repeats a run, EFM_TEST_STATUSES is the number of statuses.
use strict;
use warnings;

use EfmTest;
use Test::More;

my $seed     = $ENV{EFM_TEST_SEED}     // int(rand(1_000_000_000));
my $statuses = $ENV{EFM_TEST_STATUSES} // 3000;
my $live     = int($statuses / 20);
srand($seed);
note("seed $seed");

my $server  = EfmTest::Server->start('status_nodes', settings => { 'efm.cache_ttl' => 0 });
my $node    = $server->node;
my $session = $server->session;
$server->plays(q(exec cat "${0%/*}/status.json"));

# ---- What jsonb says of a status -------------------------------------------------------------------------------------

$node->safe_psql('postgres', <<'EOQ');
CREATE FUNCTION said(keys jsonb, VARIADIC names text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT keys ->> name FROM unnest(names) WITH ORDINALITY AS u(name, place)
	 WHERE jsonb_typeof(keys -> name) = 'string' AND keys ->> name <> '' ORDER BY place LIMIT 1 $$;
CREATE FUNCTION location(said text) RETURNS pg_lsn LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN said ~ '^[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}$' THEN said::pg_lsn END $$;
CREATE FUNCTION lag(of_primary pg_lsn, own pg_lsn) RETURNS bigint LANGUAGE sql STRICT IMMUTABLE AS $$
	SELECT least(greatest(of_primary - own, 0), 9223372036854775807)::bigint $$;
CREATE FUNCTION texts(list jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce(array_agg(element #>> '{}' ORDER BY place), '{}')
	  FROM jsonb_array_elements(CASE jsonb_typeof(list) WHEN 'array' THEN list ELSE '[]' END)
	       WITH ORDINALITY AS e(element, place)
	 WHERE jsonb_typeof(element) = 'string' $$;
CREATE FUNCTION by_jsonb(status jsonb) RETURNS SETOF efm_extension.node_status LANGUAGE sql IMMUTABLE AS $$
	WITH nodes AS MATERIALIZED (
		SELECT place, key, value AS v, location(said(value, 'lsnReceive', 'xlogReceive')) AS received,
		       location(said(value, 'lsn', 'xlog')) AS replayed, said(value, 'type') IN ('Primary', 'Master') AS is_primary
		  FROM jsonb_each(status -> 'nodes') WITH ORDINALITY AS n(key, value, place)
		 WHERE jsonb_typeof(value) = 'object')
	SELECT CASE WHEN key ~ '^10\.0\.0\.\d$' OR key ~ '^[0-9a-f:]*:[0-9a-f:]*$' THEN key::inet END,
	       coalesce(said(v, 'type'), 'Unknown'),
	       coalesce(said(v, 'agent'), CASE said(v, 'type') WHEN 'DOWN' THEN 'DOWN' ELSE 'UP' END),
	       coalesce(said(v, 'db'), 'Unknown'), said(v, 'lsn', 'xlog'), said(v, 'lsnInfo', 'xloginfo', 'info'),
	       array_position(texts(status -> 'failoverpriority'), key), key = ANY (texts(status -> 'failoverpriority')),
	       NULL::timestamptz, nullif(key, ''), received, replayed,
	       CASE WHEN is_primary IS NOT TRUE THEN
	           lag((SELECT p.replayed FROM nodes p WHERE p.is_primary ORDER BY p.place LIMIT 1), replayed) END,
	       said(v, 'vip'),
	       coalesce(v -> 'vip_active' = 'true' OR v -> 'vip_active' = '"true"', false)
	  FROM nodes ORDER BY place $$;
CREATE TABLE statuses (id serial, written text, status jsonb);
EOQ

# ---- Random statuses -------------------------------------------------------------------------------------------------

sub one_of { return $_[ rand @_ ]; }

sub chance { return rand() < $_[0]; }

sub blank { return chance(0.9) ? '' : one_of(' ', "\n", "\t", " \r\n  "); }

# A text as JSON may write it.
sub text
{
	my ($text) = @_;
	my $json = '';
	for my $character (split //, $text)
	{
		my $code = ord $character;
		my $pair = sub { sprintf '\\u%04x\\u%04X', 0xd7c0 + ($code >> 10), 0xdc00 + ($code & 0x3ff) };
		$json .=
		    $character =~ /["\\]/   ? "\\$character"
		  : $code < 0x20            ? sprintf('\\u%04x', $code)
		  : $character eq '/'       ? one_of('/', '\\/')
		  : $code > 0xffff          ? one_of($character, $pair->())
		  : chance(0.02) || $code > 0x7f && chance(0.5) ? sprintf('\\u%04X', $code)
		  :                           $character;
	}
	return qq("$json");
}

my @roles = qw(Primary Primary Master Standby Standby Standby Witness Idle Promoting DOWN DOWN Unheard);
my @words = (
	'', 'UP', 'DOWN', 'UNKNOWN', 'N/A', 'a "quoted" \\ word', "line\nand\ttab", "\x{e9}\x{20ac}\x{1f418}", 'x' x 300);
my @locations = (
	'0/5000148', '0/5000060', 'A/0', 'ffffffff/FFFFFFFF', '0/0', 'UNKNOWN', '', '0/', '/1', '123456789/0', '0/123456789',
	'1/2/3', '0x1/2', '-1/2', '+1/2', ' 1/2', '1/G');
my @addresses = (
	(map { "10.0.0.$_" } 1 .. 6),
	qw(fe80::1 ::1 2001:db8::a:b db-1 db-2.example.org 10.0.0.1/24 300.1.1.1 010.0.0.1 10.0.0),
	' 10.0.0.1', '', "\x{e9}");

sub anything
{
	my ($depth) = @_;
	return one_of('null', 'true', 'false', int(rand(1000)), '-1.5e3', '1.25E1', text(one_of(@words)))
	  if $depth > 2 || chance(0.7);
	return '[' . join(',', map { anything($depth + 1) } 1 .. rand 4) . ']' if chance(0.5);
	return '{' . join(',', map { text(one_of(@words, 'nodes', 'type')) . ':' . anything($depth + 1) } 1 .. rand 4) . '}';
}

# Mostly what it should be.
sub value { my ($usual) = @_; return chance(0.93) ? $usual : anything(0); }

sub object
{
	my ($count, $member) = @_;
	return '{' . blank() . join(blank() . ',' . blank(), map { $member->($_) } 1 .. $count) . blank() . '}';
}

sub member { my ($key, $value) = @_; return text($key) . blank() . ':' . blank() . $value; }

sub node
{
	my @keys = (
		[ type => sub { text(one_of(@roles)) } ],
		[ agent => sub { text(one_of('UP', 'DOWN', '')) } ],
		[ vip_active => sub { one_of('true', 'false', '"true"', '"false"', 'null') } ],
		map({ my $key = $_; [ $key => sub { text(one_of(@words)) } ] } qw(db vip info xloginfo lsnInfo other)),
		map({ my $key = $_; [ $key => sub { text(one_of(@locations)) } ] } qw(xlog lsn xlogReceive lsnReceive)));
	return object(int(rand 14), sub { my $key = one_of(@keys); return member($key->[0], value($key->[1]->())); });
}

sub list { return '[' . join(',', map { value(text(one_of(@_))) } 1 .. rand 6) . ']'; }

sub status
{
	my @rest = (
		[ failoverpriority => sub { list(@addresses) } ],
		[ allowednodes => sub { list(@addresses) } ],
		[ missingnodes => sub { list(@addresses) } ],
		[ messages => sub { list(@words) } ],
		[ membershipcoordinator => sub { text(one_of(@addresses)) } ],
		[ minimumstandbys => sub { int(rand 5) } ],
		[ VIP => sub { text(one_of(@words)) } ],
		[ shadow => sub { anything(0) } ]);
	my @members = map { my $key = one_of(@rest); member($key->[0], value($key->[1]->())) } 1 .. rand 10;
	my $nodes = sub { member('nodes', object(int(rand 9), sub { member(one_of(@addresses), value(node())) })) };
	# The last one counts, so the other may be anything.
	splice @members, rand(@members + 1), 0, chance(0.05) ? (member('nodes', anything(0)), $nodes->()) : $nodes->();
	return '{' . join(',' . blank(), @members) . blank() . '}';
}

# ---- The comparison --------------------------------------------------------------------------------------------------

my @written = map { status() } 1 .. $statuses;
utf8::encode($_) for @written;

part(
	'efm_status_nodes()' => sub {
		for (my $first = 0; $first < @written; $first += 500)
		{
			my $last = $first + 499 < $#written ? $first + 499 : $#written;
			my $values = join ',', map { '(' . ($_ + 1) . ', $w$' . $written[$_] . '$w$)' } $first .. $last;
			is_well($session->query("INSERT INTO statuses (id, written) VALUES $values"), 'up to status ' . ($last + 1));
		}
		is_well($session->query('UPDATE statuses SET status = written::jsonb'), "jsonb takes them, with seed $seed");
		is_well($session->query('SELECT count(*) > 3 * (SELECT count(*) FROM statuses) FROM statuses, by_jsonb(status)'),
			'there is something to compare', 't');
		is_well($session->query(<<'EOQ'), "the same rows in the same order, with seed $seed", '');
SELECT s.id, n.row AS read, j.row AS by_jsonb
  FROM statuses s, LATERAL (
       SELECT ordinality, n::text AS row FROM ROWS FROM (efm_extension.efm_status_nodes(s.status)) WITH ORDINALITY
         AS x(a,b,c,d,e,f,g,h,i,k,l,m,o,p,q,ordinality), LATERAL (SELECT (a,b,c,d,e,f,g,h,i,k,l,m,o,p,q) AS n) y) n
  FULL JOIN LATERAL (
       SELECT ordinality, n::text AS row FROM ROWS FROM (by_jsonb(s.status)) WITH ORDINALITY
         AS x(a,b,c,d,e,f,g,h,i,k,l,m,o,p,q,ordinality), LATERAL (SELECT (a,b,c,d,e,f,g,h,i,k,l,m,o,p,q) AS n) y) j
    USING (ordinality)
 WHERE n.row IS DISTINCT FROM j.row
 LIMIT 5
EOQ
	});

# The text goes through the reader as it was written; with two primaries the lag depends on the order of the text.
part(
	'efm_get_nodes() and efm_cluster_info()' => sub {
		my $different = <<'EOQ';
WITH read AS MATERIALIZED (
         SELECT to_jsonb(n) - '{last_updated,lag_bytes}'::text[] AS row FROM efm_extension.efm_get_nodes() n),
     truth AS MATERIALIZED (
         SELECT to_jsonb(n) - '{last_updated,lag_bytes}'::text[] AS row
           FROM statuses s, by_jsonb(s.status) n WHERE s.id = ID)
SELECT 'read', row FROM (TABLE read EXCEPT ALL TABLE truth) a
UNION ALL SELECT 'by jsonb', row FROM (TABLE truth EXCEPT ALL TABLE read) b
UNION ALL
SELECT 'cluster', to_jsonb(i) FROM efm_extension.efm_cluster_info() i, statuses s
 WHERE s.id = ID
   AND (i.membership_coordinator, i.minimum_standbys, i.allowed_nodes, i.failover_priority, i.messages)
       IS DISTINCT FROM (
        said(s.status, 'membershipcoordinator'),
        CASE WHEN s.status ->> 'minimumstandbys' ~ '^\d{1,9}$'
              AND jsonb_typeof(s.status -> 'minimumstandbys') = 'number'
             THEN (s.status ->> 'minimumstandbys')::int END,
        texts(s.status -> 'allowednodes'), texts(s.status -> 'failoverpriority'), texts(s.status -> 'messages'))
EOQ
		my @wrong;
		for my $id (1 .. $live)
		{
			$server->write('status.json', $written[ $id - 1 ]);
			my $result = $session->query($different =~ s/\bID\b/$id/gr);
			push @wrong, "$id: $result->{rows}$result->{errors}" if $result->{rows} . $result->{errors} ne '';
		}
		is("@wrong", '', "$live statuses, with seed $seed");
		my $as_it_is = q{SELECT efm_extension.efm_cluster_status_json() = status FROM statuses WHERE id = };
		is_well($session->query($as_it_is . $live), 'efm_cluster_status_json() is the jsonb', 't');
	});

$session->quit;
$node->stop;
done_testing();
