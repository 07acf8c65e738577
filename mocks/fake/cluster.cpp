#include "mocks/fake/cluster.h"

#include <range/v3/algorithm/any_of.hpp>
#include <range/v3/algorithm/contains.hpp>
#include <range/v3/algorithm/find.hpp>
#include <range/v3/algorithm/find_if.hpp>

#include "mocks/fake/lsn.h"

namespace efm::fake {

bool Node::database_answers() const {
    return database == "UP" && replayed != unknown_lsn;
}

Role Node::database_role() const {
    if (!found_in_recovery || role == Role::idle)
        return role;
    return *found_in_recovery ? Role::standby : Role::primary;
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

bool Cluster::has_real_servers() const {
    return ranges::any_of(nodes, [](const Node& node) { return node.server.is_named(); });
}

void Cluster::list_for_promotion(const std::string& address) {
    if (!ranges::contains(never_promoted, address) && !ranges::contains(priority, address))
        priority.push_back(address);
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
    const auto replayed = parse_lsn(standby.replayed);
    const auto written = parse_lsn(primary.replayed);
    if (!standby.database_answers() || !primary.database_answers() || !replayed)
        return false;
    // A real standby is asked after its primary, which may have written more meanwhile.
    return standby.found_in_recovery == true ? replayed >= written : replayed == written;
}

void stop_database(Node& node) {
    if (const auto& held = further_lsn(node.replayed, node.received); parse_lsn(held))
        node.last_lsn = held;
    node.received = unknown_lsn;
    node.replayed = unknown_lsn;
    node.info = connection_refused(node.address);
}

void make_idle(Node& node) {
    stop_database(node);
    node.role = Role::idle;
    node.database = "UNKNOWN";
}

std::string connection_refused(std::string_view address) {
    return "Connection to " + std::string{address} +
           ":5444 refused. Check that the hostname and port are correct and that the postmaster is accepting "
           "TCP/IP connections.";
}

}  // namespace efm::fake
