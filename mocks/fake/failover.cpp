#include "mocks/fake/failover.h"

#include <range/v3/algorithm/any_of.hpp>
#include <range/v3/algorithm/find_if.hpp>

#include "mocks/fake/view.h"

namespace efm::fake {

namespace {

void drop_vip(Cluster& cluster, const Node& node) {
    if (cluster.vip_holder == node.address)
        cluster.vip_holder.clear();
}

// Only where most of the cluster is together a standby may be promoted.
const Node* find_survivor(const Cluster& cluster) {
    const auto found = ranges::find_if(cluster.nodes, [&](const Node& node) {
        return node.is_member() && (cluster.groups.empty() || reach_of(cluster, node.address).is_majority());
    });
    return found == cluster.nodes.end() ? nullptr : &*found;
}

void fail_over(State& state, const Scenario& scenario, const std::string& old_primary) {
    const auto* const survivor = find_survivor(state.cluster);
    if (!scenario.behaviour.auto_failover || state.promotion || survivor == nullptr)
        return;
    const auto view = view_from(state.cluster, survivor->address);
    const auto* const target = choose_standby(view, scenario.behaviour);
    const bool has_primary = ranges::any_of(
        view.nodes, [](const Node& node) { return node.is(Role::primary) || node.is(Role::promoting); });
    if (has_primary || target == nullptr || leaves_too_few_standbys(view))
        return;
    Promotion promotion;
    promotion.target = target->address;
    promotion.old_primary = can_reach(state.cluster, survivor->address, old_primary) ? old_primary : "";
    promotion.stops_old_primary = false;
    start_promotion(state, scenario, std::move(promotion));
}

void declare_database(State& state, const Scenario& scenario, Node& node) {
    if (node.database_answers())
        return;
    if (node.role == Role::standby)
        node.database = "DOWN";
    if (node.role != Role::primary)
        return;
    if (node.agent == Agent::stopped)
        return;
    if (node.is_member()) {
        make_idle(node);
        drop_vip(state.cluster, node);
    }
    fail_over(state, scenario, node.address);
}

void declare_isolation(State& state, const Scenario& scenario, Node& node) {
    if (!node.is(Role::primary) || !reach_of(state.cluster, node.address).is_minority())
        return;
    if (scenario.behaviour.stop_isolated_primary) {
        make_idle(node);
        drop_vip(state.cluster, node);
    }
    fail_over(state, scenario, node.address);
}

}  // namespace

void declare_later(State& state, Declaration::What what, const std::string& node, std::int64_t after_ms) {
    state.declarations.push_back({.what = what, .node = node, .at_ms = state.now_ms + after_ms});
}

void declare_nothing(State& state, const std::string& node) {
    std::erase_if(state.declarations, [&](const Declaration& declaration) {
        return declaration.node == node && declaration.what != Declaration::What::isolation;
    });
}

void declare(State& state, const Scenario& scenario, const Declaration& declaration) {
    auto* const node = state.cluster.find(declaration.node);
    if (node == nullptr)
        return;
    switch (declaration.what) {
        case Declaration::What::database:
            declare_database(state, scenario, *node);
            return;
        case Declaration::What::node:
            if (node->role == Role::primary && node->agent == Agent::failed)
                fail_over(state, scenario, node->address);
            return;
        case Declaration::What::isolation:
            declare_isolation(state, scenario, *node);
            return;
    }
}

void start_promotion(State& state, const Scenario& scenario, Promotion promotion) {
    promotion.started_ms = state.now_ms;
    promotion.duration_ms = scenario.behaviour.promotion_ms;
    promotion.outcome = state.next_outcome.value_or(scenario.behaviour.promotion_outcome);
    state.next_outcome.reset();
    promotion.real = state.cluster.has_real_servers();
    if (promotion.real)
        promotion.step = "accepted";
    else
        begin_promotion(state.cluster, promotion);
    state.promotion = std::move(promotion);
}

}  // namespace efm::fake
