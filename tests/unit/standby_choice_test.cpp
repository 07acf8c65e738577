#include "backends/promotion/standby_choice.h"

#include <gtest/gtest.h>

#include "tests/unit/promotion_samples.h"

namespace efm {
namespace {

using samples::primary;
using samples::standby;

struct Case {
    const char* name;
    std::vector<NodeStatus> nodes;
    const char* chosen;  ///< nullptr: none
    const char* reason;
};

TEST(StandbyChoice, IsMadeInTheOrderOfTheUserGuide) {
    auto database_down = standby("d", 1, "0/900");
    database_down.database = "DOWN";
    auto agent_down = standby("a", 1, "0/900");
    agent_down.agent = "DOWN";
    auto just_died = standby("x", 1, "");
    just_died.replayed = "UNKNOWN";
    auto promoting = standby("m", 1, "0/900");
    promoting.type = "Promoting";

    for (const auto& c : {
             Case{"no standby", {primary("p", "0/100")}, nullptr, ""},
             Case{"one", {standby("s", 1, "0/100")}, "s", "the only standby that may be promoted"},
             Case{"WAL goes before priority",
                  {standby("s1", 1, "0/100"), standby("s2", 2, "0/101")},
                  "s2",
                  "it has received the most WAL"},
             Case{"received goes before replayed",
                  {standby("s1", 1, "0/100", "0/100"), standby("s2", 2, "0/80", "0/101")},
                  "s2",
                  "it has received the most WAL"},
             Case{"replayed decides between those that have received the same",
                  {standby("s1", 1, "0/80", "0/100"), standby("s2", 2, "0/81", "0/100")},
                  "s2",
                  "it has replayed the most WAL"},
             Case{"replayed counts as received",
                  {standby("s1", 1, "0/100", ""), standby("s2", 2, "0/80", "0/90")},
                  "s1",
                  "it has received the most WAL"},
             Case{"then the priority",
                  {standby("s2", 2, "0/100"), standby("s1", 1, "0/100"), standby("s3", 3, "0/100")},
                  "s1",
                  "the first in the promotion order of those with the most WAL"},
             Case{"the rest may be behind",
                  {standby("s1", 3, "0/80"), standby("s2", 2, "0/100"), standby("s3", 1, "0/100")},
                  "s3",
                  "the first in the promotion order of those with the most WAL"},
             Case{"who has no priority is left out",
                  {standby("s0", 0, "0/900"), standby("s1", 1, "0/100")},
                  "s1",
                  "the only standby that may be promoted"},
             Case{"so is who cannot be promoted now",
                  {database_down, agent_down, just_died, promoting, standby("s", 9, "0/1")},
                  "s",
                  "the only standby that may be promoted"},
             Case{"and there may be none", {database_down, agent_down, just_died, promoting}, nullptr, ""},
         }) {
        ClusterStatus status;
        status.nodes = c.nodes;
        const auto choice = choose_standby(status);
        ASSERT_EQ(choice.node != nullptr, c.chosen != nullptr) << c.name;
        if (choice.node != nullptr) {
            EXPECT_EQ(choice.node->address, c.chosen) << c.name;
        }
        EXPECT_EQ(choice.reason, c.reason) << c.name;
    }
}

TEST(StandbyChoice, WhatIsLostIsWhatWasNotReceived) {
    const auto from = primary("p", "0/100");
    EXPECT_EQ(bytes_not_received(&from, standby("s", 1, "0/10", "0/F0")), 0x10U);
    EXPECT_EQ(bytes_not_received(&from, standby("s", 1, "0/10", "0/100")), 0U);
    EXPECT_EQ(bytes_not_received(&from, standby("s", 1, "0/110")), 0U);
    EXPECT_EQ(bytes_not_received(&from, standby("s", 1, "")), std::nullopt);
    EXPECT_EQ(bytes_not_received(nullptr, standby("s", 1, "0/10")), std::nullopt);
    const auto silent = primary("p", "UNKNOWN");
    EXPECT_EQ(bytes_not_received(&silent, standby("s", 1, "0/10")), std::nullopt);
}

}  // namespace
}  // namespace efm
