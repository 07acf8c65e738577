#pragma once

#include <cstdint>

#include "mocks/fake/cluster.h"

namespace efm::fake {

/// Lets every running primary write so many bytes. The standbys that it reaches keep their distance from it,
/// but for what they do not receive or replay. Answers whether there was a primary.
bool write_wal(Cluster& cluster, std::uint64_t bytes);

/// How many bytes are written between two moments, counted from the beginning so that no step loses a part.
std::uint64_t wal_between(std::int64_t bytes_per_second, std::int64_t from_ms, std::int64_t to_ms);

/// The running primary whose WAL `node` is sent, or nullptr. Agents have no part in that.
const Node* sender_of(const Cluster& cluster, const Node& node);

/// Brings a running standby up to `primary`, as far as it receives and replays.
void catch_up(Node& standby, const Node& primary);

/// Starts the database of a primary or a standby where it stopped; a standby catches up.
void start_database(const Cluster& cluster, Node& node);

}  // namespace efm::fake
