#include "backends/metrics/efm_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "backends/metrics/exposition.h"
#include "tests/unit/status_samples.h"
#include "tests/unit/thread_time.h"

namespace efm {
namespace {

using samples::read;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A primary, a standby in sync, one that lags and may not be promoted, a witness, an idle and a failed node.
const std::string big_cluster =
    R"({"nodes":{"p":{"type":"Primary","db":"UP","vip":"10.1.1.1","vip_active":true,"lsn":"0/100"},)"
    R"("s1":{"type":"Standby","db":"UP","vip":"10.1.1.1","vip_active":false,"lsn":"0/100"},)"
    R"("s2":{"type":"Standby","db":"UP","vip":"10.1.1.1","vip_active":false,"lsn":"0/80"},)"
    R"("w":{"type":"Witness","db":"N\/A","vip":"10.1.1.1","vip_active":false},)"
    R"("i":{"type":"Idle","db":"UNKNOWN","vip":"","vip_active":false,"lsn":"UNKNOWN"},)"
    R"("d":{"type":"DOWN","db":"N\/A","vip":"","vip_active":false}},)"
    R"("failoverpriority":["s1"],"minimumstandbys":1,"missingnodes":["x","y"]})";

MetricInputs inputs_of(const ClusterStatus& status) {
    MetricInputs inputs;
    inputs.cluster = "efm";
    inputs.status = &status;
    inputs.healthy = true;
    inputs.age = 1.5;
    inputs.fetched_at = 1767225600.25;
    inputs.cache_hits = 3;
    inputs.cache_misses = 1;
    inputs.cache_updates = 2;
    inputs.role_changes = 4;
    inputs.last_role_change = 1767225500;
    inputs.without_primary = 13.5;
    inputs.worker_enabled = true;
    inputs.worker_running = true;
    inputs.worker_polls = 9;
    inputs.worker_failures = 5;
    inputs.worker_last_success = 1767225599;
    inputs.commands = {{"cluster-status-json", "succeeded", 3, 4.5},
                       {"cluster-status-json", "timed_out", 1, 30},
                       {"promote", "failed", 2, 0.5}};
    return inputs;
}

// The lines of one metric without the label of the cluster, which all have.
std::vector<std::string> lines_of(const std::vector<MetricFamily>& families, const std::string& name) {
    std::vector<std::string> lines;
    for (const auto& family : families) {
        if (family.name != name)
            continue;
        for (const auto& sample : family.samples) {
            auto text = write_metrics(std::vector{MetricFamily{family.name, family.type, "", {sample}}},
                                      Exposition::prometheus);
            text.pop_back();
            text = text.substr(text.rfind('\n') + 1 + name.size());
            EXPECT_THAT(text, HasSubstr("{cluster=\"efm\"")) << name;
            text =
                samples::replaced(samples::replaced(text, "cluster=\"efm\",", ""), "{cluster=\"efm\"}", "");
            lines.push_back(text.starts_with(' ') ? text.substr(1) : text);
        }
    }
    return lines;
}

class MetricsTest : public testing::Test {
  protected:
    [[nodiscard]] std::vector<std::string> lines(const std::string& name) const {
        return lines_of(collect_metrics(inputs), name);
    }
    void use(const std::string& json) { status = read(json); }

