#pragma once

#include "mocks/fake/console.h"
#include "mocks/fake/fake_efm.h"
#include "mocks/mock_efm/command_line.h"

namespace efm::fake {

/// Runs `mock-efm agent`: see run_agent. The options of mock-efm may stand before or behind the word.
Ended run_agent_command(const CommandLine& line, Console& console);

}  // namespace efm::fake
