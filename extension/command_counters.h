#pragma once

#include <string_view>
#include <vector>

#include "backends/command/command_result.h"
#include "backends/metrics/efm_metrics.h"

namespace efm {

/// Counts a command that has ended: by subcommand (one that is not known counts as `other`) and outcome. In
/// shared memory where there is one.
void count_command(std::string_view subcommand, const CommandResult& result, bool has_failed) noexcept;

/// The counts that are not 0.
std::vector<CommandCount> command_counts();

}  // namespace efm
