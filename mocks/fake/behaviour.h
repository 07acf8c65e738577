#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "mocks/fake/key_reader.h"

namespace efm::fake {

/// What a promotion comes to.
enum class PromotionOutcome {
    succeeds,
    fails,  ///< the standby is a Standby again, and there is no primary
    sticks  ///< the standby is Promoting until somebody lets the promotion fail
};

inline constexpr std::array<std::pair<std::string_view, PromotionOutcome>, 3> promotion_outcomes{
    {{"succeeds", PromotionOutcome::succeeds},
     {"fails", PromotionOutcome::fails},
     {"sticks", PromotionOutcome::sticks}}};

/// How a cluster goes on by itself: the settings of a scenario that are no nodes and no faults.
struct Behaviour {
    bool has_stepped_clock = false;
    std::int64_t promotion_ms = 0;
    PromotionOutcome promotion_outcome = PromotionOutcome::succeeds;
    std::int64_t wal_bytes_per_second = 0;
    bool auto_failover = true;
    bool stop_isolated_primary = true;
    bool enable_stop_cluster = true;
    bool primary_shutdown_as_failure =
        false;                           ///< of real servers: else a clean end is no reason to fail over
    std::int64_t local_period_ms = 200;  ///< how often the agent asks real servers
    bool use_replay_tiebreaker = true;
    std::optional<std::int64_t> failure_detection_ms;

    /// From the death of a database until its agent declares it: local.timeout and local.timeout.final.
    [[nodiscard]] std::int64_t database_detection_ms() const { return failure_detection_ms.value_or(70'000); }
    /// From the loss of a node until the others declare it: node.timeout.
    [[nodiscard]] std::int64_t node_detection_ms() const { return failure_detection_ms.value_or(50'000); }
};

/// The longest time that a key may name: a year of 366 days.
inline constexpr std::int64_t most_ms = 366LL * 86'400'000;

Behaviour read_behaviour(KeyReader& reader);

}  // namespace efm::fake
