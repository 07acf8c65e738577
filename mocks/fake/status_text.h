#pragma once

#include <string>
#include <string_view>

#include "mocks/fake/cluster.h"
#include "mocks/fake/dialect.h"

namespace efm::fake {

/// The report of `efm cluster-status`, byte for byte.
std::string status_text(const Cluster& cluster, std::string_view cluster_name, const Dialect& dialect);

}  // namespace efm::fake
