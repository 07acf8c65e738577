# The body of outcomes_direct.pl and outcomes_sudo.pl: what goes wrong with a command that did start, and goes wrong in
# the same way on every backend that runs a program.
package EfmTest::Outcomes;

use strict;
use warnings;

use EfmTest;
use Test::More;
use Time::HiRes ();

my $status = q{SELECT string_agg(line, E'\n') FROM efm_extension.efm_cluster_status('json') line};
my $resume = 'SELECT efm_extension.efm_resume_monitoring()';

# A server, and the functions of a site of its own: one for each return type that output comes back in.
sub server
{
	my ($backend) = @_;
	my $server = EfmTest::Server->start("outcomes_$backend", settings => { 'efm.backend' => $backend });
	$server->node->safe_psql('postgres', <<'EOQ');
CREATE SCHEMA site;
CREATE FUNCTION site.words() RETURNS text LANGUAGE plefm AS 'resume {cluster}';
CREATE FUNCTION site.lines() RETURNS SETOF text LANGUAGE plefm AS 'resume {cluster}';
CREATE FUNCTION site.as_json() RETURNS json LANGUAGE plefm AS 'resume {cluster}';
CREATE FUNCTION site.as_jsonb() RETURNS jsonb LANGUAGE plefm AS 'resume {cluster}';
CREATE FUNCTION site.everything() RETURNS efm_extension.efm_command_result LANGUAGE plefm AS 'resume {cluster}';
CREATE TABLE site.stored (value text);
EOQ
	return $server;
}

# After each failure: nothing of the call is left, and the session goes on.
sub goes_on
{
	my ($server, $session, $name) = @_;
	nothing_left($server, $session->pid, $name);
	is_well($session->query('SELECT 1'), "$name: the session goes on", 1);
	return;
}

sub fails
{
	my ($server, $session, $sql, $sqlstate, $name, %expected) = @_;
	is_failure($session->query($sql), $sqlstate, $name, %expected);
	goes_on($server, $session, $name);
	return;
}

sub floods
{
	my ($server, $session) = @_;
	my $hundred = 100 * 1024 * 1024;
	my $before  = descriptors($session->pid);
	$session->query("SET efm.max_output = '1 MB'");
	$server->plays('exec ' . $server->chameleon("flood-out=$hundred"));
	fails(
		$server, $session, 'SELECT site.words()', '54000', '100 MB of output',
		message => 'efm "resume" failed: output is too large (more than 1 MB)',
		hint    => qr/Raise the setting efm\.max_output/);
	$server->plays('exec ' . $server->chameleon('out=exact', 'flood-out=' . (1024 * 1024 - 5)));
	is_well($session->query('SELECT octet_length(site.words())'), 'just as much as is allowed',
		qr/^1048576$|^1048575$/);
	$server->plays('exec ' . $server->chameleon('out=too much', 'flood-out=' . (1024 * 1024)));
	fails($server, $session, 'SELECT site.words()', '54000', 'a few bytes more than is allowed');

	$server->plays('exec ' . $server->chameleon("flood-err=$hundred", 'out=small'));
	my $resident = resident_kilobytes($session->pid);
	is_well($session->query('SELECT site.words()'), '100 MB on standard error with a small answer', 'small');
	cmp_ok(resident_kilobytes($session->pid) - $resident, '<', 4096, '100 MB on standard error: none of it is kept');

	$session->query("SET efm.max_output = '128 MB'");
	$server->plays('exec ' . $server->chameleon("flood-out=$hundred"));
	my $start = Time::HiRes::time();
	is_well(
		$session->query('SELECT octet_length(site.words())'),
		'100 MB of output where that is allowed',
		qr/^1048575\d\d$|^1048576\d\d$/);
	measured('100 MB of output, read and counted', Time::HiRes::time() - $start);
	my $kept = resident_kilobytes($session->pid) - $resident;
	note("memory before 100 MB of output: $resident kB, after: $kept kB more");
	cmp_ok($kept, '<', 16 * 1024, '100 MB of output: the memory comes back');
	$session->query('RESET efm.max_output');
	is(descriptors($session->pid), $before, 'as many descriptors as before');
	goes_on($server, $session, 'floods');
	return;
}

sub bad_bytes
{
	my ($server, $session) = @_;
	my %output = ('bytes that are not UTF-8' => '6f6bff00fe', 'a NUL' => '6f6b006f6b', 'half a character' => '6f6bc3');
	for my $kind (sort keys %output)
	{
		$server->plays('exec ' . $server->chameleon("out-hex=$output{$kind}"));
		for my $function (qw(words lines as_json as_jsonb))
		{
			fails(
				$server, $session, "INSERT INTO site.stored SELECT value::text FROM site.$function() value", '22021',
				"$kind, $function",
				message => qr/^output of efm "resume" is not valid text in the server encoding "UTF8"$/,
				detail  => qr/number 3/);
		}
		fails($server, $session, 'INSERT INTO site.stored SELECT output FROM site.everything()',
			'22021', "$kind, composite");
		fails($server, $session, "INSERT INTO site.stored SELECT efm_extension.efm_cluster_status('text')",
			'22021', "$kind, efm_cluster_status");
		# The same on standard error is only quoted, and never refused.
		$server->plays('exec ' . $server->chameleon("err-hex=$output{$kind}", 'exit=1'));
		fails($server, $session, $resume, '38000', "$kind on standard error", detail => qr/Exit status 1: ok\\x/);
		is_well($session->query('SELECT errors FROM site.everything()'),
			"$kind on standard error, composite", qr/^ok\\x/);
	}
	is_well($session->query('SELECT count(*) FROM site.stored'), 'nothing was stored', 0);
	return;
}

