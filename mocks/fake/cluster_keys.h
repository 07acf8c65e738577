#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "mocks/fake/cluster.h"
#include "mocks/fake/key_reader.h"

namespace efm::fake {

/// Whether it is the name of a role, as scenarios write it.
bool is_role_name(std::string_view text);

/// Reads the keys of one element of `nodes`.
Node read_node(KeyReader reader);

/// What an event changes of a node; what is left out stays.
struct NodeChange {
    std::optional<Role> role;
    std::optional<Agent> agent;
    std::optional<std::string> database;
    std::optional<std::string> received;
    std::optional<std::string> replayed;
    std::optional<std::string> info;
};
NodeChange read_node_change(KeyReader& reader);

/// Reads the keys that describe a cluster: those of a scenario, and of the state on disk. What is left out is
/// filled in with what a healthy cluster has.
Cluster read_cluster(KeyReader& reader);

/// Writes them, none left out.
boost::json::object write_cluster(const Cluster& cluster);

}  // namespace efm::fake
