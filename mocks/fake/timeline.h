#pragma once

#include <cstdint>
#include <string_view>

#include "mocks/fake/scenario.h"
#include "mocks/fake/state.h"

namespace efm::fake {

/// Brings a state forward to `to_ms` on its clock, from moment to moment: transitions, what agents do by
/// themselves, the steps of a promotion and the WAL written meanwhile, each in its time. Doing it in one step
/// or in many comes to the same.
void advance(State& state, const Scenario& scenario, std::int64_t to_ms);

/// Whether some transition still waits for its number of calls.
bool waits_for_calls(const State& state, const Scenario& scenario);

/// Lets the transitions happen whose number of calls was reached.
void carry_out_due_calls(State& state, const Scenario& scenario);

/// Counts a call for the transitions that wait for it.
void count_call(State& state, const Scenario& scenario, std::string_view subcommand);

}  // namespace efm::fake
