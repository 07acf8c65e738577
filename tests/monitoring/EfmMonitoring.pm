# What the tests of the integrations share: a server with the extension on the fake EFM and a role for monitoring; the
# programs of others on private ports, stopped by their ids whatever becomes of the test; what they are asked and told.
# See README.md of this folder.
package EfmMonitoring;

use strict;
use warnings;

use EfmTest;
use Exporter  qw(import);
use Fcntl     ();
use File::Temp ();
use HTTP::Tiny;
use IO::Socket::INET;
use JSON::PP ();
use POSIX    ();
use PostgreSQL::Test::Utils ();
use Test::More;
use Time::HiRes qw(sleep time);

our @EXPORT = qw(
  adapted begin_program end_program free_port http_get integration json_of metrics_of monitored_server output_of samples_of
  sql text_of wait_until zabbix_get
);

# How long anything may take that another program does; it is over within a second or two.
use constant DEADLINE => 30;

our $directory = File::Temp->newdir('efm_monitoring_XXXXXXXX', DIR => $ENV{TMPDIR} // '/tmp', CLEANUP => 1);

# ---- The files under test --------------------------------------------------------------------------------------------

# The contents of a file of extension/integrations.
sub integration
{
	my ($name) = @_;
	my $from = $ENV{EFM_TEST_INTEGRATIONS} or die "EFM_TEST_INTEGRATIONS is not set: see README.md";
	return PostgreSQL::Test::Utils::slurp_file("$from/$name");
}

# Writes a file of extension/integrations into the directory of the test, with the places changed that a user would
# change: pairs of a text and what stands there instead. A text that is not there is an error.
sub adapted
{
	my ($name, @changes) = @_;
	my $text = integration($name);
	while (my ($old, $new) = splice(@changes, 0, 2))
	{
		$text =~ s/\Q$old\E/$new/g or die "$name does not have: $old";
	}
	return text_file($name =~ s{.*/}{}r, $text);
}

sub text_file
{
	my ($name, $text) = @_;
	open(my $file, '>:raw', "$directory/$name") or die "cannot write $directory/$name: $!";
	print $file $text;
	close $file or die "cannot write $directory/$name: $!";
	return "$directory/$name";
}

# ---- The server ------------------------------------------------------------------------------------------------------

# monitored_server(NAME, settings): a running server whose extension plays the scenario that the test gives it with
# plays_scenario(); it can be reached over TCP on 127.0.0.1, and `monitoring` is a role that has been given access to
# monitoring, and nothing else.
sub monitored_server
{
	my ($name, %settings) = @_;
	my $server = EfmTest::Server->start(
		$name,
		settings => { listen_addresses => '127.0.0.1', 'efm.backend' => 'mock', 'efm.cache_ttl' => '1s', %settings },
		without_extension => 1);
	# The file is there when somebody asks first.
	my $scenario = $server->plays_scenario('healthy');
	$server->node->append_conf('postgresql.conf', "efm.mock_scenario = '$scenario'");
	$server->node->restart;
	$server->node->safe_psql('postgres', 'CREATE EXTENSION efm_extension; CREATE ROLE monitoring LOGIN');
	is(sql($server, "SELECT efm_extension.grant_access_to_user('monitoring')", 'postgres'), 't', 'access was granted');
	return $server;
}

# The only value that a statement returns, to `monitoring` or another role.
sub sql
{
	my ($server, $statement, $role) = @_;
	return $server->node->safe_psql('postgres', $statement, extra_params => [ '-U', $role // 'monitoring' ]);
}

sub text_of { return sql($_[0], 'SELECT efm_extension.efm_metrics_text()'); }

# ---- Metrics ---------------------------------------------------------------------------------------------------------

# Name and labels in one text, the labels sorted; empty ones are none.
sub series
{
	my ($name, $labels) = @_;
	return "$name\{" . join(',', map { "$_=$labels->{$_}" } grep { $labels->{$_} ne '' } sort keys %$labels) . '}';
}

# Every row of the view, series => value.
sub metrics_of
{
	my ($server) = @_;
	my $rows = JSON::PP::decode_json(sql($server, 'SELECT jsonb_agg(m) FROM efm_extension.efm_metrics m'));
	return { map { series(@$_{qw(metric_name labels)}) => $_->{value} } @$rows };
}

# Every sample of the text format of Prometheus: a list of { name, labels, value }.
sub samples_of
{
	my ($text) = @_;
	my @samples;
	for my $line (grep { $_ ne '' and !/^#/ } split /\n/, $text)
	{
		$line =~ /^(\w+)(?:\{(.*)\})? (\S+)$/ or die "no sample: $line";
		my ($name, $inner, $value) = ($1, $2 // '', $3);
		my %labels;
		$labels{$1} = $2 =~ s/\\(.)/$1 eq 'n' ? "\n" : $1/ger while $inner =~ /\G(\w+)="((?:[^"\\]|\\.)*)",?/gc;
		push @samples, { name => $name, labels => \%labels, value => $value };
	}
	return @samples;
}

# ---- Programs of others ----------------------------------------------------------------------------------------------

my %running;

# begin_program(NAME, environment, program, arguments...): started with its output in the log of that name. It ends with
# the test, also when that is killed.
sub begin_program
{
	my ($name, $environment, @command) = @_;
	my $log = "$PostgreSQL::Test::Utils::log_path/$name.log";
	my $pid = fork // die "cannot fork: $!";
	if ($pid == 0)
	{
		open(STDIN,  '<', '/dev/null') && open(STDOUT, '>', $log) && open(STDERR, '>&', \*STDOUT) or POSIX::_exit(126);
		%ENV = (%ENV, %$environment);
		exec('setpriv', '--pdeathsig', 'TERM', '--', @command) or POSIX::_exit(127);
	}
	$running{$name} = $pid;
	return;
}

# Whether it could be stopped in time with TERM. Called with no name for all.
sub end_program
{
	my @names = @_ ? @_ : keys %running;
	my $well  = 1;
	for my $pid (delete @running{@names})
	{
		kill 'TERM', $pid;
		next if eventually(sub { waitpid($pid, POSIX::WNOHANG()) != 0 }, 10);
		$well = 0;
		kill 'KILL', $pid;
		waitpid $pid, 0;
	}
	return $well;
}

END
{
	my $status = $?;
	end_program();
	$? = $status;
}

# Waits for a condition, and is a test: the name says what must come true. The second value of the condition is told
# when it does not.
sub wait_until
{
	my ($name, $condition, $seconds) = @_;
	my $end = time() + ($seconds // DEADLINE);
	my ($well, $seen);
	until ($well)
	{
		($well, $seen) = $condition->();
		last if $well or time() > $end;
		for my $program (sort keys %running)
		{
			next if waitpid($running{$program}, POSIX::WNOHANG()) == 0;
			delete $running{$program};
			diag("$program has ended with status $?");
			$end = 0;
		}
		sleep 0.1;
	}
	ok($well, $name) or diag('waited in vain; last seen: ', explain($seen));
	return $well;
}

# A port on 127.0.0.1 that nobody uses. Below 32768, because the Zabbix agent takes no others.
my $port = 20000 + $$ % 10000;

sub free_port
{
	while (1)
	{
		$port = 20000 + ($port - 19999) % 12000;
		return $port if IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 1, ReuseAddr => 1);
	}
}

# What a page says; nothing when it cannot be had.
sub http_get
{
	my ($url) = @_;
	my $answer = HTTP::Tiny->new(timeout => DEADLINE)->get($url);
	return $answer->{success} ? $answer->{content} : undef;
}

# What a page says, from JSON; an empty object when it cannot be had.
sub json_of
{
	my ($url) = @_;
	return JSON::PP::decode_json(http_get($url) // '{}');
}

# The value of a key, as the Zabbix server gets it from an agent: a header, the length, the text.
sub zabbix_get
{
	my ($to, $key) = @_;
	my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $to, Timeout => DEADLINE) or return undef;
	local $SIG{ALRM} = sub { die "the agent says nothing about $key\n" };
	alarm DEADLINE;
	print $socket "ZBXD\1", pack('VV', length $key, 0), $key;
	$socket->flush;
	my $answer = do { local $/; <$socket> };
	alarm 0;
	return undef if length $answer < 13;
	my ($magic, $flags, $length) = unpack('a4CV', $answer);
	die "no answer of an agent: $answer" if $magic ne 'ZBXD' or $flags != 1 or length $answer != 13 + $length;
	my $value = substr($answer, 13);
	die "the agent does not answer $key: " . substr($value, 17) if $value =~ /^ZBX_NOTSUPPORTED\0/;
	return $value;
}

# Runs a program to its end: its status, and what it says on both streams.
sub output_of
{
	my ($input, @command) = @_;
	my $output = '';
	IPC::Run::run(\@command, '<', \$input, '>', \$output, '2>&1', IPC::Run::timeout(DEADLINE));
	return ($? >> 8, $output);
}

1;
