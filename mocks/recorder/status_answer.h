#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace efm::fake {

/// The object in what `cluster-status-json` has printed, with or without noise before it; nothing when there
/// is none that has nodes.
std::optional<boost::json::object> find_status(std::string_view output);

/// All that stands where a node's address belongs.
std::vector<std::string> addresses_in(const boost::json::object& status);

/// The keys of a scenario (`nodes`, `vip`, `failover_priority` and so on) for the cluster that it shows. What
/// it does not say, or says in a way that the fake has no word for, is left out.
boost::json::object cluster_of_status(const boost::json::object& status);

/// The least that is a cluster, where nothing is known.
boost::json::object unknown_cluster();

}  // namespace efm::fake
