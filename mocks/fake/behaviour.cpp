#include "mocks/fake/behaviour.h"

namespace efm::fake {

Behaviour read_behaviour(KeyReader& reader) {
    constexpr std::array<std::pair<std::string_view, bool>, 2> clocks{{{"real", false}, {"stepped", true}}};
    constexpr std::int64_t most_bytes_per_second = 1'000'000'000;
    Behaviour behaviour;
    behaviour.has_stepped_clock = reader.choice("clock", false, clocks);
    behaviour.promotion_ms = reader.number("promotion_ms", 0, 0, 86'400'000);
    behaviour.promotion_outcome =
        reader.choice("promotion_outcome", PromotionOutcome::succeeds, promotion_outcomes);
    behaviour.wal_bytes_per_second = reader.number("wal_bytes_per_second", 0, 0, most_bytes_per_second);
    behaviour.auto_failover = reader.flag("auto_failover", true);
    behaviour.stop_isolated_primary = reader.flag("stop_isolated_primary", true);
    behaviour.enable_stop_cluster = reader.flag("enable_stop_cluster", true);
    behaviour.primary_shutdown_as_failure = reader.flag("primary_shutdown_as_failure", false);
    behaviour.local_period_ms = reader.number("local_period_ms", 200, 10, 3'600'000);
    behaviour.use_replay_tiebreaker = reader.flag("use_replay_tiebreaker", true);
    const auto detection_ms = reader.number("failure_detection_ms", 0, 0, most_ms);
    if (reader.has("failure_detection_ms"))
        behaviour.failure_detection_ms = detection_ms;
    return behaviour;
}

}  // namespace efm::fake
