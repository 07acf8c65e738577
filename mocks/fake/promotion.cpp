#include "mocks/fake/promotion.h"

#include <algorithm>
#include <tuple>

#include <range/v3/algorithm/contains.hpp>

#include "mocks/fake/lsn.h"

namespace efm::fake {

namespace {

std::tuple<std::uint64_t, std::uint64_t> wal_position(const Node& node) {
    const auto replayed = parse_lsn(node.replayed).value_or(0);
    return {std::max(parse_lsn(node.received).value_or(0), replayed), replayed};
}

void open_window(Cluster& cluster, const Promotion& promotion) {
    if (auto* const old_primary = cluster.find(promotion.old_primary))
        make_idle(*old_primary);
    if (auto* const target = cluster.find(promotion.target))
        target->role = Role::promoting;
    std::erase(cluster.priority, promotion.target);
    cluster.vip_holder.clear();
}

// Both are locations of one history, so the further one holds the other.
const std::string& further_lsn(const std::string& one, const std::string& other) {
    return parse_lsn(other).value_or(0) > parse_lsn(one).value_or(0) ? other : one;
}

// The other standbys are made to follow the new primary and have caught up with it.
void follow(Cluster& cluster, const Node& primary) {
    for (auto& node : cluster.nodes) {
        if (node.is(Role::standby) && node.database_answers()) {
            node.received = primary.replayed;
            node.replayed = primary.replayed;
        }
    }
}

void close_window(Cluster& cluster, const Promotion& promotion) {
    auto* const target = cluster.find(promotion.target);
    if (target == nullptr)
        return;
    target->role = Role::primary;
    target->replayed = further_lsn(target->replayed, target->received);
    target->received.clear();
    if (!cluster.vip.empty())
        cluster.vip_holder = target->address;

    auto* const old_primary = cluster.find(promotion.old_primary);
    if (promotion.switchover && old_primary != nullptr) {
        old_primary->role = Role::standby;
        old_primary->database = "UP";
        old_primary->replayed = target->replayed;
        old_primary->received = target->replayed;
        old_primary->info.clear();
        if (!ranges::contains(cluster.priority, old_primary->address))
            cluster.priority.push_back(old_primary->address);
    }
    follow(cluster, *target);
}

}  // namespace

const Node* choose_standby(const Cluster& cluster) {
    const Node* best = nullptr;
    for (const auto& address : cluster.priority) {
        const auto* const node = cluster.find(address);
        if (node == nullptr || !node->is(Role::standby) || node->database != "UP")
            continue;
        if (best == nullptr || wal_position(*node) > wal_position(*best))
            best = node;
    }
    return best;
}

std::string newest_lsn(const Cluster& cluster) {
    std::string newest = "0/0";
    for (const auto& node : cluster.nodes)
        newest = further_lsn(further_lsn(newest, node.replayed), node.received);
    return newest;
}

void settle(Cluster& cluster, std::optional<Promotion>& promotion, std::int64_t now_ms) {
    if (!promotion)
        return;
    const auto elapsed_ms = now_ms - promotion->started_ms;
    // A clock that was set back must not hold a promotion for ever.
    const bool is_over = elapsed_ms >= promotion->duration_ms || elapsed_ms < 0;
    if (!is_over && elapsed_ms < promotion->duration_ms / 3)
        return;
    open_window(cluster, *promotion);
    if (is_over) {
        close_window(cluster, *promotion);
        promotion.reset();
    }
}

}  // namespace efm::fake
