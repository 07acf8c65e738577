#include "mocks/fake/shown.h"

#include <unordered_map>
#include <unordered_set>

namespace efm::fake {

Shown select_shown(const Cluster& cluster, const EfmVersion& version) {
    Shown shown;
    std::unordered_map<std::string_view, const Node*> members;
    for (const auto& node : cluster.nodes) {
        if (node.is_member())
            members.emplace(node.address, &node);
        if (node.is_member() || (node.agent == Agent::failed && version.keeps_failed_nodes()))
            shown.agents.push_back(&node);
        if (node.is(Role::primary))
            shown.databases.push_back(&node);
        if (node.is(Role::idle))
            shown.idle.push_back(&node);
    }
    std::unordered_set<const Node*> ranked;
    for (const auto& address : cluster.priority) {
        const auto found = members.find(address);
        if (found == members.end())
            continue;
        shown.priority.push_back(found->second);
        if (found->second->role == Role::standby && ranked.insert(found->second).second)
            shown.databases.push_back(found->second);
    }
    for (const auto& node : cluster.nodes) {
        if (node.is(Role::promoting) || (node.is(Role::standby) && !ranked.contains(&node)))
            shown.databases.push_back(&node);
    }
    return shown;
}

std::string_view shown_type(const Node& node) {
    return node.is_member() ? to_string(node.role) : "DOWN";
}

std::string_view shown_database(const Node& node) {
    return node.is_member() ? std::string_view{node.database} : "N/A";
}

}  // namespace efm::fake
