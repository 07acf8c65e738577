#include "backends/metrics/efm_metrics.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace efm {

namespace {

class Collector {
  public:
    explicit Collector(const MetricInputs& inputs) : inputs_(inputs) {}

    std::vector<MetricFamily> collect() {
        gauge("efm_up", "Whether EFM answered with a cluster status (1) or not (0).",
              inputs_.status != nullptr ? 1 : 0);
        if (inputs_.status != nullptr) {
            collect_cluster(*inputs_.status);
            collect_nodes(*inputs_.status);
        }
        collect_role_history();
        collect_cache();
        collect_worker();
        collect_commands();
        return std::move(families_);
    }

  private:
    MetricFamily& family(const char* name, MetricType type, const char* help) {
        families_.push_back({name, type, help, {}});
        return families_.back();
    }

    [[nodiscard]] Labels labels(Labels more = {}) const {
        Labels all{{"cluster", inputs_.cluster}};
        all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
        return all;
    }

    void gauge(const char* name, const char* help, double value) {
        family(name, MetricType::gauge, help).samples.push_back({"", labels(), value});
    }

    void counter(const char* name, const char* help, std::uint64_t value) {
        family(name, MetricType::counter, help).samples.push_back({"", labels(), static_cast<double>(value)});
    }

    /// One sample a node; nothing for nodes that have no such value.
    template <typename Value>
    void per_node(const ClusterStatus& status, const char* name, const char* help, Value value) {
        auto& all = family(name, MetricType::gauge, help);
        for (const auto& node : status.nodes) {
            if (const std::optional<double> found = value(node))
                all.samples.push_back({"", labels({{"node", node.address}}), *found});
        }
    }

    void collect_cluster(const ClusterStatus& status) {
        gauge("efm_cluster_healthy", "Whether EFM found nothing wrong: its exit status was 0.",
              inputs_.healthy ? 1 : 0);
        auto& counts = family("efm_cluster_nodes", MetricType::gauge,
                              "Number of nodes by type and state of the database.");
        std::map<std::pair<std::string, std::string>, int> by_state;
        for (const auto& node : status.nodes)
            ++by_state[{node.type, node.database}];
        for (const auto& [state, count] : by_state)
            counts.samples.push_back(
                {"", labels({{"type", state.first}, {"db", state.second}}), static_cast<double>(count)});
        gauge("efm_cluster_primaries", "Number of nodes that are primary; anything but 1 is trouble.",
              status.count_primaries());
        gauge("efm_cluster_safe_to_promote",
              "Whether a promotion now would lose nothing: one primary, an eligible standby in sync.",
              status.is_safe_to_promote() ? 1 : 0);
        gauge("efm_cluster_eligible_standbys",
              "Number of standbys that may be promoted and whose agent and database run.",
              static_cast<double>(std::ranges::count_if(status.nodes, &NodeStatus::is_eligible)));
        if (status.minimum_standbys)
            gauge("efm_cluster_minimum_standbys", "The property minimum.standbys.", *status.minimum_standbys);
        gauge("efm_cluster_missing_nodes", "Number of nodes that EFM misses.",
              static_cast<double>(status.missing.size()));
        if (!status.vip.empty())
            gauge("efm_cluster_vip_active", "Number of nodes that answer on the virtual IP address.",
                  static_cast<double>(std::ranges::count_if(status.nodes, &NodeStatus::vip_active)));
        gauge("efm_status_age_seconds", "Age of the status that these metrics show.", inputs_.age);
        gauge("efm_status_timestamp_seconds", "When that status was fetched, in seconds since 1970.",
              inputs_.fetched_at);
    }

    void collect_nodes(const ClusterStatus& status) {
        auto& info = family("efm_node_info", MetricType::gauge,
                            "Always 1; type and database state are in the labels.");
        for (const auto& node : status.nodes)
            info.samples.push_back(
                {"", labels({{"node", node.address}, {"type", node.type}, {"db", node.database}}), 1});
        per_node(status, "efm_node_agent_up", "Whether the agent on the node runs.",
                 [](const NodeStatus& node) { return std::optional{node.agent == "UP" ? 1.0 : 0.0}; });
        per_node(status, "efm_node_database_up",
                 "Whether the database of the node is UP; witnesses have none.", [](const NodeStatus& node) {
                     return node.is_witness() || (node.database == "N/A" && node.type != "DOWN")
                                ? std::nullopt
                                : std::optional{node.database == "UP" ? 1.0 : 0.0};
                 });
        per_node(status, "efm_node_database_responding",
                 "Whether the database of a primary or standby told EFM its WAL location.",
                 [](const NodeStatus& node) {
                     return node.is_primary() || node.is_standby()
                                ? std::optional{node.replayed_at ? 1.0 : 0.0}
                                : std::nullopt;
                 });
        per_node(status, "efm_node_primary", "Whether the node is primary.",
                 [](const NodeStatus& node) { return std::optional{node.is_primary() ? 1.0 : 0.0}; });
        per_node(status, "efm_node_promotable", "Whether the standby may be promoted: it has a priority.",
                 [](const NodeStatus& node) {
                     return node.is_standby() ? std::optional{node.is_promotable() ? 1.0 : 0.0}
                                              : std::nullopt;
                 });
        per_node(status, "efm_node_failover_priority", "Place in the order of promotion, from 1; 0 is never.",
                 [](const NodeStatus& node) {
                     return node.is_standby() ? std::optional<double>{node.priority} : std::nullopt;
                 });
        per_node(status, "efm_node_replication_lag_bytes",
                 "WAL that the standby has yet to replay to be where the primary is.",
                 [primary = status.primary()](const NodeStatus& node) {
                     const auto lag = node.is_standby() ? lag_behind(primary, node) : std::nullopt;
                     return lag ? std::optional{static_cast<double>(*lag)} : std::nullopt;
                 });
        per_node(status, "efm_node_vip_active", "Whether the node answers on the virtual IP address.",
                 [](const NodeStatus& node) {
                     return node.vip.empty() ? std::nullopt : std::optional{node.vip_active ? 1.0 : 0.0};
                 });
    }

