# A private server with the extension, and a program of its own that plays `efm`: a shell script that does what the test
# has written down for the next calls. Everything lies in one directory below TMPDIR that the user of sudo can enter.
# The name of that directory is the mark of every process that a call starts.
package EfmTest::Server;

use strict;
use warnings;

use EfmTest::Session;
use File::Basename qw(basename);
use File::Temp     ();
use JSON::PP       ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils ();

# start(NAME, settings => {...}, environment => {...}, preload => 0): a running server with the extension in database
# `postgres`. `settings` go into postgresql.conf; `environment` is set for the server alone; `node` are options of
# PostgreSQL::Test::Cluster->new.
sub start
{
	my ($class, $name, %options) = @_;
	# Programs and servers run with their own rights to it: others may enter and read.
	my $directory = File::Temp->newdir('efm_tap_XXXXXXXX', DIR => $ENV{TMPDIR} // '/tmp', CLEANUP => 1);
	chmod 0755, $directory or die "cannot open up $directory: $!";
	my $self = bless { directory => $directory, settings => {} }, $class;
	mkdir $self->file('state') or die "cannot make a directory for state: $!";
	chmod 01777, $self->file('state');
	$self->write('efm', "#!/bin/sh\n. \"\$0.plan\"\n", 0755);
	$self->plays('exit 0');
	# The test cannot signal what runs as the user of sudo, so it asks sudo to run this.
	$self->write('end', "#!/bin/sh\nexec kill -KILL \"\$@\"\n", 0755);

	$self->{node} = PostgreSQL::Test::Cluster->new($name, %{ $options{node} // {} });
	$self->{node}->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
	my %settings = (
		log_statement => 'none',
		lc_messages   => 'C',
		($options{preload} // 1) ? (shared_preload_libraries => 'efm_extension') : (),
		'efm.backend'             => 'direct',
		'efm.cluster_name'        => 'efm',
		'efm.command_path'        => $self->file('efm'),
		'efm.sudo_user'           => $ENV{EFM_TEST_SUDO_USER} // 'efm',
		'efm.properties_location' => "$directory",
		# Whatever the machine has in its environment is not to matter here.
		'efm.java_home' => '',
		%{ $options{settings} // {} });
	$self->{node}->append_conf('postgresql.conf', "$_ = '$settings{$_}'") for sort keys %settings;
	$self->{environment} = $options{environment} // {};
	$self->begin;
	$self->{node}->safe_psql('postgres', 'CREATE EXTENSION efm_extension') unless $options{without_extension};
	return $self;
}

# Starts the server (again).
sub begin
{
	my ($self) = @_;
	local %ENV = (%ENV, %{ $self->{environment} });
	$self->{node}->start;
	return;
}

sub node { return $_[0]{node}; }
sub mark { return basename("$_[0]{directory}"); }
sub file { return "$_[0]{directory}/$_[1]"; }

# A file that a program of any user may make and the test may remove.
sub state_file { return "$_[0]{directory}/state/$_[1]"; }

sub write
{
	my ($self, $name, $contents, $mode) = @_;
	my $file = $self->file($name);
	# Written beside and renamed: a program that runs right now never sees half of it.
	open(my $handle, '>:raw', "$file.new") or die "cannot write $file: $!";
	print $handle $contents;
	close $handle or die "cannot write $file: $!";
	chmod $mode // 0644, "$file.new";
	rename "$file.new", $file or die "cannot write $file: $!";
	return $file;
}

# What the program does from now on, in the language of sh. $1 is the subcommand, $2 the cluster, then the arguments.
sub plays
{
	my ($self, $script) = @_;
	$self->write('efm.plan', "$script\n");
	return;
}

# What the chameleon of tests/support is to be called with, marked: a line of shell.
sub chameleon
{
	my ($self, @words) = @_;
	return
	  join(' ', map { "'" . s/'/'\\''/gr . "'" } "$ENV{EFM_TEST_PROGRAM_DIR}/chameleon", 'mark=' . $self->mark, @words);
}

# From now on the program is the fake EFM with one of the scenarios of mocks/scenarios, and further keys; the file of the
# scenario (for the backend mock) comes back. The cluster begins anew.
sub plays_scenario
{
	my ($self, $name, %keys) = @_;
	my $scenario = JSON::PP::decode_json(PostgreSQL::Test::Utils::slurp_file("$ENV{EFM_TEST_SCENARIOS}/$name.json"));
	my $file     = $self->write('scenario.json',
		JSON::PP->new->canonical->encode({ %$scenario, state_file => 'state/cluster', %keys }));
	unlink $self->state_file('cluster');
	$self->plays("exec '$ENV{EFM_TEST_MOCK_EFM}' --scenario '$file' \"\$@\"");
	return $file;
}

sub session
{
	my ($self, %options) = @_;
	return EfmTest::Session->new($self->{node}, %options);
}

# One statement in a session of its own.
sub query
{
	my ($self, $sql, %options) = @_;
	my $session = $self->session(%options);
	my $result  = $session->query($sql);
	$session->quit;
	return $result;
}

# Ends processes by their ids, those of the sudo user through sudo.
sub end_processes
{
	my ($self, @pids) = @_;
	for my $pid (@pids)
	{
		next if kill('KILL', $pid) or !-d "/proc/$pid";
		system('sudo', '-n', '-u', $ENV{EFM_TEST_SUDO_USER}, $self->file('end'), $pid);
	}
	return;
}

# What the server has logged since the last time this was asked.
sub new_log
{
	my ($self) = @_;
	my $log    = PostgreSQL::Test::Utils::slurp_file($self->{node}->logfile);
	my $new    = substr($log, $self->{log_read} // 0);
	$self->{log_read} = length $log;
	return $new;
}

1;
