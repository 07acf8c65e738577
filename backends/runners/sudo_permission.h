#pragma once

#include "backends/command/command_runner.h"
#include "backends/runners/runner_settings.h"

namespace efm {

/// Asks sudo whether it would run `command` (`sudo -n -l -u USER PROGRAM ...`): exit status 0 when it would.
/// Nothing is run but sudo. The variables that it must let through are not part of the question: sudo
/// takes none there.
CommandResult ask_sudo(const RunnerSettings& settings, const Command& command, const Limits& limits,
                       Waiter& waiter);

}  // namespace efm
