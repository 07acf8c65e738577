#include "mocks/fake/health.h"

#include <range/v3/algorithm/all_of.hpp>
#include <range/v3/algorithm/any_of.hpp>
#include <range/v3/algorithm/find_if.hpp>
#include <range/v3/view/filter.hpp>

namespace efm::fake {

namespace {

bool is_well(const Node& node, const Dialect& dialect) {
    if (node.agent == Agent::stopped)
        return true;
    // Where a failed node vanishes from the list of members, nothing is left to complain about.
    if (node.agent == Agent::failed)
        return !dialect.version.keeps_failed_nodes();
    if (node.role == Role::witness)
        return true;
    return (node.role == Role::primary || node.role == Role::standby) && node.database_answers();
}

}  // namespace

Health examine(const Cluster& cluster, const Dialect& dialect) {
    Health health;
    const std::string word{dialect.conclusion_word()};
    const auto runs_as = [](Role role) {
        return [role](const Node& node) {
            return node.is_member() && node.database_role() == role && node.database_answers();
        };
    };
    const auto primary = ranges::find_if(cluster.nodes, runs_as(Role::primary));
    auto standbys = cluster.nodes | ranges::views::filter(runs_as(Role::standby));
    if (primary == cluster.nodes.end()) {
        health.sentence = "No " + word + " database was found.";
    } else if (standbys.begin() == standbys.end()) {
        health.sentence = "No standby databases were found.";
    } else if (ranges::any_of(standbys, [&](const Node& node) { return !is_in_sync(node, *primary); })) {
        health.sentence = dialect.points.out_of_sync_sentence.value_or(
            "One or more standby databases are not in sync with the " + word + " database.");
    } else {
        health.sentence = "Standby database(s) in sync with " + word + ". It is safe to promote.";
        health.is_safe = true;
    }
    health.is_healthy =
        health.is_safe && (cluster.missing_nodes.empty() || !dialect.points.missing_nodes_are_unhealthy) &&
        ranges::all_of(cluster.nodes, [&](const Node& node) { return is_well(node, dialect); });
    return health;
}

}  // namespace efm::fake
