#include "backends/status/cluster_status.h"

#include <gtest/gtest.h>

namespace efm {
namespace {

NodeStatus node(const std::string& address, const std::string& type, const std::string& location,
                int priority = 0) {
    NodeStatus status;
    status.address = address;
    status.type = type;
    status.agent = "UP";
    status.database = "UP";
    status.replayed = location;
    status.replayed_at = parse_wal_location(location);
    status.priority = priority;
    return status;
}

ClusterStatus healthy() {
    ClusterStatus status;
    status.nodes = {node("s1", "Standby", "0/100", 1), node("p", "Primary", "0/100"),
                    node("s2", "Standby", "0/80", 2), node("w", "Witness", "")};
    return status;
}

TEST(WalLocation, IsAPgLsn) {
    struct Case {
        std::string_view text;
        std::uint64_t expected;
    };
    for (const auto& c : {
             Case{"0/0", 0},
             Case{"0/4000168", 0x4000168},
             Case{"3079/64650BF8", 0x307964650BF8},
             Case{"1/0", 0x100000000},
             Case{"a/Ff", 0xA000000FF},
             Case{"00000001/00000002", 0x100000002},
             Case{"FFFFFFFF/FFFFFFFF", 0xFFFFFFFFFFFFFFFF},
         })
        EXPECT_EQ(parse_wal_location(c.text), c.expected) << c.text;
}

TEST(WalLocation, NothingElseIsOne) {
    for (const auto* text :
         {"",      "UNKNOWN", "0",    "/",    "0/",          "/0",          "0//0",  "0/0/0",
          " 0/0",  "0/0 ",    "0 /0", "0/ 0", "-1/0",        "0/-1",        "+1/0",  "0/+1",
          "0x1/0", "0/0x1",   "G/0",  "0/G",  "000000001/0", "0/000000001", "0/1.0", "0\\/0"})
        EXPECT_EQ(parse_wal_location(text), std::nullopt) << text;
    EXPECT_EQ(parse_wal_location(std::string_view{"0/1\0", 4}), std::nullopt);
}

TEST(NodeStatus, MasterAndPrimaryAreThePrimary) {
    EXPECT_TRUE(node("a", "Primary", "").is_primary());
    EXPECT_TRUE(node("a", "Master", "").is_primary());
    for (const auto* type : {"Standby", "Witness", "Idle", "Promoting", "DOWN", "primary", ""})
        EXPECT_FALSE(node("a", type, "").is_primary()) << type;
}

TEST(NodeStatus, WhoMayBeChosenWhenEfmPromotes) {
    const auto standby = node("a", "Standby", "0/1", 1);
    EXPECT_TRUE(standby.is_promotable());
    EXPECT_TRUE(standby.is_eligible());
    for (const auto* type : {"Primary", "Witness", "Idle", "Promoting", "DOWN", "Cascaded"}) {
        auto other = standby;
        other.type = type;
        EXPECT_TRUE(other.is_promotable()) << type;
        EXPECT_FALSE(other.is_eligible()) << type;
    }
    auto without_priority = standby;
    without_priority.priority = 0;
    EXPECT_FALSE(without_priority.is_promotable());
    EXPECT_FALSE(without_priority.is_eligible());
    for (const auto* state : {"DOWN", "UNKNOWN", "N/A", ""}) {
        auto without_database = standby;
        without_database.database = state;
        EXPECT_FALSE(without_database.is_eligible()) << state;
    }
    auto without_agent = standby;
    without_agent.agent = "DOWN";
    EXPECT_FALSE(without_agent.is_eligible());
}

TEST(ClusterStatus, FindsNodesByAddress) {
    const auto status = healthy();
    ASSERT_NE(status.find("s2"), nullptr);
    EXPECT_EQ(status.find("s2")->replayed, "0/80");
    EXPECT_EQ(status.find("s"), nullptr);
    EXPECT_EQ(status.find(""), nullptr);
}

TEST(ClusterStatus, CountsItsPrimaries) {
    auto status = healthy();
    EXPECT_EQ(status.count_primaries(), 1);
    EXPECT_EQ(status.primary()->address, "p");
    status.nodes.push_back(node("m", "Master", "0/90"));
    EXPECT_EQ(status.count_primaries(), 2);
    EXPECT_EQ(status.primary()->address, "p");
    status.nodes = {node("s1", "Standby", "0/100", 1)};
    EXPECT_EQ(status.count_primaries(), 0);
    EXPECT_EQ(status.primary(), nullptr);
}

TEST(LagBytes, IsADifferenceOfLocations) {
    auto status = healthy();
    EXPECT_EQ(status.lag_bytes(*status.find("s1")), 0U);
    EXPECT_EQ(status.lag_bytes(*status.find("s2")), 0x80U);
    EXPECT_EQ(status.lag_bytes(*status.find("p")), 0U);
    status.nodes[1] = node("p", "Primary", "2/1");
    EXPECT_EQ(status.lag_bytes(node("x", "Standby", "1/FFFFFFFF")), 2U) << "over the slash";
    EXPECT_EQ(status.lag_bytes(node("x", "Standby", "0/1")), 0x200000000U) << "more than 32 bits";
    status.nodes[1] = node("p", "Primary", "FFFFFFFF/FFFFFFFF");
    EXPECT_EQ(status.lag_bytes(node("x", "Standby", "0/0")), 0xFFFFFFFFFFFFFFFF) << "more than 63 bits";
}

// Locations are read one after the other: on a busy cluster a standby asked later is ahead.
TEST(LagBytes, AStandbyThatSeemsAheadDoesNotLag) {
    EXPECT_EQ(healthy().lag_bytes(node("x", "Standby", "0/101")), 0U);
}

TEST(LagBytes, IsNotKnownWithoutBothLocations) {
    auto status = healthy();
    EXPECT_EQ(status.lag_bytes(*status.find("w")), std::nullopt);
    EXPECT_EQ(status.lag_bytes(node("x", "Standby", "UNKNOWN")), std::nullopt);
    status.nodes[1] = node("p", "Primary", "UNKNOWN");
    EXPECT_EQ(status.lag_bytes(*status.find("s1")), std::nullopt);
    status.nodes[1] = node("p", "Promoting", "0/100");
    EXPECT_EQ(status.lag_bytes(*status.find("s1")), std::nullopt);
    EXPECT_EQ(lag_behind(nullptr, node("x", "Standby", "0/1")), std::nullopt);
}

TEST(SafeToPromote, WhenOneEligibleStandbyHasReplayedAll) {
    auto status = healthy();
    EXPECT_TRUE(status.is_safe_to_promote());
    status.nodes[0] = node("s1", "Standby", "0/101", 1);
    EXPECT_TRUE(status.is_safe_to_promote()) << "a standby that was asked later";
    status.nodes[1].type = "Master";
    EXPECT_TRUE(status.is_safe_to_promote()) << "as EFM 3 says it";
}

TEST(SafeToPromote, NotOtherwise) {
    using Change = void (*)(ClusterStatus&);
    struct Case {
        const char* name;
        Change change;
    };
    for (const auto& c : {
             Case{"it lags", [](ClusterStatus& s) { s.nodes[0] = node("s1", "Standby", "0/FF", 1); }},
             Case{"it has no priority", [](ClusterStatus& s) { s.nodes[0].priority = 0; }},
             Case{"its database is down", [](ClusterStatus& s) { s.nodes[0].database = "DOWN"; }},
             Case{"its agent is down", [](ClusterStatus& s) { s.nodes[0].agent = "DOWN"; }},
             Case{"it is idle", [](ClusterStatus& s) { s.nodes[0].type = "Idle"; }},
             Case{"its location is unknown", [](ClusterStatus& s) { s.nodes[0].replayed_at.reset(); }},
             Case{"the primary's is unknown", [](ClusterStatus& s) { s.nodes[1].replayed_at.reset(); }},
             Case{"there is no primary", [](ClusterStatus& s) { s.nodes.erase(s.nodes.begin() + 1); }},
             Case{"there are two", [](ClusterStatus& s) { s.nodes[3] = node("p2", "Primary", "0/100"); }},
             Case{"a promotion is under way", [](ClusterStatus& s) { s.nodes[2].type = "Promoting"; }},
             Case{"there is nobody", [](ClusterStatus& s) { s.nodes.clear(); }},
         }) {
        auto status = healthy();
        c.change(status);
        EXPECT_FALSE(status.is_safe_to_promote()) << c.name;
    }
}

}  // namespace
}  // namespace efm
