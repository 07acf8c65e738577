#pragma once

#include <string>

#include "mocks/fake/cluster.h"
#include "mocks/fake/dialect.h"

namespace efm::fake {

/// What EFM concludes from a cluster's state.
struct Health {
    bool is_healthy = false;  ///< exit status 0 of the status commands
    bool is_safe = false;     ///< the sentence is the good one
    std::string sentence;     ///< the line below the promote table
};

/// The documented reasons for a non-zero exit: an agent or a database that is not running, an idle agent, a
/// database that could not be asked, no primary, no standby, a standby that is not in sync.
Health examine(const Cluster& cluster, const Dialect& dialect);

}  // namespace efm::fake
