#include "backends/status/status_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/status_samples.h"
#include "tests/unit/thread_time.h"

namespace efm {
namespace {

using samples::read;
using testing::ElementsAre;
using testing::IsEmpty;

ClusterStatus nodes(const std::string& members) {
    return read("{\"nodes\":{" + members + "}}");
}

// One line a change: kind, node, before, after.
std::vector<std::string> changes(const ClusterStatus& before, const ClusterStatus& after) {
    std::vector<std::string> lines;
    for (const auto& change : compare_status(before, after))
        lines.push_back(change.kind + "|" + change.node + "|" + change.before + "|" + change.after);
    return lines;
}

TEST(StatusChanges, NoneInTheSameAnswer) {
    for (const auto& json : {samples::efm_3, samples::efm_4, samples::efm_5, samples::cluster_of(200)})
        EXPECT_THAT(changes(read(json), read(json)), IsEmpty());
    EXPECT_THAT(changes({}, {}), IsEmpty());
}

TEST(StatusChanges, NoneInTheOrderOfNodesAndWhatMovesAllTheTime) {
    EXPECT_THAT(changes(nodes(R"("a":{"type":"Primary","lsn":"0/1","lsnReceive":"0/1"},)"
                              R"("b":{"type":"Standby","lsn":"0/1","lsnInfo":""})"),
                        nodes(R"("b":{"type":"Standby","lsn":"0/2","lsnInfo":"slow"},)"
                              R"("a":{"type":"Primary","lsn":"0/3","lsnReceive":"0/2"})")),
                IsEmpty());
}

TEST(StatusChanges, OfWhatANodeSays) {
    const auto before = nodes(R"("p":{"type":"Primary"},"a":{"type":"Standby","db":"UP"})");
    EXPECT_THAT(changes(before, nodes(R"("p":{"type":"Primary"},"a":{"type":"Idle","db":"UP"})")),
                ElementsAre("role|a|Standby|Idle"));
    EXPECT_THAT(changes(before, nodes(R"("p":{"type":"Primary"},"a":{"type":"Standby","db":"UNKNOWN"})")),
                ElementsAre("database|a|UP|UNKNOWN"));
    EXPECT_THAT(
        changes(before, nodes(R"("p":{"type":"Primary"},"a":{"type":"Standby","db":"UP","agent":"DOWN"})")),
        ElementsAre("agent|a|UP|DOWN"));
    EXPECT_THAT(changes(before, nodes(R"("p":{"type":"Primary"},"a":{"type":"DOWN","db":"N\/A"})")),
                ElementsAre("role|a|Standby|DOWN", "database|a|UP|N/A", "agent|a|UP|DOWN"));
}

TEST(StatusChanges, NodesThatAppearAndDisappear) {
    const auto one = nodes(R"("a":{"type":"Standby","db":"UP"})");
    const auto other = nodes(R"("b":{"type":"Witness","db":"N\/A"})");
    EXPECT_THAT(changes(one, other), ElementsAre("node_appeared|b||Witness", "node_disappeared|a|Standby|"));
    EXPECT_THAT(changes({}, one), ElementsAre("node_appeared|a||Standby"));
    EXPECT_THAT(changes(one, {}), ElementsAre("node_disappeared|a|Standby|"));
}

TEST(StatusChanges, OfThePrimary) {
    const auto with = nodes(R"("a":{"type":"Primary"},"b":{"type":"Standby"})");
    const auto without = nodes(R"("a":{"type":"Idle"},"b":{"type":"Promoting"})");
    const auto after = nodes(R"("a":{"type":"Standby"},"b":{"type":"Primary"})");
    EXPECT_THAT(changes(with, without),
                ElementsAre("role|a|Primary|Idle", "role|b|Standby|Promoting", "primary|a|a|"));
    EXPECT_THAT(changes(without, after),
                ElementsAre("role|a|Idle|Standby", "role|b|Promoting|Primary", "primary|b||b"));
    EXPECT_THAT(changes(with, after),
                ElementsAre("role|a|Primary|Standby", "role|b|Standby|Primary", "primary|b|a|b"));
    EXPECT_THAT(changes(with, nodes(R"("b":{"type":"Primary"})")),
                ElementsAre("role|b|Standby|Primary", "node_disappeared|a|Primary|", "primary|b|a|b"));
}

// EFM's order of nodes is arbitrary: two primaries that change places are no event, each poll anew.
TEST(StatusChanges, InASplitClusterThePrimaryStays) {
    const auto one = nodes(R"("a":{"type":"Primary"},"b":{"type":"Standby"})");
    const auto both = nodes(R"("b":{"type":"Primary"},"a":{"type":"Primary"})");
    EXPECT_THAT(changes(one, both), ElementsAre("role|b|Standby|Primary"));
    EXPECT_THAT(changes(nodes(R"("a":{"type":"Primary"},"b":{"type":"Primary"})"), both), IsEmpty());
}

TEST(StatusChanges, AnUpgradeFromEfm3IsNoPromotion) {
    const auto before = nodes(R"("a":{"type":"Master"},"b":{"type":"Standby"})");
    const auto after = nodes(R"("a":{"type":"Primary"},"b":{"type":"Standby"})");
    EXPECT_THAT(changes(before, after), IsEmpty());
    EXPECT_EQ(count_role_changes(before, after), 0);
}

TEST(StatusChanges, OfTheVirtualAddress) {
    const auto on_a =
        nodes(R"("a":{"vip":"10.1.1.1","vip_active":true},"b":{"vip":"10.1.1.1","vip_active":false})");
    const auto on_b =
        nodes(R"("a":{"vip":"10.1.1.1","vip_active":false},"b":{"vip":"10.1.1.1","vip_active":true})");
    const auto other =
        nodes(R"("a":{"vip":"10.1.1.2","vip_active":true},"b":{"vip":"10.1.1.2","vip_active":false})");
    EXPECT_THAT(changes(on_a, on_b), ElementsAre("vip|a|10.1.1.1|", "vip|b||10.1.1.1"));
    EXPECT_THAT(changes(on_a, other), ElementsAre("vip|a|10.1.1.1|10.1.1.2"));
}

TEST(StatusChanges, OfTheOrderOfPromotion) {
    const auto list = [](const std::string& priority) {
        return read(R"({"nodes":{},"failoverpriority":[)" + priority + "]}");
    };
    EXPECT_THAT(changes(list(R"("a","b")"), list(R"("b","a")")), ElementsAre("priority||a b|b a"));
    EXPECT_THAT(changes(list(R"("a")"), list("")), ElementsAre("priority||a|"));
    EXPECT_THAT(changes(list(""), list(R"("c")")), ElementsAre("priority|||c"));
}

// The steps that agents of EFM 5.0 reported during a switchover.
TEST(StatusChanges, ASwitchover) {
    const auto status = [](const std::string& first, const std::string& second, const std::string& priority) {
        return read(R"({"nodes":{"a":{"type":")" + first + R"(","db":"UP"},"b":{"type":")" + second +
                    R"(","db":"UP"},"w":{"type":"Witness","db":"N\/A"}},"failoverpriority":[)" + priority +
                    "]}");
    };
    const auto start = status("Primary", "Standby", "\"b\"");
    const auto no_primary = status("Idle", "Promoting", "");
    const auto restarted = status("Standby", "Promoting", "\"a\"");
    const auto end = status("Standby", "Primary", "\"a\"");
    EXPECT_THAT(changes(start, no_primary), ElementsAre("role|a|Primary|Idle", "role|b|Standby|Promoting",
                                                        "primary|a|a|", "priority||b|"));
    EXPECT_THAT(changes(no_primary, restarted), ElementsAre("role|a|Idle|Standby", "priority|||a"));
    EXPECT_THAT(changes(restarted, end), ElementsAre("role|b|Promoting|Primary", "primary|b||b"));
    EXPECT_EQ(count_role_changes(start, no_primary), 2);
    EXPECT_EQ(count_role_changes(no_primary, restarted), 1);
    EXPECT_EQ(count_role_changes(restarted, end), 1);
}

