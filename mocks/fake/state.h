#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/fake/clock.h"
#include "mocks/fake/cluster.h"
#include "mocks/fake/promotion.h"
#include "mocks/fake/scenario.h"
#include "mocks/fake/transition.h"

namespace efm::fake {

/// A failure that is not known yet, and when it will be.
struct Declaration {
    enum class What {
        database,  ///< an agent declares that its database has failed
        node,      ///< the others declare that a primary's node is gone
        isolation  ///< a primary finds itself in a minority, and the majority finds itself without one
    };
    What what = What::database;
    std::string node;
    std::int64_t at_ms = 0;
};

/// All that the fake remembers from one command to the next.
struct State {
    std::string scenario_identity;
    Clock clock;
    std::int64_t now_ms = 0;  ///< the moment on its clock to which it is worked out
    std::int64_t seed = 0;    ///< of what is left to chance
    Cluster cluster;
    std::optional<Promotion> promotion;
    std::optional<PromotionOutcome> next_outcome;  ///< an event has said what becomes of the next promotion
    std::vector<std::string> resuming;  ///< nodes with real servers that the agent is to bring back
    std::vector<Declaration> declarations;
    std::vector<TransitionProgress> transitions;  ///< one for each of the scenario's
    std::vector<std::int64_t> fault_calls;        ///< how many calls each fault of the scenario has seen
};

/// How things are when a scenario begins, with what happens at once.
State initial_state(const Scenario& scenario);

/// The text that is kept on disk, and shown: one JSON object and a newline.
std::string write_state(const State& state);

/// Whether this is, or was before somebody spoilt it, the text of a state: what else may be in a file that is
/// named as one is not ours to overwrite.
bool is_state(std::string_view text);

/// Whether it was written by a version that kept other keys.
bool has_other_format(std::string_view json);

/// Reads it back; nothing, with `mistakes` filled, when somebody has spoilt it. Real servers are not in it.
std::optional<State> read_state(std::string_view json, const std::string& name, std::string& mistakes);

}  // namespace efm::fake
