#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "mocks/fake/cluster.h"

namespace efm::fake {

/// A promotion that the local agent has accepted. Times are milliseconds of the system's clock.
///
/// The first third: the old primary is being stopped and is still shown as Primary. Then it is Idle, the
/// standby is Promoting and there is no Primary. When `duration_ms` is over the standby is the Primary, the
/// old one a Standby after a switchover and else Idle.
struct Promotion {
    std::string target;
    std::string old_primary;  ///< empty when there was none
    bool switchover = false;
    std::int64_t started_ms = 0;
    std::int64_t duration_ms = 0;
};

/// The standby that EFM promotes: of those in the priority list the one with the most WAL received, then
/// replayed, then the first in the list. nullptr when none can be promoted.
const Node* choose_standby(const Cluster& cluster);

/// The furthest WAL location that any node of the cluster has.
std::string newest_lsn(const Cluster& cluster);

/// Brings the cluster, and the promotion going on in it, to what they are at `now_ms`. Doing it again changes
/// nothing.
void settle(Cluster& cluster, std::optional<Promotion>& promotion, std::int64_t now_ms);

}  // namespace efm::fake
