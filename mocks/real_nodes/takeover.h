#pragma once

#include <string>

#include "mocks/fake/promotion.h"
#include "mocks/real_nodes/agent_host.h"
#include "mocks/real_nodes/replication.h"

namespace efm::fake {

/// Carries out a promotion that was accepted, on real servers: step by step, each one kept in the state.
///
/// There is never a second primary: the old one is stopped, and kept from being started, before a standby is
/// promoted; it comes back only as a standby, or where it is certain that nothing was promoted.
class Takeover {
  public:
    Takeover(AgentHost& host, Promotion promotion) : host_(host), promotion_(std::move(promotion)) {}

    /// Until it is done or has failed. Then the state has no promotion any more.
    void run();

  private:
    bool fail_over();
    bool switch_over();

    /// Stops the old primary and keeps it from being started. Answers whether it is certain.
    bool stop_old_primary();
    /// After a clean stop: chooses the target among the standbys that have replayed all that the old primary
    /// has ever written. Answers why there is none.
    std::string choose_complete_standby();
    Promoted promote();
    void bring_back_as_primary();
    /// `usual_conninfo`: the primary_conninfo that a standby of this cluster uses.
    void bring_back_as_standby(const std::string& usual_conninfo);
    void let_others_follow();

    void step(const std::string& name, const std::string& log_line);
    bool fail(const std::string& what);

    AgentHost& host_;
    Promotion promotion_;
};

}  // namespace efm::fake
