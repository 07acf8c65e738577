#include <range/v3/algorithm/contains.hpp>

#include "mocks/fake/events.h"
#include "mocks/fake/failover.h"
#include "mocks/fake/view.h"
#include "mocks/fake/wal.h"

namespace efm::fake {

namespace {

std::optional<std::int64_t> read_declared_after(KeyReader& reader) {
    const auto after_ms = reader.number("declared_after_ms", 0, 0, most_ms);
    return reader.has("declared_after_ms") ? std::optional{after_ms} : std::nullopt;
}

void leave(State& state, Node& node, Agent agent) {
    node.agent = agent;
    choose_coordinator(state.cluster);
    lose_target(state, node.address);
}

// What an agent finds when it starts decides what its node is.
std::string join(State& state, Node& node) {
    auto& cluster = state.cluster;
    if (!may_join(cluster, node.address))
        return node.address + " is not in the allowed node host list";
    if (!ranges::contains(cluster.allowed, node.address))
        cluster.allowed.push_back(node.address);
    node.agent = Agent::up;
    choose_coordinator(cluster);
    if (node.role == Role::standby && !node.database_answers())
        node.database = "DOWN";
    if (node.role != Role::primary)
        return {};
    if (has_rival(state, node) || !node.database_answers())
        make_idle(node);
    else if (!cluster.vip.empty() && cluster.vip_holder.empty())
        cluster.vip_holder = node.address;
    if (node.role == Role::idle && cluster.vip_holder == node.address)
        cluster.vip_holder.clear();
    return {};
}

bool is_being_stopped(const State& state, const Node& node) {
    return state.promotion && state.promotion->phase == Promotion::Phase::stopping &&
           state.promotion->stops_old_primary && state.promotion->old_primary == node.address;
}

}  // namespace

Event read_database_fails(KeyReader& reader, const Addresses& nodes) {
    const auto after_ms = read_declared_after(reader);
    return event_of_node(reader, nodes,
                         [after_ms](State& state, const Scenario& scenario, Node& node) -> std::string {
                             if (node.role == Role::witness)
                                 return node.address + " is a witness and has no database";
                             if (!node.database_answers() && node.role != Role::idle)
                                 return {};
                             stop_database(node);
                             if (node.role == Role::idle)
                                 return {};
                             declare_later(state, Declaration::What::database, node.address,
                                           after_ms.value_or(scenario.behaviour.database_detection_ms()));
                             lose_target(state, node.address);
                             return {};
                         });
}

Event read_database_starts(KeyReader& reader, const Addresses& nodes) {
    return event_of_node(reader, nodes, [](State& state, const Scenario&, Node& node) -> std::string {
        if (node.role == Role::witness)
            return node.address + " is a witness and has no database";
        if (is_being_stopped(state, node))
            return node.address + " is being stopped by a promotion";
        if (node.role == Role::idle) {
            // Its agent does not watch it: that it runs, and as what, is seen by asking it.
            if (node.last_lsn.empty())
                node.last_lsn = newest_lsn(state.cluster);
            node.received.clear();
            node.replayed = node.last_lsn;
            node.info = "DB is not in recovery.";
            return {};
        }
        if (node.database_answers())
            return {};
        declare_nothing(state, node.address);
        start_database(state.cluster, node);
        return {};
    });
}

Event read_agent_fails(KeyReader& reader, const Addresses& nodes) {
    return event_of_node(reader, nodes, [](State& state, const Scenario&, Node& node) -> std::string {
        if (node.agent == Agent::stopped)
            return "the agent of " + node.address + " does not run";
        leave(state, node, Agent::failed);
        return {};
    });
}

Event read_agent_stops(KeyReader& reader, const Addresses& nodes) {
    return event_of_node(reader, nodes, [](State& state, const Scenario&, Node& node) {
        leave(state, node, Agent::stopped);
        return std::string{};
    });
}

Event read_agent_starts(KeyReader& reader, const Addresses& nodes) {
    return event_of_node(reader, nodes, [](State& state, const Scenario&, Node& node) {
        return node.is_member() ? std::string{} : join(state, node);
    });
}

Event read_node_fails(KeyReader& reader, const Addresses& nodes) {
    const auto after_ms = read_declared_after(reader);
    return event_of_node(reader, nodes,
                         [after_ms](State& state, const Scenario& scenario, Node& node) -> std::string {
                             const bool was_member = node.is_member();
                             declare_nothing(state, node.address);
                             if (node.role != Role::witness)
                                 stop_database(node);
                             if (state.cluster.vip_holder == node.address)
                                 state.cluster.vip_holder.clear();
                             leave(state, node, was_member ? Agent::failed : node.agent);
                             if (node.role == Role::primary && node.agent == Agent::failed)
                                 declare_later(state, Declaration::What::node, node.address,
                                               after_ms.value_or(scenario.behaviour.node_detection_ms()));
                             return {};
                         });
}

Event read_node_returns(KeyReader& reader, const Addresses& nodes) {
    return event_of_node(reader, nodes, [](State& state, const Scenario&, Node& node) -> std::string {
        declare_nothing(state, node.address);
        if (node.role == Role::primary && has_rival(state, node))
            make_idle(node);
        const bool has_died = node.role == Role::primary || node.role == Role::standby;
        if (has_died && !node.database_answers() && !is_being_stopped(state, node))
            start_database(state.cluster, node);
        return node.is_member() ? std::string{} : join(state, node);
    });
}

}  // namespace efm::fake
