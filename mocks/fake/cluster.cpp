#include "mocks/fake/cluster.h"

#include <range/v3/algorithm/find.hpp>
#include <range/v3/algorithm/find_if.hpp>

#include "mocks/fake/lsn.h"

namespace efm::fake {

bool Node::database_answers() const {
    return database == "UP" && replayed != unknown_lsn;
}

Node* Cluster::find(std::string_view address) {
    const auto found = ranges::find(nodes, address, &Node::address);
    return found == nodes.end() ? nullptr : &*found;
}

const Node* Cluster::find(std::string_view address) const {
    const auto found = ranges::find(nodes, address, &Node::address);
    return found == nodes.end() ? nullptr : &*found;
}

const Node* Cluster::primary() const {
    const auto found = ranges::find_if(nodes, [](const Node& node) { return node.is(Role::primary); });
    return found == nodes.end() ? nullptr : &*found;
}

std::string_view to_string(Role role) {
    switch (role) {
        case Role::primary:
            return "Primary";
        case Role::standby:
            return "Standby";
        case Role::witness:
            return "Witness";
        case Role::idle:
            return "Idle";
        case Role::promoting:
            return "Promoting";
    }
    return "Unknown";
}

bool is_in_sync(const Node& standby, const Node& primary) {
    return standby.database_answers() && primary.database_answers() &&
           parse_lsn(standby.replayed).has_value() &&
           parse_lsn(standby.replayed) == parse_lsn(primary.replayed);
}

void make_idle(Node& node) {
    node.role = Role::idle;
    node.database = "UNKNOWN";
    node.received = unknown_lsn;
    node.replayed = unknown_lsn;
    node.info = connection_refused(node.address);
}

std::string connection_refused(std::string_view address) {
    return "Connection to " + std::string{address} +
           ":5444 refused. Check that the hostname and port are correct and that the postmaster is accepting "
           "TCP/IP connections.";
}

}  // namespace efm::fake
