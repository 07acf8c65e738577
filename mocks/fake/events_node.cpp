#include <range/v3/algorithm/contains.hpp>
#include <range/v3/algorithm/find_if.hpp>

#include "mocks/fake/cluster_keys.h"
#include "mocks/fake/events.h"
#include "mocks/fake/failover.h"
#include "mocks/fake/view.h"
#include "mocks/fake/wal.h"

namespace efm::fake {

namespace {

// While the network is split a new node comes to those whom the coordinator leads.
void join_group(Cluster& cluster, const std::string& address) {
    if (cluster.groups.empty())
        return;
    const auto group = ranges::find_if(cluster.groups, [&](const Addresses& addresses) {
        return ranges::contains(addresses, cluster.coordinator);
    });
    (group == cluster.groups.end() ? cluster.groups.front() : *group).push_back(address);
}

std::string join(State& state, Node node, bool is_in_sync) {
    auto& cluster = state.cluster;
    if (cluster.find(node.address) != nullptr)
        return node.address + " is a node of the cluster already";
    if (!may_join(cluster, node.address))
        return node.address + " is not in the allowed node host list";
    join_group(cluster, node.address);
    if (node.role == Role::primary && has_rival(state, node))
        return "there is a primary already";
    if (node.role == Role::standby) {
        if (const auto* const primary = sender_of(cluster, node); primary != nullptr && is_in_sync)
            catch_up(node, *primary);
        cluster.list_for_promotion(node.address);
    }
    if (!ranges::contains(cluster.allowed, node.address))
        cluster.allowed.push_back(node.address);
    cluster.nodes.push_back(std::move(node));
    choose_coordinator(cluster);
    return {};
}

// As a node of this role is when a scenario begins.
void take_role(State& state, Node& node, Role role) {
    const bool had_database = node.role == Role::primary || node.role == Role::standby;
    auto& cluster = state.cluster;
    node.role = role;
    if (role == Role::witness) {
        node.database = "N/A";
        node.received.clear();
        node.replayed.clear();
        node.info.clear();
    } else if (role == Role::idle) {
        make_idle(node);
    } else if (!had_database) {
        start_database(cluster, node);
    }
    if (role == Role::primary)
        node.received.clear();
    if (role == Role::standby && node.received.empty())
        node.received = node.replayed;
    if (role != Role::standby)
        std::erase(cluster.priority, node.address);
    else
        cluster.list_for_promotion(node.address);
}

std::string change_node(State& state, Node& node, const NodeChange& change) {
    const bool is_in_promotion = state.promotion && (state.promotion->target == node.address ||
                                                     state.promotion->old_primary == node.address);
    if (is_in_promotion && (change.role || change.agent))
        return node.address + " takes part in a promotion";
    if (change.role && *change.role != node.role)
        take_role(state, node, *change.role);
    if (change.agent == Agent::up && !node.is_member()) {
        if (!may_join(state.cluster, node.address))
            return node.address + " is not in the allowed node host list";
        if (!ranges::contains(state.cluster.allowed, node.address))
            state.cluster.allowed.push_back(node.address);
    }
    node.agent = change.agent.value_or(node.agent);
    if (node.is(Role::primary) && has_rival(state, node))
        return "there is a primary already";
    node.database = change.database.value_or(node.database);
    node.received = change.received.value_or(node.received);
    node.replayed = change.replayed.value_or(node.replayed);
    node.info = change.info.value_or(node.info);
    choose_coordinator(state.cluster);
    return {};
}

}  // namespace

Event read_node_joins(KeyReader& reader, const Addresses& nodes) {
    auto inner = reader.inner("node");
    if (!inner) {
        if (!reader.has("node"))
            reader.mistake("node", "expected an object, as in \"nodes\"");
        return {};
    }
    const bool has_location = inner->has("replayed") || inner->has("received");
    const auto node = read_node(*inner);
    if (ranges::contains(nodes, node.address))
        reader.mistake("node", "expected a node that is not there yet");
    if (!node.is_member())
        reader.mistake("node", "expected an agent that is UP");
    if (node.server.is_named())
        reader.mistake("node", "expected no \"server\": only a scenario's own nodes may name one");
    Event event;
    event.joining = node.address;
    event.happen = [node, has_location](State& state, const Scenario& /*scenario*/) {
        return join(state, node, !has_location);
    };
    return event;
}

Event read_node_changes(KeyReader& reader, const Addresses& nodes) {
    const auto change = read_node_change(reader);
    return event_of_node(reader, nodes, [change](State& state, const Scenario&, Node& node) {
        return change_node(state, node, change);
    });
}

}  // namespace efm::fake
