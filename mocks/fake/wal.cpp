#include "mocks/fake/wal.h"

#include <algorithm>

#include "mocks/fake/lsn.h"
#include "mocks/fake/promotion.h"
#include "mocks/fake/view.h"

namespace efm::fake {

namespace {

bool writes(const Node& node) {
    return node.role == Role::primary && node.database_answers() && !node.server.is_named() &&
           parse_lsn(node.replayed);
}

std::string moved(const std::string& lsn, std::uint64_t bytes) {
    return format_lsn(moved_lsn(parse_lsn(lsn).value_or(0), bytes));
}

void pass_on(Node& standby, std::uint64_t bytes) {
    if (!parse_lsn(standby.received) || !parse_lsn(standby.replayed))
        return;
    if (standby.receives)
        standby.received = moved(standby.received, bytes);
    if (standby.replays) {
        // Not beyond what it has received, unless it was beyond that from the start.
        const auto limit =
            std::max(parse_lsn(standby.received).value_or(0), parse_lsn(standby.replayed).value_or(0));
        standby.replayed =
            format_lsn(std::min(moved_lsn(parse_lsn(standby.replayed).value_or(0), bytes), limit));
    }
}

// Whole seconds apart from the rest: their product does not overflow.
std::uint64_t written_until(std::int64_t bytes_per_second, std::int64_t at_ms) {
    return static_cast<std::uint64_t>(at_ms / 1000 * bytes_per_second +
                                      at_ms % 1000 * bytes_per_second / 1000);
}

}  // namespace

bool write_wal(Cluster& cluster, std::uint64_t bytes) {
    bool is_written = false;
    for (auto& primary : cluster.nodes) {
        if (!writes(primary))
            continue;
        is_written = true;
        primary.replayed = moved(primary.replayed, bytes);
        for (auto& node : cluster.nodes) {
            if (node.role == Role::standby && node.database_answers() && sender_of(cluster, node) == &primary)
                pass_on(node, bytes);
        }
    }
    return is_written;
}

std::uint64_t wal_between(std::int64_t bytes_per_second, std::int64_t from_ms, std::int64_t to_ms) {
    return written_until(bytes_per_second, to_ms) - written_until(bytes_per_second, from_ms);
}

const Node* sender_of(const Cluster& cluster, const Node& node) {
    const Node* sender = nullptr;
    for (const auto& other : cluster.nodes) {
        if (other.role != Role::primary || !other.database_answers() ||
            !can_reach(cluster, other.address, node.address))
            continue;
        // One whose agent is gone may be left from before a promotion.
        if (sender == nullptr || (other.is_member() && !sender->is_member()))
            sender = &other;
    }
    return sender;
}

void catch_up(Node& standby, const Node& primary) {
    if (standby.receives)
        standby.received = primary.replayed;
    if (standby.replays)
        standby.replayed = standby.received;
}

void start_database(const Cluster& cluster, Node& node) {
    node.database = "UP";
    node.info.clear();
    node.replayed = node.last_lsn.empty() ? newest_lsn(cluster) : node.last_lsn;
    node.last_lsn.clear();
    node.received = node.role == Role::primary ? "" : node.replayed;
    if (node.role != Role::standby)
        return;
    if (const auto* const primary = sender_of(cluster, node))
        catch_up(node, *primary);
}

}  // namespace efm::fake
