#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "backends/status/cluster_status.h"

namespace efm {

/// The standby that EFM promotes, and why.
struct StandbyChoice {
    const NodeStatus* node = nullptr;  ///< nullptr: there is none that may be promoted
    std::string reason;                ///< for example: it has received the most WAL
};

/// EFM's order (user guide, cluster properties): of the promotable standbys whose database is UP and answers
/// the one that has received the most WAL, of these the one that has replayed the most, of these the first in
/// failoverpriority.
StandbyChoice choose_standby(const ClusterStatus& status);

/// How far the WAL goes that `node` has: received, or replayed where that is more, whatever a version says of
/// it. Nothing where it is not known.
std::optional<std::uint64_t> wal_end(const NodeStatus& node);

/// The bytes of WAL that `primary` has written and `node` has not received: gone with the primary when `node`
/// is promoted, because it replays all it has before. Nothing where either location is not known.
std::optional<std::uint64_t> bytes_not_received(const NodeStatus* primary, const NodeStatus& node);

}  // namespace efm
