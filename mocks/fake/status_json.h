#pragma once

#include <string>

#include "mocks/fake/cluster.h"
#include "mocks/fake/dialect.h"

namespace efm::fake {

/// The answer of `efm cluster-status-json`: one line without blanks, with the newline that ends it.
std::string status_json(const Cluster& cluster, const Dialect& dialect);

/// The answer of `efm node-status-json` for one node.
std::string node_status_json(const Cluster& cluster, const Node& node, const Dialect& dialect);

}  // namespace efm::fake
