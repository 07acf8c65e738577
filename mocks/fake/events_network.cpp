#include <range/v3/algorithm/contains.hpp>
#include <range/v3/algorithm/find_if.hpp>

#include "mocks/fake/events.h"
#include "mocks/fake/failover.h"
#include "mocks/fake/view.h"
#include "mocks/fake/wal.h"

namespace efm::fake {

namespace {

using Groups = std::vector<Addresses>;

Groups read_groups(KeyReader& reader, const Addresses& nodes) {
    auto groups = reader.text_lists("groups").value_or(Groups{});
    if (groups.empty())
        reader.mistake("groups", "expected an array of arrays of addresses");
    Addresses seen;
    for (std::size_t index = 0; index < groups.size(); ++index) {
        for (const auto& address : groups[index]) {
            if (!ranges::contains(nodes, address))
                reader.element_mistake("groups", index, "expected addresses of nodes");
            else if (ranges::contains(seen, address))
                reader.element_mistake("groups", index, "expected each address once");
            seen.push_back(address);
        }
    }
    return groups;
}

bool is_in_a_group(const Groups& groups, const std::string& address) {
    return ranges::find_if(groups, [&](const Addresses& group) {
               return ranges::contains(group, address);
           }) != groups.end();
}

void forget_isolation(State& state) {
    std::erase_if(state.declarations, [](const Declaration& declaration) {
        return declaration.what == Declaration::What::isolation;
    });
}

/// The primary of those whom `node` can reach: of two the one that was promoted last.
const Node* find_right_primary(const Cluster& cluster, const std::string& node) {
    const Node* right = nullptr;
    for (const auto& other : cluster.nodes) {
        if (!other.is(Role::primary) || !can_reach(cluster, node, other.address))
            continue;
        if (right == nullptr || other.address == cluster.last_promoted)
            right = &other;
    }
    return right;
}

// Where primaries have found each other, or a standby that is being promoted, one is left.
void leave_one_primary(State& state) {
    auto& cluster = state.cluster;
    for (auto& node : cluster.nodes) {
        const auto* const right = find_right_primary(cluster, node.address);
        const bool is_promoting = state.promotion && state.promotion->old_primary != node.address &&
                                  can_reach(cluster, node.address, state.promotion->target);
        if (!node.is(Role::primary) || (&node == right && !is_promoting))
            continue;
        if (cluster.vip_holder == node.address)
            cluster.vip_holder = is_promoting ? "" : right->address;
        make_idle(node);
    }
}

std::string split(State& state, const Scenario& scenario, Groups groups) {
    auto& cluster = state.cluster;
    // Those whom nobody names are a group of their own.
    Addresses others;
    for (const auto& node : cluster.nodes) {
        if (!is_in_a_group(groups, node.address))
            others.push_back(node.address);
    }
    groups.push_back(std::move(others));
    std::erase_if(groups, [](const Addresses& group) { return group.empty(); });
    if (groups.size() < 2)
        return "a split needs two groups";
    cluster.groups = std::move(groups);
    forget_isolation(state);
    leave_one_primary(state);
    for (const auto& node : cluster.nodes) {
        if (scenario.behaviour.auto_failover && node.is(Role::primary) &&
            reach_of(cluster, node.address).is_minority())
            declare_later(state, Declaration::What::isolation, node.address,
                          scenario.behaviour.node_detection_ms());
    }
    return {};
}

std::string heal(State& state) {
    auto& cluster = state.cluster;
    Addresses cut_off;
    const auto* const promoted = cluster.find(cluster.last_promoted);
    const auto* const right =
        promoted != nullptr && promoted->is(Role::primary) ? promoted : cluster.primary();
    for (const auto& node : cluster.nodes) {
        if (right != nullptr && !can_reach(cluster, right->address, node.address))
            cut_off.push_back(node.address);
    }
    cluster.groups.clear();
    cluster.forgotten.clear();
    forget_isolation(state);
    leave_one_primary(state);
    for (auto& node : cluster.nodes) {
        if (node.role == Role::standby && node.database_answers() &&
            ranges::contains(cut_off, node.address)) {
            if (const auto* const primary = sender_of(cluster, node))
                catch_up(node, *primary);
        }
    }
    return {};
}

}  // namespace

Event read_network_splits(KeyReader& reader, const Addresses& nodes) {
    Event event;
    event.happen = [groups = read_groups(reader, nodes)](State& state, const Scenario& scenario) {
        return split(state, scenario, groups);
    };
    return event;
}

Event read_network_heals(KeyReader& /*reader*/, const Addresses& /*nodes*/) {
    Event event;
    event.happen = [](State& state, const Scenario& /*scenario*/) { return heal(state); };
    return event;
}

Event read_vip_moves(KeyReader& reader, const Addresses& nodes) {
    auto to = reader.text("to");
    if (!reader.has("to") || (!to.empty() && !ranges::contains(nodes, to)))
        reader.mistake("to", "expected the address of a node, or an empty string for none");
    Event event;
    event.happen = [to = std::move(to)](State& state, const Scenario& /*scenario*/) -> std::string {
        if (state.cluster.vip.empty())
            return "the cluster has no virtual IP address";
        if (!to.empty() && state.cluster.find(to) == nullptr)
            return to + " is no node of the cluster";
        state.cluster.vip_holder = to;
        return {};
    };
    return event;
}

}  // namespace efm::fake