TEST(RoleChanges, AreThoseOfNodesInBoth) {
    const auto before = nodes(R"("a":{"type":"Primary"},"b":{"type":"Standby"},"c":{"type":"Standby"})");
    const auto after =
        nodes(R"("d":{"type":"Primary"},"c":{"type":"Standby","db":"DOWN"},"b":{"type":"Idle"})");
    EXPECT_EQ(count_role_changes(before, after), 1);
    EXPECT_EQ(count_role_changes(before, before), 0);
    EXPECT_EQ(count_role_changes({}, after), 0);
    EXPECT_EQ(count_role_changes(before, {}), 0);
}

// 16 times the nodes take about 16 times the time; where it is quadratic 256 times.
TEST(StatusChanges, TakeLinearTime) {
    const auto time_of = [](int size) {
        const auto before = read(samples::cluster_of(size));
        auto after = before;
        for (auto& node : after.nodes)
            node.type = "Idle";
        return least_thread_time(5, [&] {
            EXPECT_EQ(compare_status(before, after).size(), static_cast<std::size_t>(size) + 1);
            EXPECT_EQ(count_role_changes(before, after), size);
        });
    };
    const auto small = time_of(1'000);
    EXPECT_LT(time_of(16'000) / small, 64);
}

}  // namespace
}  // namespace efm
