# The extension in three real PostgreSQL servers with streaming replication and the fake EFM over them: promotions from SQL by
# a role that may do that and nothing else, from a standby, from the primary, from a third node, and after the primary was
# killed. What each session is told is true.
use strict;
use warnings;

use EfmTest qw(eventually is_failure is_well);
use EfmTest::Promotion;
use EfmTest::Writer;
use Test::More;

my $site    = EfmTest::Promotion->new;
my $cluster = $site->cluster;
my $writer  = EfmTest::Writer->start($cluster);

subtest 'the on-call role' => sub {
	my $session = $site->on_call(2);
	is_well($session->query('SELECT count(*) FROM efm_extension.efm_get_nodes()'), 'nodes', '3');
	is_failure($session->query('SELECT * FROM efm_extension.efm_cluster_info()'),
		'42501', 'more of the cluster', message => qr/permission denied for function efm_cluster_info/);
	is_failure($session->query('SELECT efm_extension.efm_stop_cluster()'), '42501', 'stop-cluster');
	is_failure($session->query(q{SET efm.command_path = '/bin/true'}), '42501', 'a setting');
	my $checks = $session->query(q{SELECT "check", passed FROM efm_extension.efm_preflight()});
	is($checks->{errors}, '', 'preflight');
	like($checks->{rows}, qr/^one_primary\|t$/m,       'preflight: one primary');
	like($checks->{rows}, qr/^standby_available\|t$/m, 'preflight: a standby');
	$session->quit;
};

subtest 'from the standby that is promoted' => sub {
	$site->prefer(2);
	my $session = $site->on_call(2);
	# The second column is asked for after the first.
	my $result = $site->promote($session, 'SELECT efm_extension.efm_promote(switchover => true), pg_is_in_recovery()');
	is($result->{rows}, 't|f', 'true, and this server is out of recovery') or diag($result->{errors});
	$site->told_of($result, 'the session', 1, 2);
	$site->times_of($result, 'the session', 1, 2);
	$site->reigns(2, 'the servers say so');
	$session->quit;
};

subtest 'from the primary' => sub {
	$site->is_healthy('before');
	$site->prefer(3);
	my $session = $site->on_call(2);
	my $result  = $site->promote($session, 'SELECT efm_extension.efm_promote(switchover => true)');
	ok($result->{lost}, 'the session is ended');
	is($result->{error}{sqlstate}, '57P01', 'by the shutdown of its server') or diag($result->{errors});
	my @told = $site->notices($result);
	like(shift @told, qr/^this server is a primary: EFM may stop it, and this session with it$/, 'that was told before');
	# The shutdown may be quicker than the session.
	is_deeply(\@told, @told ? ['switchover accepted'] : [], 'and at most that it was accepted');
	unlike($result->{errors}, qr/new primary/, 'nothing was told that it cannot know');
	is($result->{rows}, '', 'nothing was returned');
	my $nodes = q{SELECT string_agg(node_type, ' ' ORDER BY node_address) FROM efm_extension.efm_get_nodes()};
	ok(eventually(sub { $site->sql(3, $nodes) eq 'Standby Standby Primary' }, 30), 'efm_get_nodes() on another node shows the outcome')
	  or diag($site->sql(3, $nodes));
	$site->reigns(3, 'the servers say so');
};

subtest 'from a third node, with somebody else at it' => sub {
	$site->is_healthy('before');
	$site->prefer(1);
	my ($session, $other) = ($site->on_call(2), $site->on_call(1));
	my $result;
	# The agent accepts, and begins when it is let go on.
	kill('STOP', $cluster->agent_process);
	$result = $site->promote($session, 'SELECT efm_extension.efm_promote(switchover => true, wait => false)');
	is($result->{rows}, 't', 'true: accepted') or diag($result->{errors});
	is_deeply([ $site->notices($result) ], [], 'who does not wait is told no steps');
	like($other->query('SELECT efm_extension.efm_promote()')->{error}{detail} // '',
		qr/A promotion is already in progress\./, 'a second one meanwhile is refused');
	kill('CONT', $cluster->agent_process);
	ok(eventually(sub { join('', $site->primaries) eq '1' }, 30), 'the first one has come to its end');
	$site->reigns(1, 'with one primary');
	$site->is_healthy('after');
	$site->prefer(3);
	$result = $site->promote($session, 'SELECT efm_extension.efm_promote(switchover => true)');
	is($result->{rows}, 't', 'true') or diag($result->{errors});
	$site->reigns(3, 'the servers say so');
	$site->told_of($result, 'the session', 1, 3);
	$_->quit for $session, $other;
};

# ---- The primary dies ------------------------------------------------------------------------------------------------

subtest 'the primary is killed' => sub {
	$site->is_healthy('before');
	$writer->wait_for_rows(50);
	$site->prefer(2);
	$cluster->kill_postmaster(3);
	my $dead = $cluster->address(3);
	ok(eventually(sub { ($cluster->status // return)->{nodes}{$dead}{type} eq 'Idle' }, 30), 'EFM declares it failed');
	is_deeply([ $site->primaries ], [], 'nobody is promoted by itself');
	my $session = $site->on_call(2);
	my $checks;
	# It may be a second old.
	eventually(
		sub {
			$checks = $session->query('SELECT "check", passed, detail FROM efm_extension.efm_preflight(false)')->{rows};
			return $checks =~ /There is no primary/;
		},
		5);
	like($checks, qr/^one_primary\|t\|There is no primary\.$/m, 'preflight: no primary');
	like($checks, qr/^in_sync\|f\|.*not known/m,                'preflight: what would be lost cannot be known');
	my $result = $site->promote($session, 'SELECT efm_extension.efm_promote()');
	is($result->{rows}, 't', 'true') or diag($result->{errors});
	my ($new) = $site->primaries;
	$site->reigns($new, 'the servers say so');
	is_deeply(
		[ grep { !/ is being promoted\z/ } $site->notices($result) ],
		[ 'promotion accepted', 'node ' . $cluster->address($new) . ' is the new primary' ],
		'each step was told once') or diag($result->{errors});
	$writer->wait_for_rows(50);
	$writer->pause;
	my @lost = $writer->lost_on($new);
	note(scalar(@lost) . ' of ' . scalar($writer->acknowledged) . ' acknowledged rows are lost: replication is asynchronous');
	$writer->forgive(@lost);
	$writer->go_on;
	$session->quit;
	is($cluster->efm_on(3, [ 'resume', 'efm' ])->{status}, 0, 'resume of the dead node is accepted');
	$site->is_healthy('after');
};

$writer->stop;
unlike(join('', map { $cluster->log_of($_) } 1 .. 3), qr/PANIC|was terminated by signal|TRAP/, 'nothing has crashed');
is($cluster->stop_agent, 0, 'the agent ends');
$cluster->end;
done_testing();
