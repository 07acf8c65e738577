#include "mocks/real_nodes/agent_view.h"

#include <range/v3/algorithm/find_if.hpp>

#include "mocks/fake/promotion.h"

namespace efm::fake {

void become_primary(Cluster& cluster, Node& node) {
    node.role = Role::primary;
    node.database = "UP";
    node.received.clear();
    node.info.clear();
    std::erase(cluster.priority, node.address);
    cluster.vip_holder = cluster.vip.empty() ? "" : node.address;
    cluster.last_promoted = node.address;
}

void become_standby(Cluster& cluster, Node& node) {
    node.role = Role::standby;
    node.database = "UP";
    node.info.clear();
    cluster.list_for_promotion(node.address);
    if (cluster.vip_holder == node.address)
        cluster.vip_holder.clear();
}

void become_idle(Cluster& cluster, Node& node, std::string_view info) {
    node.role = Role::idle;
    node.database = "UNKNOWN";
    if (!info.empty())
        node.info = info;
    std::erase(cluster.priority, node.address);
    if (cluster.vip_holder == node.address)
        cluster.vip_holder.clear();
}

void become_promoting(Cluster& cluster, Node& node) {
    node.role = Role::promoting;
    std::erase(cluster.priority, node.address);
    cluster.vip_holder.clear();
}

void start_agents(Cluster& cluster) {
    for (auto& node : cluster.nodes) {
        if (node.agent == Agent::stopped)
            node.agent = Agent::up;
    }
    if (cluster.allowed.empty()) {
        for (const auto& node : cluster.nodes)
            cluster.allowed.push_back(node.address);
    }
    if (cluster.coordinator.empty() && !cluster.nodes.empty())
        cluster.coordinator = cluster.nodes.front().address;
}

void find_roles(Cluster& cluster) {
    // Of two that are not in recovery the one that was promoted last is right, else the first.
    const auto is_a_primary = [](const Node& node) { return node.found_in_recovery == false; };
    auto right = ranges::find_if(cluster.nodes, [&](const Node& node) {
        return is_a_primary(node) && node.address == cluster.last_promoted;
    });
    if (right == cluster.nodes.end())
        right = ranges::find_if(cluster.nodes, is_a_primary);
    for (auto node = cluster.nodes.begin(); node != cluster.nodes.end(); ++node) {
        if (!node->server.is_named())
            continue;
        if (node == right)
            become_primary(cluster, *node);
        else if (node->found_in_recovery == true)
            become_standby(cluster, *node);
        else
            become_idle(cluster, *node);
    }
}

void notice_changes(Cluster& cluster) {
    for (auto& node : cluster.nodes) {
        if (!node.server.is_named())
            continue;
        if (node.is(Role::primary) && node.found_in_recovery == true)
            become_standby(cluster, node);
        else if (node.is(Role::standby) && node.found_in_recovery == false && cluster.primary() == nullptr)
            become_primary(cluster, node);
        else if (node.is(Role::standby) && node.found_in_recovery == false)
            become_idle(cluster, node, "DB is not in recovery.");
    }
}

std::string failover_refusal(const Cluster& cluster, const Behaviour& behaviour) {
    if (!behaviour.auto_failover)
        return "auto_failover is off";
    if (choose_standby(cluster, behaviour) == nullptr)
        return "there is no standby that can be promoted";
    if (leaves_too_few_standbys(cluster))
        return "fewer than the minimum number of standbys would be left";
    return {};
}

const Node* choose_real_standby(const Cluster& cluster, const Behaviour& behaviour) {
    auto candidates = cluster;
    std::erase_if(candidates.priority, [&](const std::string& address) {
        const auto* const node = candidates.find(address);
        return node == nullptr || node->found_in_recovery != true;
    });
    const auto* const chosen = choose_standby(candidates, behaviour);
    return chosen == nullptr ? nullptr : cluster.find(chosen->address);
}

}  // namespace efm::fake
