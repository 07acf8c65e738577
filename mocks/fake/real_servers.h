#pragma once

#include <string>
#include <vector>

#include "mocks/fake/cluster.h"
#include "mocks/fake/servers.h"

namespace efm::fake {

/// Whether the cluster, or a part of it, is made of real servers: then an agent must run for it.
bool has_real_servers(const Cluster& cluster);

/// Asks the servers of a cluster. One answer for each node, in their order; nobody is asked for a node
/// without a server.
std::vector<ServerAnswer> ask_servers(const Cluster& cluster, Servers& servers);

/// Puts into the nodes what their servers have just said: locations, errors, whether they are in recovery.
/// The roles and the database column are the agents' view, and stay.
void show_answers(Cluster& cluster, const std::vector<ServerAnswer>& answers);

/// Takes over what was found in `asked` of the nodes with real servers, but for Info: what a server answers
/// is shown when it is asked, what is kept there is the agent's own words.
void take_answers(Cluster& cluster, const Cluster& asked);

/// Both for a command that shows or judges the cluster as it is now. Without `servers`, or without a real
/// server in the cluster, the last that the agent has seen stays.
void refresh(Cluster& cluster, Servers* servers);

/// The file that the agent of a state keeps locked while it runs.
std::string agent_lock_file(const std::string& state_file);
bool agent_is_running(const std::string& state_file);

}  // namespace efm::fake
