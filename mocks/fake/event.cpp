#include "mocks/fake/event.h"

#include <range/v3/algorithm/any_of.hpp>
#include <range/v3/algorithm/contains.hpp>
#include <range/v3/algorithm/find.hpp>
#include <range/v3/algorithm/none_of.hpp>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/transform.hpp>

#include "mocks/fake/events.h"
#include "mocks/fake/promotion.h"
#include "mocks/fake/view.h"

namespace efm::fake {

Event read_event(KeyReader& reader, const std::vector<std::string>& nodes) {
    const auto rules = all_events();
    const auto name = reader.text("event");
    const auto rule = ranges::find(rules, name, &EventRule::name);
    if (rule == rules.end()) {
        std::string names;
        for (const auto& known : rules)
            names.append(names.empty() ? "" : ", ").append(known.name);
        reader.mistake("event", "expected one of " + names);
        return {};
    }
    auto event = rule->read(reader, nodes);
    event.name = name;
    return event;
}

std::string carry_out(const Event& event, State& state, const Scenario& scenario) {
    auto changed = state;
    auto refusal = event.happen(changed, scenario);
    if (refusal.empty())
        state = std::move(changed);
    return refusal;
}

std::vector<std::string> addresses_of(const Cluster& cluster) {
    return cluster.nodes | ranges::views::transform(&Node::address) | ranges::to<std::vector<std::string>>();
}

std::string read_node_address(KeyReader& reader, std::string_view key, const Addresses& nodes) {
    auto address = reader.text(key);
    if (!ranges::contains(nodes, address))
        reader.mistake(key, "expected the address of a node");
    return address;
}

Event event_of_node(KeyReader& reader, const Addresses& nodes, NodeAction action) {
    const auto address = read_node_address(reader, "node", nodes);
    Event event;
    event.happen = [address, action = std::move(action)](State& state,
                                                         const Scenario& scenario) -> std::string {
        auto* const node = state.cluster.find(address);
        return node == nullptr ? address + " is no node of the cluster" : action(state, scenario, *node);
    };
    return event;
}

bool may_join(const Cluster& cluster, const std::string& node) {
    return ranges::contains(cluster.allowed, node) || ranges::none_of(cluster.nodes, &Node::is_member);
}

void lose_target(State& state, const std::string& node) {
    if (state.promotion && !state.promotion->real && state.promotion->target == node)
        fail_promotion(state.cluster, state.promotion);
}

bool has_rival(const State& state, const Node& node) {
    return ranges::any_of(state.cluster.nodes, [&](const Node& other) {
        const bool leads = other.is(Role::primary) || other.is(Role::promoting) ||
                           (state.promotion && state.promotion->target == other.address);
        return leads && other.address != node.address &&
               can_reach(state.cluster, node.address, other.address);
    });
}

}  // namespace efm::fake
