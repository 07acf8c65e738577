#pragma once

#include <cstddef>
#include <string_view>

#include "mocks/fake/cluster.h"

namespace efm::fake {

/// The cluster as it is seen from `node`: while the network is split, what is beyond the split is as if its
/// agent had failed. The pointers and lists of a view are its own.
Cluster view_from(const Cluster& cluster, std::string_view node);

/// Whether the network between the two is whole.
bool can_reach(const Cluster& cluster, std::string_view one, std::string_view other);

/// How many nodes with a running agent can be reached from one, itself among them, and how many there are.
struct Reach {
    std::size_t reached = 0;
    std::size_t members = 0;

    [[nodiscard]] bool is_majority() const { return reached * 2 > members; }
    [[nodiscard]] bool is_minority() const { return reached * 2 < members; }
};
Reach reach_of(const Cluster& cluster, std::string_view node);

/// Another node must coordinate when the one that did is no member any more.
void choose_coordinator(Cluster& cluster);

}  // namespace efm::fake
