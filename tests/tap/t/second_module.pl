# Proves that the module lives beside another C++ module in one backend. PostgreSQL loads modules with RTLD_GLOBAL, so a
# symbol of ours that others can replace, or that all share because it is unique, would be bound to theirs; with another
# release of Boost in the other module that crashed the server. Two releases of Boost cannot be installed together on
# Debian, so the other module is made here, and is worse: it defines every symbol of Boost, range-v3 and our own code
# that is in our module, weak, strong or unique, and each of them ends the process. (The label `symbols` of ci/test looks
# at the symbols themselves.)
use strict;
use warnings;

use EfmTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $pg_config = 'pg_config';
my $headers   = qx($pg_config --includedir-server);
my $module    = qx($pg_config --pkglibdir);
chomp($headers, $module);
$module .= '/efm_extension.so';
plan(skip_all => 'needs g++, nm and the headers of the server')
  if system('g++ --version >/dev/null 2>&1; exit $?') != 0
  || system('nm --version >/dev/null 2>&1') != 0
  || !-e "$headers/postgres.h";

my @symbols = grep { /boost|ranges|3efm/ } map { /^\S+ [a-zA-Z] (_Z\S+)$/ ? $1 : () } split /\n/,
  qx(nm --defined-only '$module' 2>/dev/null);
plan(skip_all => 'the installed module has been stripped of its symbols') unless @symbols;
note(scalar(@symbols) . ' symbols of our module are defined by the other one too');

my $server = EfmTest::Server->start('second_module', preload => 0);
my $plan   = 'echo \'{"nodes":{"10.0.0.1":{"type":"Primary"}}}\'';

# Builds the module; `@other_symbols` are its traps. It uses exceptions, containers and a unique symbol of its own.
sub build
{
	my ($name, $unique) = @_;
	my $traps = join '', map {
		"    .globl $_\n" . ($unique ? "    .type $_, \@gnu_unique_object\n" : "    .type $_, \@function\n") . "$_:\n"
	} @symbols;
	my $assembler = $server->write("$name.s",
			'    .'
		  . ($unique ? 'data' : 'text')
		  . "\n$traps    .byte 0x0f, 0x0b\n    .size $symbols[0], 2\n    .section .note.GNU-stack,\"\",\@progbits\n");
	my $source = $server->write("$name.cpp", <<'EOC');
extern "C" {
#include "postgres.h"
#include "fmgr.h"
#include "utils/builtins.h"
PG_MODULE_MAGIC;
PG_FUNCTION_INFO_V1(second_module);
}
#include <map>
#include <stdexcept>
#include <string>
template <typename T> struct Shared { static std::map<std::string, T> all; };
template <typename T> std::map<std::string, T> Shared<T>::all;
extern "C" Datum second_module(PG_FUNCTION_ARGS) {
    static char text[64];
    try {
        Shared<int>::all["calls"]++;
        throw std::runtime_error("thrown and caught");
    } catch (const std::exception& error) {
        strlcpy(text, error.what(), sizeof(text));
    }
    PG_RETURN_TEXT_P(cstring_to_text(text));
}
EOC
	my $library = $server->file("$name.so");
	my ($out, $err);
	ok( IPC::Run::run(
			[ 'g++', '-shared', '-fPIC', '-O1', '-fgnu-unique', "-I$headers", '-o', $library, $source, $assembler ],
			'>', \$out, '2>', \$err),
		"the module $name is built") or diag($err);
	return $library;
}

for my $kind (qw(strong unique))
{
	part(
		"beside $kind symbols" => sub {
			my $library = build("second_$kind", $kind eq 'unique');
			$server->node->safe_psql('postgres',
				"CREATE FUNCTION second_$kind() RETURNS text LANGUAGE c AS '$library', 'second_module'");
			my @calls = (
				[ "SELECT second_$kind()", 'thrown and caught' ],
				[
					q{SELECT (string_agg(l, '')::jsonb -> 'nodes' ? '10.0.0.1') FROM efm_extension.efm_cluster_status('json') l},
					't'
				],
				[ q{SELECT count(*) > 5 FROM efm_extension.efm_sudoers()}, 't' ],
				[ q{SELECT value FROM efm_extension.efm_local_properties}, 'efm' ],
				[
					q{SET efm.backend = 'mock'; SELECT count(*) > 5 FROM efm_extension.efm_cluster_status('text'); RESET efm.backend},
					't'
				]);
			$server->plays($plan);
			$server->write('efm.properties', "db.user=efm\n");
			my $scenario = $server->plays_scenario('healthy');
			$server->plays($plan);
			for my $order ([@calls], [ reverse @calls ])
			{
				my $session = $server->session(settings => { 'efm.mock_scenario' => $scenario });
				for my $round (1, 2)
				{
					is_well($session->query($_->[0]), "round $round: $_->[0]", $_->[1]) for @$order;
					# An error is an exception on its way, in our module.
					is_failure($session->query(q{SELECT efm_extension.efm_allow_node('no address')}),
						'22023', "round $round: an error");
				}
				ok(is_running($session->pid), 'the session lives');
				$session->quit;
			}
		});
}

$server->node->stop;
done_testing();