    ClusterStatus status = read(big_cluster);
    MetricInputs inputs = inputs_of(status);
};

TEST_F(MetricsTest, OfTheCluster) {
    EXPECT_THAT(lines("efm_up"), ElementsAre("1"));
    EXPECT_THAT(lines("efm_cluster_healthy"), ElementsAre("1"));
    EXPECT_THAT(lines("efm_cluster_nodes"),
                ElementsAre(R"({type="DOWN",db="N/A"} 1)", R"({type="Idle",db="UNKNOWN"} 1)",
                            R"({type="Primary",db="UP"} 1)", R"({type="Standby",db="UP"} 2)",
                            R"({type="Witness",db="N/A"} 1)"));
    EXPECT_THAT(lines("efm_cluster_primaries"), ElementsAre("1"));
    EXPECT_THAT(lines("efm_cluster_safe_to_promote"), ElementsAre("1"));
    EXPECT_THAT(lines("efm_cluster_eligible_standbys"), ElementsAre("1"));
    EXPECT_THAT(lines("efm_cluster_minimum_standbys"), ElementsAre("1"));
    EXPECT_THAT(lines("efm_cluster_missing_nodes"), ElementsAre("2"));
    EXPECT_THAT(lines("efm_cluster_vip_active"), ElementsAre("1"));
    EXPECT_THAT(lines("efm_status_age_seconds"), ElementsAre("1.5"));
    EXPECT_THAT(lines("efm_status_timestamp_seconds"), ElementsAre("1767225600.25"));
}

TEST_F(MetricsTest, OfAClusterInTrouble) {
    use(R"({"nodes":{"a":{"type":"Idle","db":"UNKNOWN"},"b":{"type":"Standby","db":"UP","lsn":"0/1"}}})");
    inputs.healthy = false;
    EXPECT_THAT(lines("efm_up"), ElementsAre("1"));
    EXPECT_THAT(lines("efm_cluster_healthy"), ElementsAre("0"));
    EXPECT_THAT(lines("efm_cluster_primaries"), ElementsAre("0"));
    EXPECT_THAT(lines("efm_cluster_safe_to_promote"), ElementsAre("0"));
    EXPECT_THAT(lines("efm_cluster_eligible_standbys"), ElementsAre("0"));
    EXPECT_THAT(lines("efm_cluster_minimum_standbys"), IsEmpty());
    EXPECT_THAT(lines("efm_cluster_missing_nodes"), ElementsAre("0"));
    EXPECT_THAT(lines("efm_cluster_vip_active"), IsEmpty());
    EXPECT_THAT(lines("efm_node_replication_lag_bytes"), IsEmpty());
    use(R"({"nodes":{"a":{"type":"Primary","db":"UP","lsn":"UNKNOWN"},"b":{"type":"Standby","db":"UP"}}})");
    EXPECT_THAT(lines("efm_node_database_responding"), ElementsAre(R"({node="a"} 0)", R"({node="b"} 0)"));
    use(R"({"nodes":{"a":{"type":"Primary"},"b":{"type":"Master"}}})");
    EXPECT_THAT(lines("efm_cluster_primaries"), ElementsAre("2"));
}

TEST_F(MetricsTest, OfNodes) {
    EXPECT_THAT(
        lines("efm_node_info"),
        ElementsAre(R"({node="p",type="Primary",db="UP"} 1)", R"({node="s1",type="Standby",db="UP"} 1)",
                    R"({node="s2",type="Standby",db="UP"} 1)", R"({node="w",type="Witness",db="N/A"} 1)",
                    R"({node="i",type="Idle",db="UNKNOWN"} 1)", R"({node="d",type="DOWN",db="N/A"} 1)"));
    EXPECT_THAT(lines("efm_node_agent_up"),
                ElementsAre(R"({node="p"} 1)", R"({node="s1"} 1)", R"({node="s2"} 1)", R"({node="w"} 1)",
                            R"({node="i"} 1)", R"({node="d"} 0)"));
    EXPECT_THAT(lines("efm_node_database_up"),
                ElementsAre(R"({node="p"} 1)", R"({node="s1"} 1)", R"({node="s2"} 1)", R"({node="i"} 0)",
                            R"({node="d"} 0)"));
    EXPECT_THAT(lines("efm_node_database_responding"),
                ElementsAre(R"({node="p"} 1)", R"({node="s1"} 1)", R"({node="s2"} 1)"));
    EXPECT_THAT(lines("efm_node_primary"),
                ElementsAre(R"({node="p"} 1)", R"({node="s1"} 0)", R"({node="s2"} 0)", R"({node="w"} 0)",
                            R"({node="i"} 0)", R"({node="d"} 0)"));
    EXPECT_THAT(lines("efm_node_promotable"), ElementsAre(R"({node="s1"} 1)", R"({node="s2"} 0)"));
    EXPECT_THAT(lines("efm_node_failover_priority"), ElementsAre(R"({node="s1"} 1)", R"({node="s2"} 0)"));
    EXPECT_THAT(lines("efm_node_replication_lag_bytes"),
                ElementsAre(R"({node="s1"} 0)", R"({node="s2"} 128)"));
    EXPECT_THAT(lines("efm_node_vip_active"),
                ElementsAre(R"({node="p"} 1)", R"({node="s1"} 0)", R"({node="s2"} 0)", R"({node="w"} 0)"));
}

TEST_F(MetricsTest, AWitnessHasNoDatabaseWhateverItSays) {
    use(R"({"nodes":{"w":{"type":"Witness"},"v":{"type":"Witness","db":"N\/A"}}})");
    EXPECT_THAT(lines("efm_node_database_up"), IsEmpty());
}

TEST_F(MetricsTest, OfTheExtension) {
    EXPECT_THAT(lines("efm_role_changes_total"), ElementsAre("4"));
    EXPECT_THAT(lines("efm_last_role_change_timestamp_seconds"), ElementsAre("1767225500"));
    EXPECT_THAT(lines("efm_without_primary_seconds"), ElementsAre("13.5"));
    EXPECT_THAT(lines("efm_cache_hits_total"), ElementsAre("3"));
    EXPECT_THAT(lines("efm_cache_misses_total"), ElementsAre("1"));
    EXPECT_THAT(lines("efm_cache_updates_total"), ElementsAre("2"));
    EXPECT_THAT(lines("efm_cache_hit_ratio"), ElementsAre("0.75"));
    EXPECT_THAT(lines("efm_worker_enabled"), ElementsAre("1"));
    EXPECT_THAT(lines("efm_worker_up"), ElementsAre("1"));
    EXPECT_THAT(lines("efm_worker_polls_total"), ElementsAre("9"));
    EXPECT_THAT(lines("efm_worker_failures_total"), ElementsAre("5"));
    EXPECT_THAT(lines("efm_worker_last_success_timestamp_seconds"), ElementsAre("1767225599"));
}

TEST_F(MetricsTest, OfCommands) {
    EXPECT_THAT(lines("efm_commands_total"),
                ElementsAre(R"({subcommand="cluster-status-json",outcome="succeeded"} 3)",
                            R"({subcommand="cluster-status-json",outcome="timed_out"} 1)",
                            R"({subcommand="promote",outcome="failed"} 2)"));
    EXPECT_THAT(lines("efm_command_duration_seconds"),
                ElementsAre(R"(_sum{subcommand="cluster-status-json"} 34.5)",
                            R"(_count{subcommand="cluster-status-json"} 4)",
                            R"(_sum{subcommand="promote"} 0.5)", R"(_count{subcommand="promote"} 2)"));
}

TEST_F(MetricsTest, NothingIsMadeUpBeforeAnythingHappened) {
    inputs = MetricInputs{};
    inputs.cluster = "efm";
    for (const auto* name :
         {"efm_up", "efm_cache_hit_ratio", "efm_cache_hits_total", "efm_cache_misses_total",
          "efm_role_changes_total", "efm_worker_enabled", "efm_worker_up"})
        EXPECT_THAT(lines(name), ElementsAre("0")) << name;
    for (const auto* name :
         {"efm_last_role_change_timestamp_seconds", "efm_without_primary_seconds",
          "efm_worker_last_success_timestamp_seconds", "efm_commands_total", "efm_command_duration_seconds"})
        EXPECT_THAT(lines(name), IsEmpty()) << name;
}

// The predecessor's view failed with EFM, and so did the scrape.
TEST_F(MetricsTest, W34_WithoutAnAnswerThereIsEfmUpAndWhatTheExtensionKnows) {
    inputs.status = nullptr;
    EXPECT_THAT(lines("efm_up"), ElementsAre("0"));
    EXPECT_THAT(lines("efm_cache_misses_total"), ElementsAre("1"));
    EXPECT_THAT(lines("efm_worker_failures_total"), ElementsAre("5"));
    for (const auto& family : collect_metrics(inputs)) {
        EXPECT_FALSE(family.name.starts_with("efm_cluster_") || family.name.starts_with("efm_node_") ||
                     family.name.starts_with("efm_status_"))
            << family.name;
    }
    EXPECT_THAT(collect_metrics_1_1(inputs), IsEmpty());
}

TEST_F(MetricsTest, W25_AddressesHaveNoNetmask) {
    use(R"({"nodes":{"172.17.0.1":{"type":"Primary"},"2001:db8::1":{"type":"Standby"}}})");
    EXPECT_THAT(lines("efm_node_primary"),
                ElementsAre(R"({node="172.17.0.1"} 1)", R"({node="2001:db8::1"} 0)"));
}

// Prometheus' rules, as far as promtool does not know what is meant.
TEST_F(MetricsTest, NamesHelpsAndLabelSetsFollowTheRules) {
    std::set<std::string> names;
    for (const auto& family : collect_metrics(inputs)) {
        EXPECT_TRUE(names.insert(family.name).second) << family.name << " comes twice";
        EXPECT_TRUE(family.name.starts_with("efm_")) << family.name;
        EXPECT_EQ(family.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos)
            << family.name;
        EXPECT_EQ(family.name.ends_with("_total"), family.type == MetricType::counter) << family.name;
        EXPECT_TRUE(family.help.ends_with('.')) << family.name;
        std::set<std::pair<std::string, Labels>> samples;
        for (const auto& sample : family.samples) {
            EXPECT_TRUE(samples.emplace(sample.suffix, sample.labels).second) << family.name;
            EXPECT_EQ(sample.labels.front(), (std::pair<std::string, std::string>{"cluster", "efm"}))
                << family.name;
            EXPECT_EQ(sample.suffix.empty(), family.type != MetricType::summary) << family.name;
        }
    }
}

TEST_F(MetricsTest, OfRelease1_1InTheirOrder) {
    use(samples::efm_5);
    const auto families = collect_metrics_1_1(inputs);
    ASSERT_EQ(families.size(), 3U);
    EXPECT_EQ(families[0].name, "efm_cluster_nodes_total");
    EXPECT_EQ(families[1].name, "efm_node_status");
    EXPECT_EQ(families[2].name, "efm_node_by_type");
    EXPECT_THAT(families[0].samples[0].labels, ElementsAre(testing::Pair("cluster", "efm")));
    EXPECT_EQ(families[0].samples[0].value, 3);
    ASSERT_EQ(families[1].samples.size(), 3U);
    ASSERT_EQ(families[2].samples.size(), 3U);
    EXPECT_THAT(families[1].samples[0].labels,
                ElementsAre(testing::Pair("node_ip", "172.16.144.176"), testing::Pair("node_type", "Witness"),
                            testing::Pair("cluster", "efm")));
    EXPECT_EQ(families[1].samples[0].value, 1);
    EXPECT_THAT(families[2].samples[0].labels,
                ElementsAre(testing::Pair("node_ip", "172.16.144.176"), testing::Pair("node_type", "Witness"),
                            testing::Pair("db_status", "N/A"), testing::Pair("cluster", "efm")));
    EXPECT_EQ(families[2].samples[0].value, 1);
    use(R"({"nodes":{"d":{"type":"DOWN","db":"N\/A"}}})");
    EXPECT_EQ(collect_metrics_1_1(inputs)[1].samples[0].value, 0);
}

TEST_F(MetricsTest, OfRelease1_1HaveTheWordsOfGetNodes) {
    use(R"({"nodes":{"a":{"type":"","db":""}}})");
    const auto families = collect_metrics_1_1(inputs);
    EXPECT_THAT(families[1].samples[0].labels, testing::Contains(testing::Pair("node_type", "Unknown")));
    EXPECT_THAT(families[2].samples[0].labels, testing::Contains(testing::Pair("node_type", "Unknown")));
    EXPECT_THAT(families[2].samples[0].labels, testing::Contains(testing::Pair("db_status", "Unknown")));
}

// 16 times the nodes take about 16 times the time; where it is quadratic 256 times.
TEST_F(MetricsTest, TakeLinearTime) {
    const auto time_of = [](int size) {
        const auto cluster = read(samples::cluster_of(size));
        const auto inputs_now = inputs_of(cluster);
        return least_thread_time(3, [&] {
            EXPECT_FALSE(write_metrics(collect_metrics(inputs_now), Exposition::openmetrics).empty());
        });
    };
    const auto small = time_of(1'000);
    EXPECT_LT(time_of(16'000) / small, 64);
}

// Nobody is in sync with a primary that nobody can see: each node is looked at, and the primary once.
TEST_F(MetricsTest, SafeToPromoteTakesLinearTime) {
    const auto time_of = [](int size) {
        const auto cluster = read(samples::cluster_of(size));
        return least_thread_time(5, [&] { EXPECT_FALSE(cluster.is_safe_to_promote()); });
    };
    const auto small = time_of(1'000);
    EXPECT_LT(time_of(16'000) / small, 64);
}

}  // namespace
}  // namespace efm
