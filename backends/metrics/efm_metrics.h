#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backends/metrics/metric.h"
#include "backends/status/cluster_status.h"

namespace efm {

/// How commands of one subcommand ended, counted since the server was started.
struct CommandCount {
    std::string subcommand;
    std::string outcome;  ///< succeeded, failed, timed_out, canceled, or another way of ending
    std::uint64_t count = 0;
    double seconds = 0;  ///< how long they took together
};

/// What the metrics are made of: one status of the cluster, and what the extension knows of itself. Times are
/// seconds since 1970.
struct MetricInputs {
    std::string cluster;                    ///< value of the label `cluster`
    const ClusterStatus* status = nullptr;  ///< nullptr: EFM gave no answer
    bool healthy = false;                   ///< efm's exit status was 0
    double age = 0;                         ///< seconds since `status` was fetched
    double fetched_at = 0;

    std::uint64_t cache_hits = 0;
    std::uint64_t cache_misses = 0;
    std::uint64_t cache_updates = 0;

    std::uint64_t role_changes = 0;
    std::optional<double> last_role_change;
    std::optional<double>
        without_primary;  ///< how long the cluster was, or is, without a primary, in seconds

    bool worker_enabled = false;
    bool worker_running = false;
    std::uint64_t worker_polls = 0;
    std::uint64_t worker_failures = 0;
    std::optional<double> worker_last_success;

    std::vector<CommandCount> commands;
};

/// All metrics, in the order in which they are shown. Without a status those of the cluster are left out and
/// efm_up is 0.
std::vector<MetricFamily> collect_metrics(const MetricInputs& inputs);

/// The four of release 1.1, which its view efm_metrics had, in their order: efm_cluster_nodes_total,
/// efm_node_status, efm_node_by_type, efm_cache_hit_ratio (which collect_metrics() has too, and so is left
/// out here). Their names break Prometheus' rules, so they are in no exposition.
std::vector<MetricFamily> collect_metrics_1_1(const MetricInputs& inputs);

}  // namespace efm