sub broken_json
{
	my ($server, $session) = @_;
	$server->plays_scenario('truncated-json');
	fails($server, $session, $status, '38000', 'half an object and exit status 1', detail => qr/^Exit status 1/);
	$server->plays_scenario('truncated-json', faults => [ { cut_at => 200, exit_status => 0 } ]);
	fails(
		$server, $session, $status, '22P02',
		'half an object and exit status 0',
		message => 'efm "cluster-status-json" failed: output is not the JSON that it promises');
	$server->plays('printf %s \'{"a": [1, 2\'');
	fails($server, $session, "SELECT site.$_()", '22P02', "half an object, $_") for qw(as_json as_jsonb);
	$server->plays('printf %s "no JSON at all"');
	fails($server, $session, "SELECT site.$_()", '22P02', "no JSON, $_") for qw(as_json as_jsonb);
	$server->plays('exit 0');
	fails($server, $session, $status, '22P02', 'no output at all', detail => qr/nothing was printed/);

	$server->plays_scenario('noise-before-json');
	is_well($session->query("SELECT (($status)::jsonb -> 'nodes' ? '10.0.0.3')"),
		'lines of a launcher before the JSON', 't');
	return;
}

# By the table of design section 6; what is documented is only that non-zero is a failure.
sub exit_statuses
{
	my ($server, $session) = @_;
	my %known = (
		2   => 'F0000',
		3   => '08006',
		4   => '55000',
		5   => '42501',
		10  => '08006',
		20  => '55P03',
		126 => '58P01',
		127 => '58P01');
	for my $number (1 .. 20, 126, 127, 255)
	{
		$server->plays("echo 'all is done'; echo 'what went wrong' >&2; exit $number");
		is_failure(
			$session->query($resume), $known{$number} // '38000', "exit status $number",
			message => qr/^efm "resume" failed: /,
			detail  => qr/^Exit status $number: what went wrong$/);
	}
	is_well(
		$session->query('SELECT outcome, exit_status, sqlstate, output, errors, message FROM site.everything()'),
		'the type efm_command_result tells of a failure and raises none',
		"exited|255|38000|all is done\n|what went wrong\n|efm \"resume\" failed: exit status 255");
	goes_on($server, $session, 'exit statuses');
	return;
}

sub ends_badly
{
	my ($server, $session) = @_;
	for my $signal ([ SEGV => 11 ], [ KILL => 9 ], [ ABRT => 6 ], [ TERM => 15 ])
	{
		my ($name, $number) = @$signal;
		$server->plays('exec ' . $server->chameleon('err=last words', "raise=$name"));
		fails(
			$server, $session, $resume, '58000', "killed by SIG$name",
			message => qr/^efm "resume" failed: terminated by (a )?signal $number \(/,
			detail  => qr/last words/);
	}
	$session->query("SET efm.command_timeout = '200 ms'");
	$server->plays('exec ' . $server->chameleon('out=half a li', 'hang'));
	fails(
		$server, $session, $status, '57014', 'hangs',
		message => 'efm "cluster-status-json" failed: timed out after 200 ms',
		detail  => qr/half a li/,
		hint    => 'Raise the setting efm.command_timeout if the command needs longer.');
	$session->query('RESET efm.command_timeout');
	return;
}

# The texts of efm that are known, from the fake EFM.
sub known_texts
{
	my ($server, $session, $backend) = @_;
	my $user = $backend eq 'sudo' ? $ENV{EFM_TEST_SUDO_USER} : getpwuid($>);
	$server->plays_scenario('agent-not-running');
	fails(
		$server, $session, $_, '08006', "the agent does not run: $_",
		message => qr/local agent is not running$/,
		hint    => 'Start the EFM agent on this host.') for $resume, $status;
	$server->plays_scenario('not-authorised');
	fails($server, $session, $resume, '42501', 'not authorised', hint => qr/"\Q$user\E".* group "efm"/);
	$server->plays_scenario('no-java');
	fails(
		$server, $session, $status, 'F0000', 'no Java',
		message => qr/no Java runtime was found$/,
		hint    => qr/efm\.java_home/);
	$server->plays_scenario('promotion-needs-force');
	fails(
		$server, $session, 'SELECT efm_extension.efm_failover()', '55000', 'a question about data loss',
		message => qr/question/,
		detail  => qr/\[y\/N\]/,
		hint    => qr/lose data/);
	$server->plays_scenario('unknown-question');
	fails(
		$server, $session, 'SELECT efm_extension.efm_failover()',
		'55000',
		'a question that nobody knows',
		detail => qr/The moon is full/);
	$server->plays_scenario('healthy');
	is_well($session->query('SELECT efm_extension.efm_switchover()'), 'a routine question is answered', 0);
	$server->plays_scenario('no-standby');
	is_well($session->query("SELECT ($status)::jsonb -> 'nodes' ? '10.0.0.1'"),
		'an unhealthy cluster is an answer', 't');
	return;
}

sub run
{
	my ($server, $backend) = @_;
	my $session = $server->session;
	part('floods'                 => sub { floods($server, $session) });
	part('bytes that are no text' => sub { bad_bytes($server, $session) });
	part('broken JSON'            => sub { broken_json($server, $session) });
	part('exit statuses'          => sub { exit_statuses($server, $session) });
	part('hangs and signals'      => sub { ends_badly($server, $session) });
	part('known texts'            => sub { known_texts($server, $session, $backend) });
	$session->quit;
	return;
}

1;
