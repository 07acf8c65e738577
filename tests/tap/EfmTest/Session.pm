# A session of psql that can be left waiting while the test does something else, and whose errors come back in parts.
# Not BackgroundPsql: that exists in some of the majors only, and shows neither the SQLSTATE nor a lost connection.
package EfmTest::Session;

use strict;
use warnings;

use IPC::Run    ();
use Time::HiRes qw(time);

# new(NODE, database => 'postgres', user => ..., host => ..., settings => {name => value}): connected when it returns.
sub new
{
	my ($class, $node, %options) = @_;
	my $self       = bless { in => '', out => '', err => '', number => 0 }, $class;
	my $connection = $node->connstr($options{database} // 'postgres');
	$connection .= " $_=$options{$_}" for grep { $options{$_} } qw(user host);
	local $ENV{PGOPTIONS} = join ' ', map { "-c $_=$options{settings}{$_}" } sort keys %{ $options{settings} // {} };
	$self->{psql} = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-q', '-v', 'VERBOSITY=verbose', '-d', $connection ],
		'<', \$self->{in}, '>', \$self->{out}, '2>', \$self->{err});
	my $result = $self->query('SELECT pg_backend_pid()');
	$self->{pid} = $result->{rows};
	die "no connection: $result->{errors}" unless ($self->{pid} // '') =~ /^\d+$/;
	return $self;
}

# The process of the backend.
sub pid { return $_[0]{pid}; }

# Begins a statement, or several, and does not wait.
sub send
{
	my ($self, $sql) = @_;
	$self->{number}++;
	$sql =~ s/[\s;]+\z//;
	$self->{out} = $self->{err} = '';
	$self->{in} .= "$sql;\n\\echo <end $self->{number}>\n\\warn <end $self->{number}>\n";
	$self->{psql}->pump_nb;
	return;
}

# Waits for the answer: a hash of `rows`, `errors` (all that psql said about errors and warnings), `error` (the first
# ERROR or FATAL, in parts) and `lost` (the connection has gone).
sub finish
{
	my ($self, $seconds) = @_;
	my $end  = time() + ($seconds // 60);
	my $last = "<end $self->{number}>\n";
	my $lost = 0;
	until ($self->{out} =~ /\Q$last\E\z/ && $self->{err} =~ /\Q$last\E/)
	{
		die "no answer from psql in time; so far: $self->{out}$self->{err}" if time() > $end;
		# Pumping a psql that has ended dies.
		last if $lost = !eval { $self->{psql}->pumpable && ($self->{psql}->pump_nb, 1) };
		select(undef, undef, undef, 0.001);
	}
	my ($rows, $errors) = ($self->{out}, $self->{err});
	s/\Q$last\E// for $rows, $errors;
	chomp $rows;
	return { rows => $rows, errors => $errors, error => _parts($errors), lost => $lost };
}

sub query
{
	my ($self, $sql, $seconds) = @_;
	$self->send($sql);
	return $self->finish($seconds);
}

# The same, and the time of the server's clock right before and right after it: psql asks for both in its own script, so
# nothing of the test's own slowness is in between.
sub send_timed
{
	my ($self, $sql) = @_;
	my $clock = q{SELECT '<at ' || extract(epoch FROM clock_timestamp()) || '>'};
	$self->send("$clock;\n$sql;\n$clock");
	return;
}

sub finish_timed
{
	my ($self, $seconds) = @_;
	my $result = $self->finish($seconds);
	my @clock;
	push @clock, $1 while $result->{rows} =~ s/^<at ([\d.]+)>\n?//m;
	@$result{qw(began ended)} = @clock;
	chomp $result->{rows};
	return $result;
}

# Ends psql, as a client that goes away without a word would.
sub disappear
{
	my ($self) = @_;
	$self->{psql}->kill_kill(grace => 0);
	return;
}

sub quit
{
	my ($self) = @_;
	eval { $self->{in} .= "\\q\n"; $self->{psql}->finish; };
	return;
}

# The parts of the first error in what psql printed with VERBOSITY=verbose.
sub _parts
{
	my ($errors) = @_;
	return {}
	  unless $errors =~
	  /^(?:psql:.*?: )?(ERROR|FATAL|PANIC):  (\w{5}): (.*?)(?=^(?:ERROR|FATAL|PANIC|WARNING|NOTICE):  |\z)/ms;
	my %error = (severity => $1, sqlstate => $2);
	my ($message, @rest) = split /^(DETAIL|HINT|QUERY|CONTEXT|LOCATION|LINE \d+|server closed):? */m, $3;
	($error{message} = $message) =~ s/\s+\z//;
	while (my ($field, $text) = splice @rest, 0, 2)
	{
		$text //= '';
		$text =~ s/\A +|\s+\z//g;
		$error{ lc $field } = $text;
	}
	return \%error;
}

1;
