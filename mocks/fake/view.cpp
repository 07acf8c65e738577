#include "mocks/fake/view.h"

#include <range/v3/algorithm/contains.hpp>
#include <range/v3/algorithm/find_if.hpp>

namespace efm::fake {

Cluster view_from(const Cluster& cluster, std::string_view node) {
    auto view = cluster;
    if (cluster.groups.empty())
        return view;
    for (auto& other : view.nodes) {
        if (other.is_member() && !can_reach(cluster, node, other.address))
            other.agent = Agent::failed;
    }
    // Forgotten beyond the split: not even failed.
    const auto is_forgotten = [&](const std::string& address) {
        return ranges::contains(cluster.forgotten, address) && !can_reach(cluster, node, address);
    };
    std::erase_if(view.nodes, [&](const Node& other) { return is_forgotten(other.address); });
    std::erase_if(view.allowed, is_forgotten);
    // Beyond the split an address may be held twice: each side sees its own.
    if (!cluster.vip_holder.empty() && !can_reach(cluster, node, cluster.vip_holder)) {
        const auto* const primary = view.primary();
        view.vip_holder = primary != nullptr && primary->database == "UP" ? primary->address : "";
    }
    choose_coordinator(view);
    return view;
}

bool can_reach(const Cluster& cluster, std::string_view one, std::string_view other) {
    if (one == other || cluster.groups.empty())
        return true;
    const auto group = ranges::find_if(
        cluster.groups, [&](const auto& addresses) { return ranges::contains(addresses, one); });
    return group != cluster.groups.end() && ranges::contains(*group, other);
}

Reach reach_of(const Cluster& cluster, std::string_view node) {
    Reach reach;
    for (const auto& other : cluster.nodes) {
        if (!other.is_member())
            continue;
        ++reach.members;
        if (can_reach(cluster, node, other.address))
            ++reach.reached;
    }
    return reach;
}

void choose_coordinator(Cluster& cluster) {
    const auto* const known = cluster.find(cluster.coordinator);
    if (known != nullptr && known->is_member())
        return;
    const auto first = ranges::find_if(cluster.nodes, &Node::is_member);
    if (first != cluster.nodes.end())
        cluster.coordinator = first->address;
}

}  // namespace efm::fake
