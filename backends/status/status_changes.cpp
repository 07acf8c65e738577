#include "backends/status/status_changes.h"

#include <algorithm>
#include <unordered_map>

namespace efm {

namespace {

using ByAddress = std::unordered_map<std::string_view, const NodeStatus*>;

ByAddress by_address(const ClusterStatus& status) {
    ByAddress nodes;
    for (const auto& node : status.nodes)
        nodes.emplace(node.address, &node);
    return nodes;
}

std::string joined(const std::vector<std::string>& words) {
    std::string line;
    for (const auto& word : words)
        line.append(line.empty() ? "" : " ").append(word);
    return line;
}

std::string active_vip(const NodeStatus& node) {
    return node.vip_active ? node.vip : std::string{};
}

// Primary was called Master before EFM 4.0: an upgrade is no promotion.
bool same_role(const NodeStatus& before, const NodeStatus& after) {
    return before.type == after.type || (before.is_primary() && after.is_primary());
}

void compare_nodes(const NodeStatus& before, const NodeStatus& after, std::vector<StatusChange>& changes) {
    const auto compare = [&](const char* kind, const std::string& old_value, const std::string& new_value) {
        if (old_value != new_value)
            changes.push_back({kind, after.address, old_value, new_value});
    };
    if (!same_role(before, after))
        compare("role", before.type, after.type);
    compare("database", before.database, after.database);
    compare("agent", before.agent, after.agent);
    compare("vip", active_vip(before), active_vip(after));
}

// The order of nodes says nothing: in a split cluster the primary of before is the primary as long as it is
// one of them.
std::string primary_address(const ClusterStatus& status, const std::string& before = {}) {
    const auto* const same = before.empty() ? nullptr : status.find(before);
    const auto* const primary = same != nullptr && same->is_primary() ? same : status.primary();
    return primary == nullptr ? std::string{} : primary->address;
}

}  // namespace

std::vector<StatusChange> compare_status(const ClusterStatus& before, const ClusterStatus& after) {
    std::vector<StatusChange> changes;
    const auto old_nodes = by_address(before);
    const auto new_nodes = by_address(after);
    for (const auto& node : after.nodes) {
        if (const auto found = old_nodes.find(node.address); found != old_nodes.end())
            compare_nodes(*found->second, node, changes);
        else
            changes.push_back({"node_appeared", node.address, "", node.type});
    }
    for (const auto& node : before.nodes) {
        if (!new_nodes.contains(node.address))
            changes.push_back({"node_disappeared", node.address, node.type, ""});
    }
    const auto old_primary = primary_address(before);
    const auto new_primary = primary_address(after, old_primary);
    if (old_primary != new_primary)
        changes.push_back(
            {"primary", new_primary.empty() ? old_primary : new_primary, old_primary, new_primary});
    if (before.priority != after.priority)
        changes.push_back({"priority", "", joined(before.priority), joined(after.priority)});
    return changes;
}

int count_role_changes(const ClusterStatus& before, const ClusterStatus& after) {
    const auto old_nodes = by_address(before);
    return static_cast<int>(std::ranges::count_if(after.nodes, [&](const NodeStatus& node) {
        const auto found = old_nodes.find(node.address);
        return found != old_nodes.end() && !same_role(*found->second, node);
    }));
}

}  // namespace efm
