#pragma once

#include <optional>
#include <string>

#include "backends/command/command.h"
#include "backends/command/command_result.h"
#include "backends/outcome/outcome_table.h"
#include "extension/settings.h"

namespace efm {

/// What became of a command: the result, and the failure where it is not an answer.
struct CommandOutcome {
    CommandResult result;
    std::optional<Failure> failure;
    std::vector<std::string> command_line;
};

/// Runs a command by the current settings, logs it, and judges it. `caller` names the SQL function for the
/// log. Throws the interrupt (SQLSTATE 57014 and others) when the call was cancelled; all other outcomes are
/// returned.
CommandOutcome run_command(const Command& command, const Settings& settings, const std::string& caller);

/// The same, but a failure is thrown.
CommandOutcome run_command_or_throw(const Command& command, const Settings& settings,
                                    const std::string& caller);

}  // namespace efm
