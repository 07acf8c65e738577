#pragma once

#include <vector>

#include "mocks/fake/fault.h"
#include "mocks/fake/key_reader.h"

namespace efm::fake {

/// Notes as mistakes the rules of a scenario's `faults` that could never make a difference: a slip of the pen
/// that no test would notice. `rules` and `faults` are the same rules, as they stand there and as they were
/// read.
void check_faults(KeyReader& scenario, std::vector<KeyReader>& rules, const std::vector<Fault>& faults);

}  // namespace efm::fake
