#include "backends/promotion/promotion_watch.h"

#include <gmock/gmock.h>

#include "tests/unit/promotion_samples.h"

namespace efm {
namespace {

using samples::cluster;
using samples::healthy_cluster;
using samples::of_type;
using samples::primary;
using samples::standby;
using testing::ElementsAre;

const auto idle = cluster({of_type("p", "Idle"), standby("s1", 1), standby("s2", 2)});
const auto promoting = cluster({of_type("p", "Idle"), of_type("s1", "Promoting"), standby("s2", 1)});
const auto back_too_early = cluster({standby("p", 2), of_type("s1", "Promoting"), standby("s2", 1)});
const auto promoted = cluster({of_type("p", "Idle"), primary("s1"), standby("s2", 1)});
const auto all_done = cluster({standby("p", 2), primary("s1"), standby("s2", 1)});

TEST(PromotionWatch, TellsEachStepOfAFailoverOnce) {
    PromotionWatch watch{healthy_cluster(), false};
    EXPECT_EQ(watch.old_primary(), "p");
    EXPECT_THAT(watch.look(healthy_cluster()), ElementsAre());
    EXPECT_THAT(watch.look(idle), ElementsAre("node p is no longer primary"));
    EXPECT_THAT(watch.look(idle), ElementsAre());
    EXPECT_THAT(watch.look(promoting), ElementsAre("node s1 is being promoted"));
    EXPECT_THAT(watch.look(promoting), ElementsAre());
    EXPECT_FALSE(watch.has_new_primary());
    EXPECT_THAT(watch.look(promoted), ElementsAre("node s1 is the new primary"));
    EXPECT_TRUE(watch.is_over());
    EXPECT_EQ(watch.new_primary(), "s1");
    EXPECT_THAT(watch.look(promoted), ElementsAre());
}

TEST(PromotionWatch, ASwitchoverIsOverWhenTheOldPrimaryIsBack) {
    PromotionWatch watch{healthy_cluster(), true};
    EXPECT_THAT(watch.look(promoting),
                ElementsAre("node p is no longer primary", "node s1 is being promoted"));
    // Not told before there is a new primary: it may go again.
    EXPECT_THAT(watch.look(back_too_early), ElementsAre());
    EXPECT_THAT(watch.look(promoted), ElementsAre("node s1 is the new primary"));
    EXPECT_TRUE(watch.has_new_primary());
    EXPECT_FALSE(watch.is_over());
    EXPECT_THAT(watch.look(all_done), ElementsAre("node p is back as a standby"));
    EXPECT_TRUE(watch.is_over());
    EXPECT_THAT(watch.look(all_done), ElementsAre());
}

TEST(PromotionWatch, AllMayHaveHappenedBetweenTwoLooks) {
    PromotionWatch watch{healthy_cluster(), true};
    EXPECT_THAT(watch.look(all_done), ElementsAre("node p is no longer primary", "node s1 is the new primary",
                                                  "node p is back as a standby"));
    EXPECT_TRUE(watch.is_over());
}

TEST(PromotionWatch, WithoutAPrimaryBeforeAnyOneIsNew) {
    PromotionWatch watch{idle, true};
    EXPECT_EQ(watch.old_primary(), "");
    EXPECT_THAT(watch.look(idle), ElementsAre());
    EXPECT_THAT(watch.look(promoted), ElementsAre("node s1 is the new primary"));
    EXPECT_TRUE(watch.is_over());
}

TEST(PromotionWatch, OfTwoPrimariesBeforeNoneIsNew) {
    const auto two = cluster({primary("p"), primary("q"), standby("s1", 1)});
    PromotionWatch watch{two, false};
    EXPECT_THAT(watch.look(two), ElementsAre());
    EXPECT_FALSE(watch.has_new_primary());
    // Not even when the other one is gone.
    EXPECT_THAT(watch.look(cluster({of_type("p", "Idle"), primary("q"), standby("s1", 1)})),
                ElementsAre("node p is no longer primary"));
    EXPECT_FALSE(watch.has_new_primary());
    EXPECT_THAT(watch.look(cluster({of_type("p", "Idle"), of_type("q", "Idle"), primary("s1")})),
                ElementsAre("node s1 is the new primary"));
}

TEST(PromotionWatch, WhoWasSeenPromotingIsNewWhateverHeWas) {
    const auto two = cluster({primary("p"), primary("q"), standby("s1", 1)});
    PromotionWatch watch{two, false};
    EXPECT_THAT(watch.look(cluster({primary("p"), of_type("q", "Promoting"), standby("s1", 1)})),
                ElementsAre("node q is being promoted"));
    EXPECT_THAT(watch.look(two), ElementsAre("node q is the new primary"));
}

TEST(PromotionWatch, WithoutAStatusBeforeThePrimaryMayBeTheOldOne) {
    PromotionWatch watch{std::nullopt, false};
    EXPECT_FALSE(watch.is_in_doubt());
    EXPECT_THAT(watch.look(promoted), ElementsAre());
    EXPECT_FALSE(watch.has_new_primary());
    EXPECT_TRUE(watch.is_in_doubt());
    EXPECT_EQ(watch.old_primary(), "s1");

    PromotionWatch quicker{std::nullopt, false};
    EXPECT_THAT(quicker.look(healthy_cluster()), ElementsAre());
    EXPECT_TRUE(quicker.is_in_doubt());
    EXPECT_THAT(quicker.look(idle), ElementsAre("node p is no longer primary"));
    EXPECT_FALSE(quicker.is_in_doubt());
    EXPECT_THAT(quicker.look(promoted), ElementsAre("node s1 is the new primary"));
    EXPECT_FALSE(quicker.is_in_doubt());

    PromotionWatch in_the_middle{std::nullopt, false};
    EXPECT_THAT(in_the_middle.look(promoting), ElementsAre("node s1 is being promoted"));
    EXPECT_FALSE(in_the_middle.is_in_doubt());
    EXPECT_THAT(in_the_middle.look(promoted), ElementsAre("node s1 is the new primary"));
    EXPECT_TRUE(in_the_middle.is_over());
}

TEST(PromotionWatch, APromotionThatComesToNothingIsTold) {
    PromotionWatch watch{healthy_cluster(), true};
    EXPECT_THAT(watch.look(promoting),
                ElementsAre("node p is no longer primary", "node s1 is being promoted"));
    auto failed = cluster({of_type("p", "Idle"), standby("s1", 1), standby("s2", 2)});
    failed.messages = {"Could not promote standby"};
    EXPECT_THAT(watch.look(failed), ElementsAre("node s1 is a standby again, and not promoted"));
    EXPECT_THAT(watch.messages(), ElementsAre("Could not promote standby"));
    EXPECT_THAT(watch.look(failed), ElementsAre());
    EXPECT_FALSE(watch.has_new_primary());
    // The old one is started again, or the standby is tried once more: both are news.
    EXPECT_THAT(watch.look(healthy_cluster()), ElementsAre("node p is primary again"));
    EXPECT_FALSE(watch.has_new_primary());
    EXPECT_THAT(watch.look(promoting),
                ElementsAre("node p is no longer primary", "node s1 is being promoted"));
    EXPECT_THAT(watch.messages(), ElementsAre());
}

TEST(PromotionWatch, AnOldPrimaryThatVanishesIsNoPrimary) {
    PromotionWatch watch{healthy_cluster(), false};
    EXPECT_THAT(watch.look(cluster({standby("s1", 1), standby("s2", 2)})),
                ElementsAre("node p is no longer primary"));
    EXPECT_THAT(watch.look(cluster({primary("s1"), standby("s2", 2)})),
                ElementsAre("node s1 is the new primary"));
    EXPECT_TRUE(watch.is_over());
}

}  // namespace
}  // namespace efm
