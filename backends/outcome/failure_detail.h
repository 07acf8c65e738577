#pragma once

#include <string>

#include "backends/outcome/outcome_table.h"

namespace efm {

/// What is known of how a command failed: the refused question, how it ended, whether it may have done its
/// work all the same, the last it printed, what is left running. Printable, secrets removed.
std::string failure_detail(const Command& command, const CommandResult& result,
                           const OutcomeContext& context);

/// Whether a command that failed may have done its work all the same: it was ended from outside, or failed
/// after EFM had accepted a promotion.
bool has_unknown_outcome(const Command& command, const CommandResult& result);

}  // namespace efm
