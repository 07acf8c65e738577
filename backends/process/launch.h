#pragma once

#include <sys/types.h>

#include <string>
#include <system_error>
#include <variant>
#include <vector>

namespace efm {

/// What a child starts with. It gets these three descriptors as 0, 1 and 2 and no other, default signal
/// dispositions, an empty signal mask, the root directory as working directory, and exactly this environment.
struct LaunchRequest {
    std::vector<std::string> command_line;  ///< element 0 is the absolute path of the program
    std::vector<std::string> environment;   ///< NAME=value
    int standard_input = -1;
    int standard_output = -1;
    int standard_error = -1;
    /// With a terminal (its slave side, -1 for none) the child leads a session of its own with it as
    /// controlling terminal; without, it leads a process group of its own and is killed when this process
    /// dies.
    int controlling_terminal = -1;
};

/// Starts a process and returns its id, or why the program could not be started; then nothing is left behind.
/// The process is the caller's to reap. Costs the same however large this process is (vfork).
std::variant<pid_t, std::error_code> launch(const LaunchRequest& request);

}  // namespace efm
