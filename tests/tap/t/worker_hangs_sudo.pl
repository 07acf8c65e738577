# Proves that a background worker whose command hangs and ignores signals is in nobody's way, on the backend `sudo`:
# CREATE, ALTER and DROP DATABASE, a reload, a fast and an immediate stop, a crash. The times are printed; the promise
# is a second.
use strict;
use warnings;

use EfmTest;
use EfmTest::InTheWay;

under_sudo_user();EfmTest::InTheWay::run('sudo');
