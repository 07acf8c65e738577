# Proves the same as stop_direct.pl on the backend `sudo`, with a real sudo and another user: the command and its children
# are ended by TERM and by the hang-up of their terminal. What ignores both, or has left the terminal, cannot be ended by
# the server: then control comes back in time all the same, and the error says what is left running; the test ends it as
# its user. The times are printed; the goal is 250 ms.
use strict;
use warnings;

use EfmTest;
use EfmTest::Stop;

under_sudo_user();
EfmTest::Stop::run('sudo');
