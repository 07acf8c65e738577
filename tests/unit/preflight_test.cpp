#include "backends/promotion/preflight.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>

#include "tests/unit/promotion_samples.h"

namespace efm {
namespace {

using samples::healthy_cluster;
using samples::of_type;
using samples::primary;
using samples::standby;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> failed_names(const ClusterStatus& status, bool switchover) {
    std::vector<std::string> names;
    for (const auto& check : preflight_checks(status, switchover)) {
        // What has failed says what to do, and nothing else does.
        EXPECT_NE(check.passed, !check.hint.empty()) << check.name;
        EXPECT_FALSE(check.detail.empty()) << check.name;
        if (!check.passed)
            names.push_back(check.name);
    }
    return names;
}

Check find_check(const ClusterStatus& status, bool switchover, const std::string& name) {
    for (auto& check : preflight_checks(status, switchover)) {
        if (check.name == name)
            return check;
    }
    ADD_FAILURE() << "no check " << name;
    return {};
}

TEST(Preflight, LooksAtTheSameInTheSameOrder) {
    for (const bool switchover : {true, false}) {
        for (const auto& status : {healthy_cluster(), ClusterStatus{}}) {
            std::vector<std::string> names;
            for (const auto& check : preflight_checks(status, switchover))
                names.push_back(check.name);
            EXPECT_THAT(names, ElementsAre("one_primary", "agents_up", "no_promotion", "standby_available",
                                           "in_sync", "minimum_standbys", "missing_nodes", "vip"));
        }
    }
}

TEST(Preflight, AHealthyClusterPasses) {
    EXPECT_THAT(failed_names(healthy_cluster(), true), ElementsAre());
    EXPECT_THAT(failed_names(healthy_cluster(), false), ElementsAre());
    EXPECT_EQ(find_check(healthy_cluster(), false, "in_sync").detail,
              "A promotion of s1 now would lose 0 bytes of WAL.");
    EXPECT_EQ(find_check(healthy_cluster(), true, "standby_available").detail,
              "EFM would promote s1: the first in the promotion order of those with the most WAL.");
    EXPECT_EQ(find_check(healthy_cluster(), true, "vip").detail, "10.0.0.100 is active on p.");
}

struct Case {
    const char* name;
    std::function<void(ClusterStatus&)> change;
    std::vector<std::string> switchover;  ///< what fails
    std::vector<std::string> failover;
    const char* detail;  ///< part of the first detail that fails, for a switchover or else a failover
};

TEST(Preflight, FindsWhatIsWrong) {
    const std::vector<Case> cases{
        {"a second primary",
         [](ClusterStatus& c) { c.nodes.push_back(primary("q")); },
         {"one_primary"},
         {"one_primary", "in_sync"},
         "There are 2 primaries: p, q."},
        {"no primary",
         [](ClusterStatus& c) { c.nodes[0].type = "Idle"; },
         {"one_primary", "in_sync", "vip"},
         {"in_sync", "vip"},
         "There is no primary."},
        {"a primary that nobody sees",
         [](ClusterStatus& c) { c.nodes.erase(c.nodes.begin()); },
         {"one_primary", "agents_up", "in_sync", "vip"},
         {"agents_up", "in_sync", "vip"},
         "Whether 10.0.0.100 is in use on p is not known."},
        {"a primary that does not answer",
         [](ClusterStatus& c) { c.nodes[0] = primary("p", "UNKNOWN"); },
         {"one_primary", "in_sync"},
         {"in_sync"},
         "its database does not answer"},
        {"an agent that has failed, as EFM 5 says it",
         [](ClusterStatus& c) {
             c.nodes[3].type = "DOWN";
             c.nodes[3].agent = "DOWN";
         },
         {"agents_up"},
         {"agents_up"},
         "No agent is seen on w."},
        {"the same in EFM 4: it vanishes",
         [](ClusterStatus& c) { c.nodes.pop_back(); },
         {"agents_up"},
         {"agents_up"},
         "No agent is seen on w."},
        {"a promotion",
         [](ClusterStatus& c) { c.nodes[1].type = "Promoting"; },
         {"no_promotion"},
         {"no_promotion"},
         "Node s1 is being promoted."},
        {"nobody with a priority",
         [](ClusterStatus& c) { c.nodes[1].priority = c.nodes[2].priority = 0; },
         {"standby_available"},
         {"standby_available", "in_sync"},
         "no standby that has a priority"},
        {"no standby",
         [](ClusterStatus& c) { c.nodes[1].type = c.nodes[2].type = "Idle"; },
         {"standby_available", "in_sync"},
         {"standby_available", "in_sync"},
         ""},
        {"one standby behind",
         [](ClusterStatus& c) { c.nodes[2] = standby("s2", 2, "0/F0"); },
         {"in_sync"},
         {},
         "Not where the primary is: s2 16 bytes behind."},
        {"one standby that seems to be ahead",
         [](ClusterStatus& c) { c.nodes[2] = standby("s2", 2, "0/110"); },
         {"in_sync"},
         {"in_sync"},
         "Not where the primary is: s2 16 bytes ahead."},
        {"a standby whose database has died",
         [](ClusterStatus& c) { c.nodes[2] = standby("s2", 2, "UNKNOWN"); },
         {"in_sync"},
         {},
         "Not where the primary is: s2 unknown."},
        {"all standbys behind",
         [](ClusterStatus& c) {
             c.nodes[1] = standby("s1", 1, "0/80");
             c.nodes[2] = standby("s2", 2, "0/F0", "0/FF");
         },
         {"in_sync"},
         {"in_sync"},
         "s1 128 bytes behind, s2 16 bytes behind"},
        {"EFM says what its locations do not show",
         [](ClusterStatus& c) {
             c.messages.emplace_back(
                 "One or more standby databases are not in sync with the primary database.");
         },
         {"in_sync"},
         {"in_sync"},
         "EFM says: One or more"},
        {"too few standbys",
         [](ClusterStatus& c) { c.minimum_standbys = 2; },
         {"minimum_standbys"},
         {"minimum_standbys"},
         "1 standbys during it, minimum.standbys is 2."},
        {"just enough standbys", [](ClusterStatus& c) { c.minimum_standbys = 1; }, {}, {}, ""},
        {"a missing node",
         [](ClusterStatus& c) {
             c.missing = {"10.0.0.8", "10.0.0.9"};
         },
         {"missing_nodes"},
         {},
         "EFM misses 10.0.0.8, 10.0.0.9."},
        {"no VIP",
         [](ClusterStatus& c) {
             c.vip.clear();
             c.nodes[0].vip_active = false;
         },
         {},
         {},
         ""},
    };
    for (const auto& c : cases) {
        auto status = healthy_cluster();
        c.change(status);
        EXPECT_EQ(failed_names(status, true), c.switchover) << c.name;
        EXPECT_EQ(failed_names(status, false), c.failover) << c.name;
        EXPECT_THAT(list_of_checks(failed_checks(preflight_checks(status, !c.switchover.empty()))),
                    HasSubstr(c.detail))
            << c.name;
    }
}

TEST(Preflight, AFailoverLosesWhatWasNotReceived) {
    auto status = healthy_cluster();
    status.nodes[1] = standby("s1", 1, "0/80");
    status.nodes[2] = standby("s2", 2, "0/F0", "0/FF");
    const auto check = find_check(status, false, "in_sync");
    EXPECT_EQ(
        check.detail,
        "A promotion of s2 now would lose 1 bytes of WAL. It has replayed: 16 bytes behind. The others: "
        "s1 128 bytes behind.");
    EXPECT_THAT(check.hint, HasSubstr("force"));

    status.nodes.erase(status.nodes.begin());
    EXPECT_EQ(find_check(status, false, "in_sync").detail,
              "What a promotion would lose is not known: the primary cannot be asked. Compared with s2 the "
              "others have: s1 127 bytes less.");
    EXPECT_THAT(find_check(status, true, "in_sync").hint, HasSubstr("efm_preflight(false)"));
}

TEST(Preflight, TheFailedOnesStandOneInALine) {
    auto status = healthy_cluster();
    EXPECT_EQ(list_of_checks(failed_checks(preflight_checks(status, true))), "");
    status.nodes.pop_back();
    status.missing = {"x"};
    EXPECT_EQ(list_of_checks(failed_checks(preflight_checks(status, true))),
              "agents_up: No agent is seen on w.\nmissing_nodes: EFM misses x.");
}

}  // namespace
}  // namespace efm
