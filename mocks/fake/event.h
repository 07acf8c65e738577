#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/fake/cluster.h"
#include "mocks/fake/key_reader.h"

namespace efm::fake {

struct Scenario;
struct State;

/// Something that happens to the cluster, as an object {"event": NAME, ...}: the vocabulary of a scenario's
/// transitions, of `mock-efm control event` and of SQL.
struct Event {
    std::string name;
    std::string joining;  ///< the address that is a node's afterwards; empty for most
    /// Lets it happen at the moment to which the state is worked out. Answers why it cannot be, with the
    /// state spoilt then; empty when it has happened.
    std::function<std::string(State&, const Scenario&)> happen;
};

/// One kind of event.
struct EventRule {
    std::string_view name;
    std::string_view keys;     ///< what stands beside its name, as the README writes it
    std::string_view meaning;  ///< in a few words
    Event (*read)(KeyReader& reader, const std::vector<std::string>& nodes) = nullptr;
};

/// All there are.
std::span<const EventRule> all_events();

/// Reads the keys of one event, without those that others have put beside them: the caller refuses the rest.
/// `nodes` are the addresses that there will be when it happens.
Event read_event(KeyReader& reader, const std::vector<std::string>& nodes);

/// Lets `event` happen to `state`, and what follows at once from it. Answers why it cannot be, and then
/// changes nothing.
std::string carry_out(const Event& event, State& state, const Scenario& scenario);

/// The addresses of the nodes of a cluster.
std::vector<std::string> addresses_of(const Cluster& cluster);

}  // namespace efm::fake
