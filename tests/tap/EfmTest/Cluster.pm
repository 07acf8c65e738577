# Real PostgreSQL servers with streaming replication, a scenario that names them, and the agent of mock-efm that makes
# them a cluster of EFM. Everything lies in one private directory, sockets too: no network is listened on. The agent and
# every server are stopped with the object.
package EfmTest::Cluster;

use strict;
use warnings;

use File::Temp   ();
use IPC::Run     ();
use JSON::PP     ();
use Scalar::Util ();
use Time::HiRes qw(time);

# A test that dies leaves its objects to the end of perl, when nothing can be relied on any more.
my %alive;

END
{
	$_->end for grep { defined } values %alive;
}

# new(nodes => 3, settings => {...}, scenario => {...}, extension => {...}): node 1 is the primary, the others stream from
# it. `settings` go into every server's configuration, `scenario` into the scenario. With `extension` every server preloads
# efm_extension, with these settings too, and calls a program `efm` of its own, that is on the server's node. The agent is
# not started yet, and the extension not created.
sub new
{
	my ($class, %options) = @_;
	my $parent    = $ENV{TMPDIR} // '/tmp';
	my $directory = File::Temp->newdir('efm_cluster_XXXXXXXX', DIR => $parent, CLEANUP => 1);
	my $self      = bless {
		directory => $directory,
		size      => $options{nodes}    // 3,
		settings  => $options{settings} // {},
		extension => $options{extension},
		owner     => $$,
	}, $class;
	my $pg_config = $ENV{PG_CONFIG} // 'pg_config';
	chomp(my $binaries = $ENV{PG_BIN} // qx('$pg_config' --bindir));
	$self->{binaries} = $binaries;
	# Ended from outside: END stops what runs.
	$SIG{TERM} //= sub { exit 143 };
	Scalar::Util::weaken($alive{ Scalar::Util::refaddr($self) } = $self);
	mkdir $self->sockets, 0700 or die 'cannot make ' . $self->sockets . ": $!";
	$self->_write_scenario($options{scenario} // {});
	$self->_make_program($_) for $self->{extension} ? 1 .. $self->{size} : ();
	$self->_make_primary;
	$self->_make_standby($_) for 2 .. $self->{size};
	return $self;
}

# Stops everything, whatever runs of it.
sub end
{
	my ($self) = @_;
	return if $self->{owner} != $$ or $self->{has_ended}++;
	local ($?, $@, $!);
	$self->stop_agent;
	$self->stop($_, 'immediate') for 1 .. $self->{size};
	return;
}

sub DESTROY { $_[0]->end; return; }

# ---- Where things are ------------------------------------------------------------------------------------------------

sub size          { return $_[0]{size}; }
sub directory     { return "$_[0]{directory}"; }
sub sockets       { return "$_[0]{directory}/s"; }
sub data          { return "$_[0]{directory}/node$_[1]"; }
sub port          { return 5430 + $_[1]; }
sub scenario_file { return "$_[0]{directory}/cluster.json"; }
sub state_file    { return "$_[0]{directory}/cluster.state"; }
sub log_file      { return "$_[0]{directory}/node$_[1].log"; }
sub agent_log     { return "$_[0]{directory}/agent.log"; }
sub efm_program   { return "$_[0]{directory}/efm$_[1]/efm"; }

# Nodes are numbered from 1; EFM knows them by addresses that are only names here.
sub address { return "192.0.2.$_[1]"; }
sub number  { return $_[1] =~ /\.(\d+)\z/ ? $1 : die "no address of this cluster: $_[1]"; }

sub connection
{
	my ($self, $number) = @_;
	return 'host=' . $self->sockets . ' port=' . $self->port($number) . ' user=postgres dbname=postgres';
}

# A node as EfmTest::Session takes one.
sub node
{
	my ($self, $number) = @_;
	return bless { connection => $self->connection($number) }, 'EfmTest::Cluster::Node';
}

sub EfmTest::Cluster::Node::connstr { return "$_[0]{connection} dbname=$_[1]"; }

# A connection string that leads to whichever node is the primary.
sub connection_to_primary
{
	my ($self) = @_;
	my @numbers = 1 .. $self->{size};
	return
		'host='
	  . join(',', map { $self->sockets } @numbers)
	  . ' port='
	  . join(',', map { $self->port($_) } @numbers)
	  . ' user=postgres dbname=postgres target_session_attrs=read-write connect_timeout=2';
}

sub program { return "$_[0]{binaries}/$_[1]"; }

# What starts a psql that prints bare values and gives up at the first error.
sub psql_words
{
	my ($self, $connection) = @_;
	return ($self->program('psql'), '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', $connection);
}

# ---- Servers ---------------------------------------------------------------------------------------------------------

# Runs a program, and dies with what it has said when it fails.
sub run
{
	my ($self, @words) = @_;
	my $said = '';
	IPC::Run::run(\@words, '<', \undef, '>', \$said, '2>&1') or die "@words:\n$said";
	return $said;
}

sub start
{
	my ($self, $number) = @_;
	eval {
		$self->run($self->program('pg_ctl'),
			'start', '-w', '-s', '-D', $self->data($number), '-l', $self->log_file($number));
		1;
	} or die $@ . substr(contents($self->log_file($number)), -1000);
	return;
}

# Stops a server that runs, as somebody would who knows of no EFM.
sub stop
{
	my ($self, $number, $mode) = @_;
	return unless -e $self->data($number) . '/postmaster.pid';
	my $said = '';
	return IPC::Run::run([ $self->program('pg_ctl'), 'stop', '-w', '-s', '-m', $mode // 'fast', '-D', $self->data($number) ],
		'<', \undef, '>', \$said, '2>&1');
}

# The process id of a server's postmaster.
sub postmaster
{
	my ($self, $number) = @_;
	open(my $file, '<', $self->data($number) . '/postmaster.pid') or return;
	chomp(my $pid = <$file> // '');
	return $pid;
}

# Kills a postmaster outright: its other processes end when they notice.
sub kill_postmaster
{
	my ($self, $number) = @_;
	my $pid = $self->postmaster($number) or die "node $number does not run";
	kill('KILL', $pid) == 1 or die "cannot kill process $pid: $!";
	return;
}

# Removes the lock files of a server whose postmaster was killed: where nobody reaps it, as in many containers, its
# process id stays taken.
sub remove_locks
{
	my ($self, $number) = @_;
	unlink $self->data($number) . '/postmaster.pid', $self->sockets . '/.s.PGSQL.' . $self->port($number) . '.lock';
	return;
}

# What a statement answers on a node (a number, or a connection string): values, one row a line. Nothing when it fails;
# the error is in `sql_error` then.
sub sql
{
	my ($self, $where, $statement) = @_;
	my $connection = $where =~ /=/ ? $where : $self->connection($where);
	my ($said, $error) = ('', '');
	my $worked = IPC::Run::run([ $self->psql_words($connection), '-c', $statement ],
		'<', \undef, '>', \$said, '2>', \$error);
	$self->{sql_error} = $error;
	chomp $said;
	return $worked ? $said : undef;
}

sub sql_error { return $_[0]{sql_error}; }

# Whether the server of a node answers as a standby ('standby'), a primary ('primary'), or not ('gone').
sub server_role
{
	my ($self, $number) = @_;
	my $in_recovery = $self->sql($number, 'SELECT pg_is_in_recovery()') // 'gone';
	return { t => 'standby', f => 'primary' }->{$in_recovery} // 'gone';
}

# Where the server of a node is in the WAL: what a primary has written, what a standby has replayed.
sub location
{
	my ($self, $number) = @_;
	return $self->sql($number,
		'SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END');
}

sub _settings
{
	my ($self, $number) = @_;
	my %settings = (
		listen_addresses        => '',
		unix_socket_directories => $self->sockets,
		port                    => $self->port($number),
		wal_level               => 'replica',
		max_wal_senders         => 10,
		wal_keep_size           => '128MB',
		hot_standby             => 'on',
		shared_buffers          => '16MB',
		fsync                   => 'off',
		lc_messages             => 'C',
		log_line_prefix         => '%m [%p] %q%a ',
		log_statement           => 'ddl',
		$self->_extension_settings($number),
		%{ $self->{settings} });
	return map { "$_ = '" . $settings{$_} =~ s/'/''/gr . "'\n" } sort keys %settings;
}

sub _extension_settings
{
	my ($self, $number) = @_;
	return () unless $self->{extension};
	return (
		shared_preload_libraries => 'efm_extension',
		'efm.backend'            => 'direct',
		'efm.cluster_name'       => 'efm',
		'efm.command_path'       => $self->efm_program($number),
		%{ $self->{extension} });
}

sub _configure
{
	my ($self, $number) = @_;
	$self->_write($self->data($number) . '/node.conf', $self->_settings($number));
	return;
}

sub _make_primary
{
	my ($self) = @_;
	$self->run($self->program('initdb'), '-D', $self->data(1), '--username=postgres', '--auth=trust', '--encoding=UTF8',
		'--locale=C', '--no-sync', '--no-instructions', '--data-checksums');
	open(my $file, '>>', $self->data(1) . '/postgresql.conf') or die "cannot write postgresql.conf: $!";
	print $file "include = 'node.conf'\n";
	close $file or die "cannot write postgresql.conf: $!";
	$self->_configure(1);
	$self->start(1);
	return;
}

sub _make_standby
{
	my ($self, $number) = @_;
	$self->run($self->program('pg_basebackup'), '-D', $self->data($number), '-d', $self->connection(1), '-R', '-X',
		'stream', '-c', 'fast', '--no-sync');
	$self->_configure($number);
	$self->start($number);
	return;
}

sub _write
{
	my ($self, $name, @lines) = @_;
	open(my $file, '>', $name) or die "cannot write $name: $!";
	print $file @lines;
	close $file or die "cannot write $name: $!";
	return;
}

# ---- EFM -------------------------------------------------------------------------------------------------------------

sub _write_scenario
{
	my ($self, $keys) = @_;
	my @nodes = map {
		{
			address => $self->address($_),
			role    => $_ == 1 ? 'Primary' : 'Standby',
			server  => {
				connection     => $self->connection($_),
				data_directory => $self->data($_),
				binaries       => $self->{binaries}
			}
		}
	} 1 .. $self->{size};
	my %scenario = (
		description     => 'Real servers of a test.',
		efm_version     => '5.0',
		vip             => '192.0.2.100',
		local_period_ms => 50,
		state_file      => 'cluster.state',
		nodes           => \@nodes,
		%$keys);
	$self->_write($self->scenario_file, JSON::PP->new->canonical->pretty->encode(\%scenario));
	$self->{scenario} = \%scenario;
	return;
}

# The program `efm` of a node: a link with a scenario beside it. The same cluster, seen from there.
sub _make_program
{
	my ($self, $number) = @_;
	my $program = $self->efm_program($number);
	mkdir $program =~ s{/efm\z}{}r or die "cannot make the directory of $program: $!";
	symlink $ENV{EFM_TEST_MOCK_EFM}, $program or die "cannot make $program: $!";
	my %scenario = (%{ $self->{scenario} }, local_node => $self->address($number), state_file => $self->state_file);
	$self->_write("$program.json", JSON::PP->new->canonical->pretty->encode(\%scenario));
	return;
}

# Runs efm: { status, out, err, seconds }. Answers to its questions may be given: efm(['promote', 'efm'], "y\n").
sub efm
{
	my ($self, $words, $input, @options) = @_;
	my %result = (out => '', err => '');
	my $start  = time();
	$input //= '';
	local $SIG{PIPE} = 'IGNORE';
	IPC::Run::run([ $ENV{EFM_TEST_MOCK_EFM} // 'mock-efm', '--scenario', $self->scenario_file, @options, @$words ],
		'<', \$input, '>', \$result{out}, '2>', \$result{err});
	$result{status}  = $? >> 8;
	$result{seconds} = time() - $start;
	return \%result;
}

# efm, called on a node.
sub efm_on
{
	my ($self, $number, $words, $input) = @_;
	return $self->efm($words, $input, '--node', $self->address($number));
}

# cluster-status-json, decoded, with the exit status beside it; nothing when it was no status.
sub status
{
	my ($self) = @_;
	my $said   = $self->efm([ 'cluster-status-json', 'efm' ]);
	my $status = eval { JSON::PP::decode_json($said->{out}) } or return;
	return { %$status, exit_status => $said->{status} };
}

# Starts the agent, and waits until it has looked at the servers.
sub start_agent
{
	my ($self) = @_;
	unlink $self->agent_log;
	$self->{agent} = IPC::Run::start(
		[ $ENV{EFM_TEST_MOCK_EFM} // 'mock-efm', 'agent', '--scenario', $self->scenario_file ],
		'<', \undef, '>>', $self->agent_log, '2>&1');
	my $end = time() + 20;
	until (contents($self->agent_log) =~ /The agents run/)
	{
		die 'the agent does not start: ' . contents($self->agent_log)
		  if time() > $end or !$self->{agent}->pumpable && !kill(0, $self->agent_process);
		select(undef, undef, undef, 0.02);
	}
	return;
}

sub agent_process
{
	my ($self) = @_;
	return $self->{agent}{KIDS}[0]{PID};
}

# Ends the agent; its exit status.
sub stop_agent
{
	my ($self, $signal) = @_;
	my $agent = delete $self->{agent} or return;
	$agent->signal($signal // 'TERM');
	# A test may have stopped it.
	$agent->signal('CONT');
	$agent->finish;
	return $? >> 8;
}

# What the agent has said so far.
sub agent_says { return contents($_[0]->agent_log); }

# Whether a condition comes true within so many seconds.
sub eventually
{
	my ($self, $condition, $seconds) = @_;
	my $end = time() + ($seconds // 30);
	until ($condition->())
	{
		return 0 if time() > $end;
		select(undef, undef, undef, 0.02);
	}
	return 1;
}

# Everything that a node's server has logged: of those that the agent has started it is in another file.
sub log_of
{
	my ($self, $number) = @_;
	return contents($self->log_file($number)) . contents($self->state_file . '.' . $self->address($number) . '.log');
}

sub contents
{
	my ($name) = @_;
	open(my $file, '<', $name) or return '';
	local $/;
	return <$file> // '';
}

1;
