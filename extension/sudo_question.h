#pragma once

#include "backends/command/command.h"
#include "backends/command/command_result.h"
#include "extension/settings.h"

namespace efm {

/// What sudo says when it is asked whether it would run `command`; exit status 0 when it would. Nothing is
/// run but sudo. Throws an interrupt.
CommandResult answer_of_sudo(const Settings& settings, const Command& command);

}  // namespace efm
