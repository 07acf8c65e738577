#pragma once

#include <string>
#include <string_view>

#include "mocks/fake/behaviour.h"
#include "mocks/fake/cluster.h"

namespace efm::fake {

// How the agents' view of the cluster changes: its roles, its database column, the priority list and the
// virtual IP address. No server is touched.

/// The node has the only primary there is to the agents; one that was it before must be something else by
/// now.
void become_primary(Cluster& cluster, Node& node);
/// A database that is in recovery, the last in the priority list if it was not in it and may be promoted.
void become_standby(Cluster& cluster, Node& node);
/// Its agent watches nothing any more; `info` tells why, if it is not empty.
void become_idle(Cluster& cluster, Node& node, std::string_view info = {});
void become_promoting(Cluster& cluster, Node& node);

/// The agents that `efm stop-cluster` has stopped run again, and may join again.
void start_agents(Cluster& cluster);

/// What the agents find when they start: every role is what its server says it is.
void find_roles(Cluster& cluster);

/// What the agents notice by themselves of databases that answer: a standby that somebody has promoted, a
/// primary that has come back as a standby.
void notice_changes(Cluster& cluster);

/// Why nobody is promoted by itself when the primary of `cluster` has failed; empty when somebody is.
std::string failover_refusal(const Cluster& cluster, const Behaviour& behaviour);

/// The standby that EFM would promote, of those that answer: see choose_standby. nullptr when there is none.
const Node* choose_real_standby(const Cluster& cluster, const Behaviour& behaviour);

}  // namespace efm::fake
