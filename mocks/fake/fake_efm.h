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

class Servers;

/// Which cluster a command is for.
struct Installation {
    std::string scenario_file;  ///< absolute path of a scenario, empty for the built-in healthy cluster
    std::string
        state_file;  ///< absolute path of the state, empty for the default place (see default_state_file)
    std::string local_node;  ///< the node that efm is called on, empty for the one that the scenario names
    Servers* servers = nullptr;  ///< asks the real servers that a scenario names; nullptr where nobody can
};

/// Where the state of a scenario is kept when nothing else is said: in a directory of the calling user's own,
/// mode 0700, below /tmp/mock-efm-<user id>, named after the scenario's path. A scenario may name another
/// place itself. Nothing is made by this call.
std::string default_state_file(const std::string& scenario_file);

/// The exit status when the fake itself has failed: a mistake in a scenario, a state that cannot be written,
/// something that it does not know how to fake. What it is stands on standard error.
inline constexpr int fake_failed = 70;

/// Runs one `efm` command line (`words`: subcommand, cluster, arguments) against the fake cluster. The state
/// is locked while it is changed, never while the fake waits, asks or writes. After the console has answered
/// not to go on, what is returned means nothing. Made to run inside a server: no thread, no process, no
/// signal, no change to the process's environment or directory, and no descriptor left open, not even by an
/// exception of the console's.
Ended run_fake_efm(const Installation& installation, const std::vector<std::string>& words, Console& console);

/// Forgets the state, so that the next command begins from the scenario. Exit status 0, or `fake_failed`.
Ended reset_fake_efm(const Installation& installation, Console& console);

}  // namespace efm::fake
