#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backends/status/cluster_status.h"

namespace efm {

/// Follows a promotion that EFM has accepted, from one status to the next, and tells each step once.
class PromotionWatch {
  public:
    /// `before`: the status before it; nothing when that could not be had. Then who is primary at the first
    /// look may be the old one or the new one, and only another one counts, or one seen Promoting.
    PromotionWatch(const std::optional<ClusterStatus>& before, bool switchover);

    /// Looks at a status that was asked for after the acceptance. The steps that are new, for people.
    std::vector<std::string> look(const ClusterStatus& status);

    /// Whether a node is primary that was none before.
    [[nodiscard]] bool has_new_primary() const { return !new_primary_.empty(); }
    /// Whether there is nothing left to wait for: after a switchover the old primary is a standby, too.
    [[nodiscard]] bool is_over() const;
    /// Whether a node is primary that may be the old primary or the new one: the status before is not known.
    [[nodiscard]] bool is_in_doubt() const;

    [[nodiscard]] const std::string& new_primary() const { return new_primary_; }
    /// Empty when there was none. Of several the first.
    [[nodiscard]] const std::string& old_primary() const { return old_primary_; }
    /// How many primaries the last status had: more than one is a split cluster.
    [[nodiscard]] int primaries() const { return primaries_now_; }
    /// What EFM had to say in the last status.
    [[nodiscard]] const std::vector<std::string>& messages() const { return messages_; }

  private:
    void remember(const ClusterStatus& before);
    [[nodiscard]] bool is_new(const NodeStatus& node) const;
    void look_at_promoting(const ClusterStatus& status, std::vector<std::string>& steps);

    bool switchover_;
    bool knows_before_;
    bool has_looked_ = false;
    std::vector<std::string> primaries_;  ///< before it; of a split cluster more than one
    std::string old_primary_;
    std::string promoting_;
    std::string new_primary_;
    std::vector<std::string> messages_;
    int primaries_now_ = 0;
    bool has_lost_primary_ = false;
    bool is_old_back_ = false;
};

}  // namespace efm
