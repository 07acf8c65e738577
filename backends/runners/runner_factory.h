#pragma once

#include <memory>

#include "backends/command/command_runner.h"
#include "backends/runners/runner_settings.h"

namespace efm {

/// The runner that `settings.backend` names. Needs nothing to be there: what is missing shows when it runs.
std::unique_ptr<CommandRunner> make_runner(const RunnerSettings& settings);

}  // namespace efm
