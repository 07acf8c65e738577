#pragma once

#include <string>
#include <vector>

#include "mocks/fake/console.h"

namespace efm::fake {

/// How a fake command ended: by a signal when `signal` is not 0, else with `exit_status`.
struct Ended {
    int exit_status = 0;
    int signal = 0;
};

/// Which cluster a command is for.
struct Installation {
    std::string scenario_file;  ///< absolute path of a scenario, empty for the built-in healthy cluster
    std::string state_file;     ///< absolute path of the state, empty for the default place (see default_state_file)
};

/// Where the state of a scenario is kept when nothing else is said: in a directory of the calling user's own, mode
/// 0700, below /tmp, named after user id, scenario path and cluster. A scenario may name another place itself.
std::string default_state_file(const std::string& scenario_file);

/// Runs one `efm` command line (`words`: subcommand, cluster, arguments) against the fake cluster. The state is locked
/// while it is read and written, never while the fake waits, asks or writes. Mistakes in a scenario are said on
/// standard error, exit status 70.
Ended run_fake_efm(const Installation& installation, const std::vector<std::string>& words, Console& console);

}  // namespace efm::fake
