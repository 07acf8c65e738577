#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace efm {

/// One node of a cluster status, in the words of the EFM that was asked. What a version does not print is
/// empty. Texts are in the encoding of the answer.
struct NodeStatus {
    std::string address;  ///< as EFM gave it: an IP address or a host name
    std::string
        type;  ///< Primary (Master before 4.0), Standby, Witness, Idle, Promoting, DOWN, or a later word
    std::string agent;        ///< UP or DOWN: what EFM says (3.x), else UP unless the type is DOWN
    std::string database;     ///< UP, DOWN, UNKNOWN, N/A
    std::string vip;          ///< virtual IP address, empty for none
    bool vip_active = false;  ///< whether this node answers on it
    std::string received;     ///< WAL location, empty or UNKNOWN
    std::string replayed;     ///< WAL location, of a primary its current one; empty or UNKNOWN
    std::string info;         ///< what went wrong when its database was asked
    int priority = 0;         ///< place in failoverpriority, from 1; 0 when it is not there
    std::optional<std::uint64_t> received_at;  ///< `received` as a number, where it is a location
    std::optional<std::uint64_t> replayed_at;  ///< `replayed` as a number, where it is a location

    [[nodiscard]] bool is_promotable() const { return priority > 0; }
    [[nodiscard]] bool is_primary() const { return type == "Primary" || type == "Master"; }
    [[nodiscard]] bool is_standby() const { return type == "Standby"; }
    [[nodiscard]] bool is_witness() const { return type == "Witness"; }
    [[nodiscard]] bool is_promoting() const { return type == "Promoting"; }
    /// Whether EFM may choose it when it promotes: a promotable standby whose agent and database run.
    [[nodiscard]] bool is_eligible() const {
        return is_standby() && is_promotable() && agent == "UP" && database == "UP";
    }
};

/// The answer of `efm cluster-status-json`, of any version from 2.1 on.
struct ClusterStatus {
    std::vector<NodeStatus> nodes;  ///< in the order of the answer
    std::string vip;                ///< of the first node that names one
    std::string coordinator;        ///< membership coordinator
    std::optional<int> minimum_standbys;
    std::vector<std::string> allowed;   ///< addresses that may join
    std::vector<std::string> priority;  ///< addresses in the order of promotion
    std::vector<std::string> missing;   ///< nodes that EFM misses
    std::vector<std::string> messages;

    /// The node of that address, or nullptr. Looks at one node after the other, as all below do.
    [[nodiscard]] const NodeStatus* find(std::string_view address) const;
    /// The primary, or nullptr; with more than one (a split cluster) the first.
    [[nodiscard]] const NodeStatus* primary() const;
    [[nodiscard]] int count_primaries() const;
    /// The bytes of WAL that `node` has yet to replay to be where the primary is; nothing where either
    /// location is not known. A standby that was asked after the primary may seem to be ahead: that is 0.
    [[nodiscard]] std::optional<std::uint64_t> lag_bytes(const NodeStatus& node) const;
    /// Whether a promotion now would lose nothing: one primary, no promotion under way, and an eligible
    /// standby that has replayed all that the primary has written.
    [[nodiscard]] bool is_safe_to_promote() const;
};

/// ClusterStatus::lag_bytes() for who asks about many nodes and has looked up the primary once; nothing when
/// `primary` is nullptr.
std::optional<std::uint64_t> lag_behind(const NodeStatus* primary, const NodeStatus& node);

/// `word`, or "Unknown" where it is empty: how node type and state of the database are shown since
/// release 1.1.
constexpr std::string_view word_or_unknown(std::string_view word) {
    return word.empty() ? "Unknown" : word;
}

/// A WAL location written X/X in hexadecimal; nothing for anything else.
std::optional<std::uint64_t> parse_wal_location(std::string_view text);

}  // namespace efm
