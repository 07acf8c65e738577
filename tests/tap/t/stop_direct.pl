# Proves that nothing outlives a call on the backend `direct` that is stopped from outside: by pg_cancel_backend,
# statement_timeout, efm.command_timeout, pg_terminate_backend, a client that disappears, a fast and an immediate stop of
# the server; whether the program is slow itself, or a launcher with a slow child as efm is, ignores every signal, or has
# put a child beyond the reach of its process group. After each: the right error, no process, no zombie, no descriptor
# more, and a session that goes on working. The times are printed; the goal is 50 ms.
use strict;
use warnings;

use EfmTest;
use EfmTest::Stop;

EfmTest::Stop::run('direct');
