#pragma once

#include <string_view>
#include <vector>

#include "mocks/fake/cluster.h"
#include "mocks/fake/dialect.h"

namespace efm::fake {

/// What of a cluster EFM shows, and in which order: the part that the text report and the JSON have in
/// common. The pointers are into the cluster that it was made from.
struct Shown {
    std::vector<const Node*> agents;    ///< members, and failed nodes where this version keeps them
    std::vector<const Node*> priority;  ///< a node that has failed is not in the list until it is back
    std::vector<const Node*>
        databases;  ///< the primary first, then the standbys in promotion order, then the rest
    std::vector<const Node*> idle;
};

Shown select_shown(const Cluster& cluster, const Dialect& dialect);

/// The name of a role, as this version says it.
std::string_view shown_role(Role role, const Dialect& dialect);

/// The agent type of a node: its role, or DOWN.
std::string_view shown_type(const Node& node, const Dialect& dialect);

/// The database column of a node.
std::string_view shown_database(const Node& node, const Dialect& dialect);

/// What asking a node's database for its WAL locations came to. The texts are the node's own, or literals.
struct Locations {
    std::string_view received;
    std::string_view replayed;
    std::string_view info;
};

Locations shown_locations(const Cluster& cluster, const Node& node, const Dialect& dialect);

}  // namespace efm::fake
