#pragma once

#include <string>
#include <vector>

#include "backends/command/command_result.h"
#include "backends/command/command_runner.h"
#include "backends/command/confirmation.h"
#include "backends/command/waiter.h"

namespace efm {

/// One program to run to its end.
struct ProcessRequest {
    std::vector<std::string> command_line;  ///< element 0 is the absolute path of the program
    std::vector<std::string> environment;   ///< NAME=value; nothing else is passed on
    bool under_terminal = false;  ///< with a private controlling terminal, ended by a hang-up: for sudo
    Confirmation confirmation = Confirmation::none;  ///< other than none: standard input is a pipe
};

/// Runs it under the contract of CommandRunner. README.md of this folder tells the steps.
CommandResult run_process(const ProcessRequest& request, const Limits& limits, Waiter& waiter);

}  // namespace efm
