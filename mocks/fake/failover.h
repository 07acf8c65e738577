#pragma once

#include <cstdint>
#include <string>

#include "mocks/fake/scenario.h"
#include "mocks/fake/state.h"

namespace efm::fake {

// What agents do by themselves once something has failed. All of it begins with an event, never with how a
// scenario starts.

/// Lets something be declared after a while.
void declare_later(State& state, Declaration::What what, const std::string& node, std::int64_t after_ms);

/// Forgets what was to be declared of a node: it is back, or worse has happened to it.
void declare_nothing(State& state, const std::string& node);

/// A declaration whose time has come: a database is DOWN, an agent Idle, a standby promoted. Whoever is back
/// meanwhile is left alone.
void declare(State& state, const Scenario& scenario, const Declaration& declaration);

/// Begins a promotion now, with the length and the outcome that the scenario and events have set for it. With
/// real servers it is only noted: somebody else carries it out.
void start_promotion(State& state, const Scenario& scenario, Promotion promotion);

}  // namespace efm::fake
