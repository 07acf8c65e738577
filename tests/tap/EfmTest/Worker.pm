# A server whose background worker runs, and what can be seen of it.
package EfmTest::Worker;

use strict;
use warnings;

use EfmTest;
use Exporter qw(import);
use JSON::PP ();
use PostgreSQL::Test::Utils ();

our @EXPORT = qw(
  callers count_calls history_grows polled reload set_up_worker wait_for_poll worker_log worker_pid worker_state
);

# set_up_worker(NAME, {settings}, options of EfmTest::Server): a server whose worker asks a healthy fake EFM.
sub set_up_worker
{
	my ($name, $settings, %options) = @_;
	my $server = EfmTest::Server->start(
		$name,
		%options,
		settings => { 'efm.bgw_enabled' => 'on', 'efm.bgw_interval' => '1s', autovacuum => 'off', %{ $settings // {} } });
	$server->plays_scenario('healthy');
	reload($server);
	return $server;
}

# efm_worker_status() as a hash.
sub worker_state
{
	my ($server, $database) = @_;
	my $answer = $server->node->safe_psql($database // 'postgres',
		'SELECT row_to_json(w) FROM efm_extension.efm_worker_status() w');
	return JSON::PP::decode_json($answer);
}

# Needs no extension in the database.
sub worker_pid
{
	my ($server) = @_;
	return $server->node->safe_psql('template1',
		q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'efm_extension worker'});
}

# reload(SERVER, setting => value, ...): by ALTER SYSTEM, as an administrator does it.
sub reload
{
	my ($server, %settings) = @_;
	my $statements = join '', map { "ALTER SYSTEM SET $_ = '$settings{$_}';\n" } sort keys %settings;
	$server->node->safe_psql('template1', $statements . 'SELECT pg_reload_conf()');
	return;
}

# Whether so many more polls end within so many seconds, well or not.
sub polled
{
	my ($server, $count, $seconds) = @_;
	my $before = worker_state($server)->{polls};
	return eventually(sub { worker_state($server)->{polls} >= $before + $count }, $seconds // 20);
}

# The time of a poll's end; the next one that goes well.
sub wait_for_poll
{
	my ($server) = @_;
	my $before = worker_state($server)->{last_success} // '';
	return eventually(sub { (worker_state($server)->{last_success} // '') ne $before });
}

# Has the program note who calls it from now on. After plays() or plays_scenario().
sub count_calls
{
	my ($server) = @_;
	my $plan = PostgreSQL::Test::Utils::slurp_file($server->file('efm.plan'));
	unlink $server->state_file('calls');
	$server->plays("echo \$PPID \$2 >> '" . $server->state_file('calls') . "'\n$plan");
	return;
}

# A line for each call: the process of the backend, the cluster.
sub callers
{
	my ($server) = @_;
	open(my $file, '<', $server->state_file('calls')) or return;
	chomp(my @lines = <$file>);
	return @lines;
}

# The lines of the worker and of the history writer in the server log since the last time, without their times.
sub worker_log
{
	my ($server) = @_;
	return join "\n", $server->new_log =~ /LOG:  (efm_extension worker: [^\n]*)/g;
}

# Whether the history gets so many more collections within so many seconds.
sub history_grows
{
	my ($server, $count, $seconds, $database) = @_;
	my $sum = sub {
		return $server->node->safe_psql($database // 'postgres',
			'SELECT coalesce(sum(collections), 0) FROM efm_extension.efm_status_history');
	};
	my $before = $sum->();
	return eventually(sub { $sum->() >= $before + $count }, $seconds // 20);
}

1;
