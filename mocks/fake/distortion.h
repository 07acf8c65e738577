#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mocks/fake/cluster.h"

namespace efm::fake {

/// How one call sees the cluster wrongly. The cluster itself is as it was.
struct Distortion {
    std::vector<std::string> unseen;  ///< addresses, names of roles, or `*` for all: taken for failed
    bool two_primaries = false;       ///< the first standby says that it is one, too
};

/// Makes of `view` what is seen from the node `from`, which always sees itself.
void distort(Cluster& view, const Distortion& distortion, std::string_view from);

}  // namespace efm::fake
