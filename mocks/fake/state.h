#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/fake/cluster.h"
#include "mocks/fake/promotion.h"
#include "mocks/fake/scenario.h"

namespace efm::fake {

/// All that the fake remembers from one command to the next.
struct State {
    std::string scenario_identity;
    Cluster cluster;
    std::optional<Promotion> promotion;
    std::vector<std::int64_t> fault_calls;  ///< how many calls each fault of the scenario has seen
};

/// How things are when a scenario begins.
State initial_state(const Scenario& scenario);

/// The text that is kept on disk.
std::string write_state(const State& state);

/// Reads it back; nothing, with `mistakes` filled, when somebody has spoilt it.
std::optional<State> read_state(std::string_view json, const std::string& name, std::string& mistakes);

/// Milliseconds of the system's clock since 1970.
std::int64_t now_ms();

}  // namespace efm::fake
