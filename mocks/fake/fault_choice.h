#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "mocks/fake/fault.h"
#include "mocks/fake/state_store.h"

namespace efm::fake {

/// The rule of a scenario that is for a call.
struct ChosenFault {
    std::size_t rule = 0;  ///< its place among the scenario's faults
    Fault fault;           ///< with what was left to chance decided
};

/// Chooses the first fault that is for this call, if any. The call is counted for every fault that counts.
StateStore::Outcome choose_fault(StateStore& store, const Scenario& scenario,
                                 const std::vector<std::string>& words, std::optional<ChosenFault>& chosen);

/// Whether anything in a scenario is left to chance.
bool needs_seed(const Scenario& scenario);

}  // namespace efm::fake
