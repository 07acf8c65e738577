#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "mocks/fake/behaviour.h"
#include "mocks/fake/cluster.h"

namespace efm::fake {

/// A promotion that was accepted and goes on. Its times are of the state's clock.
///
/// The old primary is being stopped: still Primary to its agent, but its database cannot be asked. Then it is
/// Idle, the standby Promoting, there is no Primary and nobody has the virtual IP address. In a switchover
/// the old primary comes back as a Standby while the other is still Promoting. When `duration_ms` is over the
/// standby is the Primary and the others follow it.
struct Promotion {
    std::string target;
    std::string old_primary;  ///< empty when there was none, or none that could be reached
    bool switchover = false;
    std::int64_t started_ms = 0;
    std::int64_t duration_ms = 0;
    PromotionOutcome outcome = PromotionOutcome::succeeds;

    enum class Phase { stopping, promoting, old_primary_back };
    Phase phase = Phase::stopping;
    bool stops_old_primary = true;  ///< else there is nothing to stop, and no time is spent on it

    bool real = false;  ///< of real servers: an agent carries it out, and no clock does
    std::string step;   ///< of a real one: what the agent has come to
};

/// The standby that EFM promotes: of those in the priority list the one with the most WAL received, then
/// replayed unless `behaviour` does without, then the first in the list. nullptr when none can be promoted.
const Node* choose_standby(const Cluster& cluster, const Behaviour& behaviour);

/// Whether fewer standbys than `minimum_standbys` would be left, were one of those in `view` promoted.
bool leaves_too_few_standbys(const Cluster& view);

/// The furthest WAL location that any node of the cluster has.
std::string newest_lsn(const Cluster& cluster);

/// Begins a promotion in `cluster`: what it is to be is told in `promotion`.
void begin_promotion(Cluster& cluster, Promotion& promotion);

/// When its next step is due; nothing while it waits for somebody.
std::optional<std::int64_t> next_step_ms(const Promotion& promotion);

/// Takes the next step, and forgets the promotion with the last one.
void take_step(Cluster& cluster, std::optional<Promotion>& promotion);

/// The promotion comes to nothing: the standby is a Standby again, and a message tells.
void fail_promotion(Cluster& cluster, std::optional<Promotion>& promotion);

}  // namespace efm::fake
