#pragma once

#include <string>
#include <vector>

#include "backends/checks/check.h"
#include "backends/status/cluster_status.h"

namespace efm {

/// What a promotion needs, judged from one status. For a switchover everything that EFM refuses it for; for a
/// failover, which EFM carries out as long as there is a standby, what would be lost and what EFM asks about.
/// When all pass, EFM does neither, whatever its version: what only some refuse does not pass. In this order:
/// one_primary, agents_up, no_promotion, standby_available, in_sync, minimum_standbys, missing_nodes, vip.
std::vector<Check> preflight_checks(const ClusterStatus& status, bool switchover);

/// Those that did not pass.
std::vector<Check> failed_checks(std::vector<Check> checks);

/// One a line: "name: detail".
std::string list_of_checks(const std::vector<Check>& checks);

}  // namespace efm
