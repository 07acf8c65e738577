#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backends/status/cluster_status.h"

// Nodes and clusters for the tests of promotion.
namespace efm::samples {

inline NodeStatus promotion_node(const std::string& address, const std::string& type, int priority,
                                 const std::string& replayed, const std::string& received) {
    NodeStatus node;
    node.address = address;
    node.type = type;
    node.agent = "UP";
    node.database = "UP";
    node.replayed = replayed;
    node.replayed_at = parse_wal_location(replayed);
    node.received = received;
    node.received_at = parse_wal_location(received);
    node.priority = priority;
    return node;
}

inline NodeStatus primary(const std::string& address, const std::string& location = "0/100") {
    return promotion_node(address, "Primary", 0, location, location);
}

/// Has received what it has replayed, unless something else is said.
inline NodeStatus standby(const std::string& address, int priority, const std::string& replayed = "0/100",
                          const std::optional<std::string>& received = std::nullopt) {
    return promotion_node(address, "Standby", priority, replayed, received.value_or(replayed));
}

inline NodeStatus of_type(const std::string& address, const std::string& type) {
    return promotion_node(address, type, 0, "", "");
}

inline ClusterStatus cluster(std::vector<NodeStatus> nodes) {
    ClusterStatus status;
    for (const auto& node : nodes)
        status.allowed.push_back(node.address);
    status.nodes = std::move(nodes);
    return status;
}

/// A primary p, standbys s1 and s2 in sync, a witness w, a VIP on the primary.
inline ClusterStatus healthy_cluster() {
    auto status = cluster({primary("p"), standby("s1", 1), standby("s2", 2), of_type("w", "Witness")});
    status.vip = "10.0.0.100";
    for (auto& node : status.nodes)
        node.vip = status.vip;
    status.nodes[0].vip_active = true;
    return status;
}

}  // namespace efm::samples