    void collect_role_history() {
        counter("efm_role_changes_total", "Role changes of nodes seen since the server was started.",
                inputs_.role_changes);
        if (inputs_.last_role_change)
            gauge("efm_last_role_change_timestamp_seconds",
                  "When the last of them was seen, in seconds since 1970.", *inputs_.last_role_change);
        if (inputs_.without_primary)
            gauge("efm_without_primary_seconds",
                  "How long the cluster has been without a primary, or was the last time.",
                  *inputs_.without_primary);
    }

    void collect_cache() {
        counter("efm_cache_hits_total", "Reads of the status that were served without running a command.",
                inputs_.cache_hits);
        counter("efm_cache_misses_total", "Reads of the status that ran a command or waited for one.",
                inputs_.cache_misses);
        counter("efm_cache_updates_total", "Answers of EFM that were put into the cache.",
                inputs_.cache_updates);
        const auto reads = inputs_.cache_hits + inputs_.cache_misses;
        gauge("efm_cache_hit_ratio", "Hits divided by hits and misses; 0 before the first read.",
              reads == 0 ? 0 : static_cast<double>(inputs_.cache_hits) / static_cast<double>(reads));
    }

    void collect_worker() {
        gauge("efm_worker_enabled", "The setting efm.bgw_enabled.", inputs_.worker_enabled ? 1 : 0);
        gauge("efm_worker_up", "Whether the background worker runs.", inputs_.worker_running ? 1 : 0);
        counter("efm_worker_polls_total", "Polls of the background worker.", inputs_.worker_polls);
        counter("efm_worker_failures_total", "Polls of the background worker that failed.",
                inputs_.worker_failures);
        if (inputs_.worker_last_success)
            gauge("efm_worker_last_success_timestamp_seconds",
                  "When the background worker last had an answer, in seconds since 1970.",
                  *inputs_.worker_last_success);
    }

    void collect_commands() {
        auto& counts = family("efm_commands_total", MetricType::counter,
                              "efm commands run, by subcommand and outcome, since the server was started.");
        std::map<std::string, std::pair<double, double>> durations;
        for (const auto& command : inputs_.commands) {
            counts.samples.push_back(
                {"", labels({{"subcommand", command.subcommand}, {"outcome", command.outcome}}),
                 static_cast<double>(command.count)});
            auto& [seconds, count] = durations[command.subcommand];
            seconds += command.seconds;
            count += static_cast<double>(command.count);
        }
        auto& summary =
            family("efm_command_duration_seconds", MetricType::summary, "How long efm commands took.");
        for (const auto& [subcommand, duration] : durations) {
            summary.samples.push_back({"_sum", labels({{"subcommand", subcommand}}), duration.first});
            summary.samples.push_back({"_count", labels({{"subcommand", subcommand}}), duration.second});
        }
    }

    const MetricInputs& inputs_;
    std::vector<MetricFamily> families_;
};

}  // namespace

std::vector<MetricFamily> collect_metrics(const MetricInputs& inputs) {
    return Collector{inputs}.collect();
}

std::vector<MetricFamily> collect_metrics_1_1(const MetricInputs& inputs) {
    std::vector<MetricFamily> families;
    if (inputs.status == nullptr)
        return families;
    const auto& nodes = inputs.status->nodes;
    families.push_back({"efm_cluster_nodes_total",
                        MetricType::gauge,
                        "Number of nodes.",
                        {{"", {{"cluster", inputs.cluster}}, static_cast<double>(nodes.size())}}});
    MetricFamily status{"efm_node_status", MetricType::gauge, "Whether the agent on the node runs.", {}};
    MetricFamily by_type{"efm_node_by_type", MetricType::gauge, "Always 1; the type is in the labels.", {}};
    // Release 1.1 made these labels of efm_get_nodes().
    const auto word = [](const std::string& text) { return std::string{word_or_unknown(text)}; };
    for (const auto& node : nodes) {
        status.samples.push_back(
            {"",
             {{"node_ip", node.address}, {"node_type", word(node.type)}, {"cluster", inputs.cluster}},
             node.agent == "UP" ? 1.0 : 0.0});
        by_type.samples.push_back({"",
                                   {{"node_ip", node.address},
                                    {"node_type", word(node.type)},
                                    {"db_status", word(node.database)},
                                    {"cluster", inputs.cluster}},
                                   1});
    }
    families.push_back(std::move(status));
    families.push_back(std::move(by_type));
    return families;
}

}  // namespace efm
