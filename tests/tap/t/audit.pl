# Proves that the server log tells of every command that changes the cluster, in one line: who, from where, by which
# function, with which words, how it came out and how long it took; also of one that failed, was cancelled, or whose
# session was terminated. That it says nothing of commands that only read, unless efm.debug is on, and no secret ever.
use strict;
use warnings;

use EfmTest;
use Test::More;

my $server = EfmTest::Server->start(
	'audit',
	environment => { EFMPASS          => 'hunter3' },
	settings    => { listen_addresses => '127.0.0.1' });
my $program = $server->file('efm');
$server->node->safe_psql('postgres', <<'EOQ');
CREATE ROLE operator LOGIN;
CREATE ROLE "odd ""one""" LOGIN;
GRANT USAGE ON SCHEMA efm_extension TO operator, "odd ""one""";
GRANT EXECUTE ON FUNCTION efm_extension.efm_resume_monitoring() TO operator, "odd ""one""";
CREATE FUNCTION public.tell(word text) RETURNS text LANGUAGE plefm AS 'resume {cluster} {word}';
CREATE FUNCTION public.show() RETURNS text LANGUAGE plefm AS 'cluster-status {cluster}';
EOQ

my $resume = 'SELECT efm_extension.efm_resume_monitoring()';

# The lines about commands since the last time; the rest of what was logged is of no interest here.
sub lines
{
	return grep { /efm command/ } split /\n/, $server->new_log;
}

