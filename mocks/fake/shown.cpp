#include "mocks/fake/shown.h"

#include <unordered_map>
#include <unordered_set>

#include <range/v3/algorithm/any_of.hpp>

#include "mocks/fake/lsn.h"

namespace efm::fake {

Shown select_shown(const Cluster& cluster, const Dialect& dialect) {
    Shown shown;
    std::unordered_map<std::string_view, const Node*> members;
    for (const auto& node : cluster.nodes) {
        if (node.is_member())
            members.emplace(node.address, &node);
        if (node.is_member() || (node.agent == Agent::failed && dialect.version.keeps_failed_nodes()))
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

std::string_view shown_role(Role role, const Dialect& dialect) {
    return role == Role::primary && !dialect.version.says_primary() ? "Master" : to_string(role);
}

std::string_view shown_type(const Node& node, const Dialect& dialect) {
    return node.is_member() ? shown_role(node.role, dialect) : "DOWN";
}

std::string_view shown_database(const Node& node, const Dialect& dialect) {
    if (!node.is_member())
        return "N/A";
    if (node.database == "DOWN" && dialect.points.shows_down_as_unknown)
        return "UNKNOWN";
    if (node.role == Role::idle && node.database == "UNKNOWN" && dialect.points.shows_idle_as_up)
        return "UP";
    return node.database;
}

Locations shown_locations(const Cluster& cluster, const Node& node, const Dialect& dialect) {
    Locations shown{unknown_lsn, unknown_lsn, node.info};
    // An idle node's database may be asked, whatever its agent says of it.
    if (node.database_answers() || node.role == Role::idle) {
        const bool is_mistaken =
            node.role == Role::standby && dialect.version.mistakes_received_for_replayed();
        shown.received = node.received;
        shown.replayed = is_mistaken ? node.received : node.replayed;
    }
    if (!dialect.version.explains_when_no_database_answers() &&
        !ranges::any_of(cluster.nodes, [](const Node& other) {
            return other.is_member() && other.role != Role::witness && other.replayed != unknown_lsn;
        }))
        shown.info = {};
    return shown;
}

}  // namespace efm::fake
