#pragma once

#include <boost/json/object.hpp>

#include "mocks/fake/cluster.h"
#include "mocks/fake/key_reader.h"

namespace efm::fake {

/// Reads the keys that describe a cluster: those of a scenario, and of the state on disk. What is left out is
/// filled in with what a healthy cluster has.
Cluster read_cluster(KeyReader& reader);

/// Writes them, none left out.
boost::json::object write_cluster(const Cluster& cluster);

}  // namespace efm::fake