sub is_logged
{
	my ($name, $who, $words, $outcome) = @_;
	my @lines = lines();
	is(scalar @lines, 1, "$name: one line") or diag(@lines);
	like($lines[0] // '', qr/LOG:  efm command by $who, function \Q$words\E: $outcome after \d+\.\d{3} ms$/, $name);
	return;
}

my $me = qr/role "postgres" \(session user "postgres"\) from local/;

part(
	'every management function' => sub {
		my $session = $server->session;
		$server->plays('exit 0');
		lines();
		for my $case (
			[ "efm_allow_node('10.0.0.3')",        'efm_allow_node(text)',         'allow-node efm 10.0.0.3' ],
			[ "efm_disallow_node('10.0.0.3')",     'efm_disallow_node(text)',      'disallow-node efm 10.0.0.3' ],
			[ "efm_set_priority('10.0.0.3', '1')", 'efm_set_priority(text, text)', 'set-priority efm 10.0.0.3 1' ],
			[ 'efm_failover()',                    'efm_failover()',               'promote efm' ],
			[ 'efm_switchover()',                  'efm_switchover()',             'promote efm -switchover' ],
			[ 'efm_resume_monitoring()',           'efm_resume_monitoring()',      'resume efm' ],
			[ 'efm_stop_cluster()',                'efm_stop_cluster()',           'stop-cluster efm' ],
			[ 'efm_reset_members()',               'efm_reset_members()',          'reset-members efm' ])
		{
			my ($call, $function, $words) = @$case;
			is_well($session->query("SELECT efm_extension.$call"), $call, 0);
			is_logged($call, $me, "efm_extension.$function: $program $words", 'exited with status 0');
		}
		is_well($session->query("DO LANGUAGE plefm 'resume {cluster}'"), 'a DO block');
		is_logged('a DO block', $me, "DO: $program resume efm", 'exited with status 0');
		$session->quit;
	});

part(
	'who and from where' => sub {
		my $words = "efm_extension.efm_resume_monitoring(): $program resume efm";
		is_well($server->query("SET ROLE operator; $resume"), 'SET ROLE', 0);
		is_logged('SET ROLE', qr/role "operator" \(session user "postgres"\) from local/,
			$words, 'exited with status 0');
		is_well($server->query($resume, user => 'operator', host => '127.0.0.1'), 'over TCP', 0);
		is_logged('over TCP', qr/role "operator" \(session user "operator"\) from 127\.0\.0\.1:\d+/,
			$words, 'exited with status 0');
		is_well($server->query(qq{SET SESSION AUTHORIZATION "odd ""one"""; $resume}), 'SET SESSION AUTHORIZATION', 0);
		is_logged(
			'SET SESSION AUTHORIZATION',
			qr/role "odd "one"" \(session user "odd "one""\) from local/,
			$words, 'exited with status 0');
		is_failure($server->query("SET ROLE operator; SELECT efm_extension.efm_failover()"),
			'42501', 'a role without the right');
		is(scalar lines(), 0, 'a role without the right: nothing runs, nothing is logged');
	});

part(
	'how it came out' => sub {
		my $words   = "efm_extension.efm_resume_monitoring(): $program resume efm";
		my $session = $server->session;
		$server->plays('exit 3');
		$session->query($resume);
		is_logged('a failure', $me, $words, 'exited with status 3');
		$server->plays('kill -SEGV $$');
		$session->query($resume);
		is_logged('a signal', $me, $words, 'signalled by signal 11');
		$server->plays('exec ' . $server->chameleon('hang'));
		$session->query("SET efm.command_timeout = '50ms'; $resume; RESET efm.command_timeout");
		is_logged('a timeout', $me, $words, 'timed out');
		$session->query("SET statement_timeout = '50ms'; $resume; RESET statement_timeout");
		is_logged('a cancelled call', $me, $words, 'cancell?ed');
		$session->query("SET efm.command_path = '/no/such/efm'; $resume; RESET efm.command_path");
		is_logged(
			'a program that is missing',
			$me,
			'efm_extension.efm_resume_monitoring(): /no/such/efm resume efm',
			'could not start: No such file or directory');
		$server->plays_scenario('unknown-question');
		$session->query('SELECT efm_extension.efm_failover()');
		is_logged(
			'a refused question',
			$me,
			"efm_extension.efm_failover(): $program promote efm",
			'exited with status 1, a question was answered with no');

		my $ready = $server->state_file('ready');
		$server->plays('exec ' . $server->chameleon("touch=$ready", 'hang'));
		$session->send($resume);
		ok(eventually(sub { -e $ready }), 'a command runs');
		$server->query('SELECT pg_terminate_backend(' . $session->pid . ')');
		ok(eventually(sub { !-d '/proc/' . $session->pid }), 'its session has gone');
		my @lines = lines();
		is(scalar @lines, 1, 'a terminated session: one line');
		like(
			$lines[0],
			qr/LOG:  efm command by $me, function \Q$words\E: stopped because the session ended/,
			'a terminated session');
		$session->quit;
	});

part(
	'commands that only read' => sub {
		$server->plays_scenario('healthy');
		my $session = $server->session;
		my @reading = (
			q{efm_extension.efm_cluster_status('text')}, q{efm_extension.efm_cluster_status('json')},
			'efm_extension.efm_node_status_json()',      'efm_extension.efm_is_available()',
			'public.show()');
		is_well($session->query("SELECT count(*) > 0 FROM $_"), $_, 't') for @reading;
		is(scalar lines(), 0, 'nothing is logged');
		$session->query('SET efm.debug = on');
		is_well($session->query("SELECT count(*) > 0 FROM $_"), "efm.debug: $_", 't') for @reading;
		is(scalar lines(), scalar @reading, 'with efm.debug a line for each');
		# What runs nothing is no command.
		$session->query($_)
		  for q{SELECT efm_extension.efm_command_line('promote')}, 'SELECT efm_extension.efm_sudoers()',
		  q{SELECT efm_extension.efm_allow_node('not an address')};
		is(scalar(grep { /LOG:  efm command/ } $server->new_log), 0, 'nothing is logged of what runs nothing');
		$session->quit;
	});

part(
	'no secret' => sub {
		my $session = $server->session;
		$server->plays('echo "password=hunter2 for $3" >&2; exit 0');
		for my $word ('password=hunter2', 'db.Password: hunter2', 'EFMPASS=hunter2')
		{
			# As a parameter: the text of a statement is the server's to log.
			is_well($session->query("PREPARE tell AS SELECT tell(\$1); EXECUTE tell('$word'); DEALLOCATE tell"),
				"argument $word", '');
		}
		my @lines = lines();
		is(scalar @lines, 3, 'all were logged');
		unlike(join("\n", @lines), qr/hunter/, 'without what is secret');
		like($lines[0], qr/password=\*{8}/, 'it is masked');
		# An argument cannot begin a line of its own in the log.
		is_failure($session->query(q{SELECT tell(E'x\nLOG:  all is well')}), '22023', 'an argument of two lines');
		$server->plays('echo "password=hunter2" >&2; exit 1');
		my $result = $session->query($resume);
		is_failure($result, '38000', 'a failure that tells a secret', detail => 'Exit status 1: password=********');
		unlike($server->new_log, qr/hunter/, 'not in the log either');
		$session->quit;
	});

$server->node->stop;
done_testing();
