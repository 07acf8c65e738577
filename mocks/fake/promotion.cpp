#include "mocks/fake/promotion.h"

#include <algorithm>
#include <tuple>

#include <range/v3/algorithm/contains.hpp>
#include <range/v3/algorithm/count_if.hpp>

#include "mocks/fake/lsn.h"
#include "mocks/fake/view.h"
#include "mocks/fake/wal.h"

namespace efm::fake {

namespace {

std::tuple<std::uint64_t, std::uint64_t> wal_position(const Node& node, const Behaviour& behaviour) {
    const auto replayed = parse_lsn(node.replayed).value_or(0);
    return {std::max(parse_lsn(node.received).value_or(0), replayed),
            behaviour.use_replay_tiebreaker ? replayed : 0};
}

void open_window(Cluster& cluster, const Promotion& promotion) {
    if (auto* const old_primary = cluster.find(promotion.old_primary))
        make_idle(*old_primary);
    if (auto* const target = cluster.find(promotion.target))
        target->role = Role::promoting;
    std::erase(cluster.priority, promotion.target);
    cluster.vip_holder.clear();
}

void bring_back(Cluster& cluster, const Promotion& promotion) {
    auto* const node = cluster.find(promotion.old_primary);
    if (node == nullptr || !node->is(Role::idle) ||
        !can_reach(cluster, promotion.target, promotion.old_primary))
        return;
    node->role = Role::standby;
    start_database(cluster, *node);
    cluster.list_for_promotion(node->address);
}

// Whoever else is a primary here has lost; the standbys are made to follow.
void follow(Cluster& cluster, const Node& primary) {
    for (auto& node : cluster.nodes) {
        if (node.address == primary.address || !can_reach(cluster, primary.address, node.address))
            continue;
        if (node.role == Role::primary)
            make_idle(node);
        if (node.role == Role::standby && node.database_answers())
            catch_up(node, primary);
    }
}

void close_window(Cluster& cluster, const Promotion& promotion) {
    auto* const target = cluster.find(promotion.target);
    if (target == nullptr)
        return;
    target->role = Role::primary;
    target->replayed = further_lsn(target->replayed, target->received);
    // A primary that is stopped in an orderly way has sent all it had.
    if (const auto* const old_primary = cluster.find(promotion.old_primary);
        promotion.switchover && old_primary != nullptr)
        target->replayed =
            further_lsn(target->replayed, further_lsn(old_primary->replayed, old_primary->last_lsn));
    target->received.clear();
    target->receives = true;
    target->replays = true;
    if (!cluster.vip.empty())
        cluster.vip_holder = target->address;
    cluster.last_promoted = target->address;
    follow(cluster, *target);
}

}  // namespace

const Node* choose_standby(const Cluster& cluster, const Behaviour& behaviour) {
    const Node* best = nullptr;
    for (const auto& address : cluster.priority) {
        const auto* const node = cluster.find(address);
        if (node == nullptr || !node->is(Role::standby) || !node->database_answers())
            continue;
        if (best == nullptr || wal_position(*node, behaviour) > wal_position(*best, behaviour))
            best = node;
    }
    return best;
}

bool leaves_too_few_standbys(const Cluster& view) {
    const auto standbys =
        ranges::count_if(view.nodes, [](const Node& node) { return node.is(Role::standby); });
    return standbys - 1 < view.minimum_standbys;
}

std::string newest_lsn(const Cluster& cluster) {
    std::string newest = "0/0";
    for (const auto& node : cluster.nodes)
        newest = further_lsn(further_lsn(newest, node.replayed), node.received);
    return newest;
}

void begin_promotion(Cluster& cluster, Promotion& promotion) {
    promotion.phase = Promotion::Phase::stopping;
    if (auto* const old_primary = cluster.find(promotion.old_primary);
        old_primary != nullptr && promotion.stops_old_primary)
        stop_database(*old_primary);
}

std::optional<std::int64_t> next_step_ms(const Promotion& promotion) {
    using Phase = Promotion::Phase;
    if (promotion.real)
        return std::nullopt;
    if (promotion.phase == Phase::stopping)
        return promotion.started_ms + (promotion.stops_old_primary ? promotion.duration_ms * 3 / 10 : 0);
    if (promotion.phase == Phase::promoting && promotion.switchover)
        return promotion.started_ms + promotion.duration_ms * 4 / 10;
    if (promotion.outcome == PromotionOutcome::sticks)
        return std::nullopt;
    return promotion.started_ms + promotion.duration_ms;
}

void take_step(Cluster& cluster, std::optional<Promotion>& promotion) {
    using Phase = Promotion::Phase;
    if (promotion->phase == Phase::stopping) {
        open_window(cluster, *promotion);
        promotion->phase = Phase::promoting;
    } else if (promotion->phase == Phase::promoting && promotion->switchover) {
        bring_back(cluster, *promotion);
        promotion->phase = Phase::old_primary_back;
    } else if (promotion->outcome == PromotionOutcome::fails) {
        fail_promotion(cluster, promotion);
    } else {
        close_window(cluster, *promotion);
        promotion.reset();
    }
}

void fail_promotion(Cluster& cluster, std::optional<Promotion>& promotion) {
    // It has been stopped for nothing.
    if (auto* const old_primary = cluster.find(promotion->old_primary);
        old_primary != nullptr && promotion->phase == Promotion::Phase::stopping) {
        make_idle(*old_primary);
        cluster.vip_holder.clear();
    }
    if (auto* const target = cluster.find(promotion->target); target != nullptr) {
        target->role = Role::standby;
        if (!ranges::contains(cluster.priority, target->address) &&
            !ranges::contains(cluster.never_promoted, target->address))
            cluster.priority.insert(cluster.priority.begin(), target->address);
    }
    cluster.messages.emplace_back("Could not promote standby");
    promotion.reset();
}

}  // namespace efm::fake
