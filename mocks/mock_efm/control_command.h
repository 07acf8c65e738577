#pragma once

#include <string>
#include <vector>

#include "mocks/mock_efm/command_line.h"
#include "mocks/mock_efm/real_console.h"

namespace efm::fake {

/// Runs `mock-efm control ...`: hands on the fake cluster, for tests. `line` names the cluster; its first
/// word is `control`. Answers the exit status: 0, 1 where a scenario is not valid or a verification does not
/// hold, `bad_usage`, or `fake_failed`.
int run_control(const CommandLine& line, RealConsole& console);

}  // namespace efm::fake
