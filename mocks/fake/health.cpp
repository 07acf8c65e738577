#include "mocks/fake/health.h"

#include <range/v3/algorithm/all_of.hpp>
#include <range/v3/algorithm/any_of.hpp>
#include <range/v3/view/filter.hpp>

namespace efm::fake {

namespace {

bool is_well(const Node& node, const EfmVersion& version) {
    if (node.agent == Agent::stopped)
        return true;
    // Where a failed node vanishes from the list of members, nothing is left to complain about.
    if (node.agent == Agent::failed)
        return !version.keeps_failed_nodes();
    if (node.role == Role::witness)
        return true;
    return (node.role == Role::primary || node.role == Role::standby) && node.database_answers();
}

}  // namespace

Health examine(const Cluster& cluster, const EfmVersion& version) {
    Health health;
    const auto* const primary = cluster.primary();
    auto standbys = cluster.nodes | ranges::views::filter([](const Node& node) {
                        return node.is(Role::standby) && node.database_answers();
                    });
    if (primary == nullptr || !primary->database_answers()) {
        health.sentence = "No primary database was found.";
    } else if (standbys.begin() == standbys.end()) {
        health.sentence = "No standby databases were found.";
    } else if (ranges::any_of(standbys, [&](const Node& node) { return !is_in_sync(node, *primary); })) {
        health.sentence = "One or more standby databases are not in sync with the primary database.";
    } else {
        health.sentence = "Standby database(s) in sync with primary. It is safe to promote.";
        health.is_safe = true;
    }
    health.is_healthy =
        health.is_safe && cluster.missing_nodes.empty() &&
        ranges::all_of(cluster.nodes, [&](const Node& node) { return is_well(node, version); });
    return health;
}

}  // namespace efm::fake
