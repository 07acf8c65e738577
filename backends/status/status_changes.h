#pragma once

#include <string>
#include <vector>

#include "backends/status/cluster_status.h"

namespace efm {

/// One thing that is different in a later status of the same cluster.
struct StatusChange {
    std::string kind;  ///< node_appeared, node_disappeared, role, database, agent, primary, priority, vip
    std::string node;  ///< address of the node; empty for `priority`
    std::string before;
    std::string after;
};

/// What has changed from `before` to `after`: at most one row for each kind and node, in the order of
/// `after`, then the nodes that are gone, then `primary` and `priority`. WAL locations are no changes.
///
/// * node_appeared: `after` is its type; node_disappeared: `before` is
/// * role: the type, with Master the same as Primary; a promotion is three of them (Standby, Promoting,
///   Primary). database, agent: the state
/// * vip: `node` answers on the virtual IP address now (`after`: the address) or no more (`before`)
/// * primary: `before` and `after` are addresses, empty for none; with several primaries the one of before,
///   as long as it is one
/// * priority: the lists, addresses separated by a blank
std::vector<StatusChange> compare_status(const ClusterStatus& before, const ClusterStatus& after);

/// How many nodes of `after` had another role in `before`.
int count_role_changes(const ClusterStatus& before, const ClusterStatus& after);

}  // namespace efm
