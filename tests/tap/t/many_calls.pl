# Proves that many calls in one session leave nothing behind: descriptors, memory and processes of the backend are after
# thousands of calls what they were after the first hundreds; whether the calls succeed, fail, or are cancelled. The
# numbers are printed. ci/test has a label of its own for it, `leak`.
#
# EFM_TEST_CALLS_DIRECT (3000) and EFM_TEST_CALLS_MOCK (20000) tell how many; 100000 and 1000000 are for a long run,
# which takes about 10 minutes.
use strict;
use warnings;

use EfmTest;
use Test::More;
use Time::HiRes ();

my %calls  = (direct => $ENV{EFM_TEST_CALLS_DIRECT} || 3000, mock => $ENV{EFM_TEST_CALLS_MOCK} || 20000);
my $server = EfmTest::Server->start('many_calls');
$server->node->safe_psql('postgres', <<'EOQ');
CREATE PROCEDURE many(calls integer) LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1..calls LOOP
        PERFORM efm_extension.efm_node_status_json();
        IF i % 10 = 0 THEN
            PERFORM efm_extension.efm_set_priority('10.0.0.3', (i / 10 % 2 + 1)::text);
        END IF;
    END LOOP;
END$$;
CREATE PROCEDURE many_failing(calls integer) LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1..calls LOOP
        BEGIN
            PERFORM efm_extension.efm_resume_monitoring();
            RAISE EXCEPTION 'a failure was taken for a success';
        EXCEPTION WHEN external_routine_exception THEN
            NULL;
        END;
    END LOOP;
END$$;
EOQ

sub held
{
	my ($session) = @_;
	return { descriptors => descriptors($session->pid), memory => resident_kilobytes($session->pid) };
}

# Runs `few` to let caches fill, and then `many`, and compares.
sub stays_flat
{
	my ($session, $name, $few, $many) = @_;
	$few->();
	my $before = held($session);
	my $start  = Time::HiRes::time();
	$many->();
	my $seconds = Time::HiRes::time() - $start;
	my $after   = held($session);
	measured(
		"$name: descriptors $before->{descriptors} -> $after->{descriptors}, "
		  . "memory $before->{memory} kB -> $after->{memory} kB, in all",
		$seconds);
	cmp_ok($after->{descriptors}, '<=', $before->{descriptors}, "$name: descriptors");
	# The allocator may take a little more while it finds its sizes; a leak of one byte in each of a million calls shows.
	cmp_ok($after->{memory} - $before->{memory}, '<=', 512, "$name: memory");
	nothing_left($server, $session->pid, $name);
	return;
}

for my $backend (qw(direct mock))
{
	part(
		$backend => sub {
			my $scenario = $server->plays_scenario('healthy');
			# A shell and the fake EFM for each call would measure these two.
			$server->plays(q(echo '{"type":"Primary"}')) if $backend eq 'direct';
			my $session = $server->session(settings =>
				  { 'efm.backend' => $backend, 'efm.mock_scenario' => $scenario, log_min_messages => 'fatal' });
			my $calls = $calls{$backend};
			my $run   = sub {
				my ($procedure, $number) = @_;
				return sub {
					is_well($session->query("CALL $procedure($number)", 3600), "$backend: $procedure, $number calls");
				}
			};
			stays_flat($session, "$backend, $calls calls", $run->('many', 300), $run->('many', $calls));

			$server->plays_scenario('healthy', faults => [ { errors => "no\n", exit_status => 1 } ]);
			$server->plays('echo no >&2; exit 1');
			my $failing = int($calls / 5);
			stays_flat(
				$session,
				"$backend, $failing failing calls",
				$run->('many_failing', 300),
				$run->('many_failing', $failing));

			$server->plays_scenario('hang');
			$server->plays('exec ' . $server->chameleon('hang'));
			$session->query("SET statement_timeout = '5ms'");
			my $cancelled = 0;
			my $cancel    = sub {
				my ($number) = @_;
				for (1 .. $number)
				{
					$cancelled++
					  if ($session->query('SELECT efm_extension.efm_resume_monitoring()')->{error}{sqlstate} // '') eq
					  '57014';
				}
			};
			my $cancels = 200;
			stays_flat(
				$session,
				"$backend, $cancels cancelled calls",
				sub { $cancel->(50) },
				sub { $cancel->($cancels) });
			is($cancelled, 50 + $cancels, "$backend: all of them were cancelled");
			$session->quit;
		});
}

SKIP:
{
	my $user = $ENV{EFM_TEST_SUDO_USER} // '';
	skip('needs EFM_TEST_SUDO_USER and a rule for sudo: ci/test sets both up', 1)
	  unless $user ne '' && defined getpwnam($user);
	part(
		'sudo' => sub {
			$server->plays('exit 0');
			my $session = $server->session(settings => { 'efm.backend' => 'sudo', log_min_messages => 'fatal' });
			my $left    = 0;
			my $call    = sub {
				my ($number) = @_;
				for (1 .. $number)
				{
					$session->query('SELECT efm_extension.efm_resume_monitoring()');
					# sudo has a process of its own that ends a moment after it.
					$left++ if children($session->pid);
				}
			};
			stays_flat($session, 'sudo, 200 calls', sub { $call->(20) }, sub { $call->(200) });
			is($left, 0, 'sudo: after no call the backend had a child left');
			$session->quit;
		});
}

$server->node->stop;
done_testing();
