#include "backends/promotion/standby_choice.h"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <tuple>

namespace efm {

namespace {

std::tuple<std::uint64_t, std::uint64_t> wal_position(const NodeStatus& node) {
    return {wal_end(node).value_or(0), node.replayed_at.value_or(0)};
}

/// An agent says UP of a database that has just died; that it cannot be asked shows it.
bool is_candidate(const NodeStatus& node) {
    return node.is_eligible() && node.replayed_at.has_value();
}

std::string reason_for(const NodeStatus& best, const ClusterStatus& status) {
    bool is_alone = true;
    bool has_received_most = true;
    bool has_replayed_most = true;
    for (const auto& node : status.nodes) {
        if (&node == &best || !is_candidate(node))
            continue;
        is_alone = false;
        has_received_most =
            has_received_most && std::get<0>(wal_position(best)) > std::get<0>(wal_position(node));
        has_replayed_most = has_replayed_most && wal_position(best) > wal_position(node);
    }
    if (is_alone)
        return "the only standby that may be promoted";
    if (has_received_most)
        return "it has received the most WAL";
    if (has_replayed_most)
        return "it has replayed the most WAL";
    return "the first in the promotion order of those with the most WAL";
}

}  // namespace

StandbyChoice choose_standby(const ClusterStatus& status) {
    const NodeStatus* best = nullptr;
    for (const auto& node : status.nodes) {
        if (!is_candidate(node))
            continue;
        if (best == nullptr || wal_position(node) > wal_position(*best) ||
            (wal_position(node) == wal_position(*best) && node.priority < best->priority))
            best = &node;
    }
    if (best == nullptr)
        return {};
    return {best, reason_for(*best, status)};
}

std::optional<std::uint64_t> wal_end(const NodeStatus& node) {
    // An empty one is less than any.
    return std::max(node.received_at, node.replayed_at);
}

std::optional<std::uint64_t> bytes_not_received(const NodeStatus* primary, const NodeStatus& node) {
    if (primary == nullptr || !primary->replayed_at || !node.replayed_at)
        return std::nullopt;
    const auto received = *wal_end(node);
    return *primary->replayed_at > received ? *primary->replayed_at - received : 0;
}

}  // namespace efm
