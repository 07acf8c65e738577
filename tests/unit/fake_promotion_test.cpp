// Promotion and switchover: the questions, the choice of the standby, what becomes of everybody, and the time
// between.

#include "mocks/fake/promotion.h"

#include "backends/command/confirmation.h"
#include "tests/unit/fake_fixture.h"

namespace efm::fake {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Answer = Console::Answer;

constexpr const char* sure =
    "The primary database will be shut down and a standby will be promoted. Are you sure you want to "
    "continue? [y/N]:";
constexpr const char* anyway = "Would you like to attempt to promote the standby anyway [y/N]:";
constexpr const char* data_loss =
    "Forcing this promotion may result in data loss - are you sure you want to continue? This is the last "
    "prompt. "
    "[y/N]:";
constexpr const char* vip_in_use =
    "The primary agent is not present but the VIP is in use. Before proceeding, you should ensure that the "
    "VIP is not "
    "in use by a node other than the standby node. Are you sure you want to continue? [y/N]:";

class FakePromotionTest : public FakeTest {
  protected:
    std::vector<std::string> questions_;
};

// P-01 P-02 P-03
TEST_F(FakePromotionTest, AsksOnceAndAcceptsAsRecorded) {
    const auto played = promote({Answer::yes}, &questions_);
    EXPECT_THAT(questions_, ElementsAre(sure));
    EXPECT_EQ(played.output,
              std::string{sure} +
                  "Promote command accepted by local agent. Proceeding with promotion. Run the "
                  "'cluster-status' command for information about the new cluster state.\n");
    EXPECT_EQ(played.ended.exit_status, 0);
}

// P-07 P-11
TEST_F(FakePromotionTest, FailoverLeavesTheOldPrimaryIdle) {
    promote();
    EXPECT_EQ(row("10.0.0.1"), "Idle 10.0.0.1 UNKNOWN 10.0.0.100");
    EXPECT_EQ(row("10.0.0.2"), "Primary 10.0.0.2 UP 10.0.0.100*");
    EXPECT_EQ(row("10.0.0.3"), "Standby 10.0.0.3 UP 10.0.0.100");
    EXPECT_EQ(priority(), "10.0.0.3");
    EXPECT_EQ(play_on("10.0.0.1", {"resume", "efm"}).ended.exit_status, 0);
    EXPECT_EQ(row("10.0.0.1"), "Standby 10.0.0.1 UP 10.0.0.100");
    EXPECT_EQ(priority(), "10.0.0.3 10.0.0.1");
}

// P-05 P-12
TEST_F(FakePromotionTest, SwitchoverAsksNothingAndMakesAStandbyOfTheOldPrimary) {
    const auto played =
        play({"promote", "efm", "-switchover", "-sourcenode", "10.0.0.3", "-quiet", "-noscripts"});
    EXPECT_EQ(
        played.output,
        "Promote/switchover command accepted by local agent. Proceeding with promotion and will reconfigure "
        "original primary. Run the 'cluster-status' command for information about the new cluster state.\n");
    EXPECT_EQ(played.ended.exit_status, 0);
    EXPECT_EQ(row("10.0.0.1"), "Standby 10.0.0.1 UP 10.0.0.100");
    EXPECT_EQ(row("10.0.0.2"), "Primary 10.0.0.2 UP 10.0.0.100*");
    EXPECT_EQ(priority(), "10.0.0.3 10.0.0.1");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);

    EXPECT_EQ(play({"set-priority", "efm", "10.0.0.1", "1"}).ended.exit_status, 0);
    EXPECT_EQ(play({"promote", "efm", "-switchover"}).ended.exit_status, 0);
    EXPECT_EQ(row("10.0.0.1"), "Primary 10.0.0.1 UP 10.0.0.100*") << "and back again";
}

// P-06
TEST_F(FakePromotionTest, NoAndEndOfFileRefuse) {
    const auto before = status_json();
    for (const auto answer : {Answer::no, Answer::end_of_file}) {
        const auto played = promote({answer});
        EXPECT_EQ(played.ended.exit_status, 1);
        EXPECT_EQ(played.output, sure);
        EXPECT_EQ(played.errors, "The promotion was not confirmed. Nothing was changed.\n");
    }
    EXPECT_EQ(status_json(), before);
}

// P-03
TEST_F(FakePromotionTest, AsksAboutDataLossWhenNoStandbyIsInSync) {
    use_scenario("promotion-needs-force");
    promote({Answer::yes, Answer::no}, &questions_);
    EXPECT_THAT(questions_, ElementsAre(sure, anyway));
    EXPECT_EQ(promote({Answer::yes, Answer::yes, Answer::no}, &questions_).ended.exit_status, 1);
    EXPECT_THAT(questions_, ElementsAre(sure, anyway, data_loss));
    EXPECT_EQ(row("10.0.0.1"), "Primary 10.0.0.1 UP 10.0.0.100*");
    EXPECT_EQ(promote({Answer::yes, Answer::yes, Answer::yes}).ended.exit_status, 0);
    EXPECT_EQ(row("10.0.0.2"), "Primary 10.0.0.2 UP 10.0.0.100*");
}

// P-04
TEST_F(FakePromotionTest, AsksAboutTheVipWhenThePrimaryAgentIsGone) {
    use_scenario("primary-agent-gone");
    EXPECT_EQ(promote({Answer::yes}, &questions_).ended.exit_status, 0);
    EXPECT_THAT(questions_, ElementsAre(vip_in_use));
    EXPECT_EQ(row("10.0.0.2"), "Primary 10.0.0.2 UP 10.0.0.100*");
}

// P-05
TEST_F(FakePromotionTest, AsksNothingWhenThePrimaryIsGoneAltogether) {
    set_scenario(R"({"local_node": "b", "vip": "10.0.0.100", "nodes": [
        {"address": "a", "role": "Primary", "agent": "DOWN", "database": "DOWN"}, {"address": "b", "role": "Standby"}]})");
    EXPECT_EQ(promote({}, &questions_).ended.exit_status, 0);
    EXPECT_TRUE(questions_.empty());
    EXPECT_EQ(row("b"), "Primary b UP 10.0.0.100*");
}

// The runners answer by the table of known questions: none of these may fall out of it.
TEST_F(FakePromotionTest, RunnersKnowTheQuestions) {
    EXPECT_EQ(classify_question(sure), QuestionKind::routine);
    for (const auto* const question : {anyway, data_loss, vip_in_use})
        EXPECT_EQ(classify_question(question), QuestionKind::data_loss);
    for (const auto* const question : {sure, anyway, data_loss, vip_in_use})
        EXPECT_EQ(pending_question(question), question);
}

// P-09
TEST_F(FakePromotionTest, SwitchoverIsRefusedOutOfSync) {
    use_scenario("lagging-standby");
    const auto played = play({"promote", "efm", "-switchover"});
    EXPECT_EQ(played.ended.exit_status, 1);
    EXPECT_EQ(played.errors,
              "The standby databases are not in sync with the primary. A switchover is not possible.\n");
    EXPECT_EQ(promote({Answer::yes}, &questions_).ended.exit_status, 0);
    EXPECT_THAT(questions_, ElementsAre(sure)) << "a plain promotion is always allowed";
    EXPECT_EQ(row("10.0.0.3"), "Primary 10.0.0.3 UP 10.0.0.100*")
        << "it has the most WAL, not the first place";
}

// P-08 P-09 P-10
TEST_F(FakePromotionTest, RefusesWhatCannotBe) {
    const auto error_of = [&](const std::vector<std::string>& words) {
        const auto played = play(words);
        EXPECT_EQ(played.ended.exit_status, 1);
        return played.errors;
    };
    EXPECT_EQ(error_of({"promote", "efm", "-switchover", "-sourcenode", "10.0.0.4"}),
              "Node 10.0.0.4 is not a standby of this cluster.\n");
    EXPECT_THAT(error_of({"promote", "efm", "-switchover", "-sourcenode"}), HasSubstr("Usage:"));
    play({"set-priority", "efm", "10.0.0.2", "0"});
    play({"set-priority", "efm", "10.0.0.3", "0"});
    EXPECT_EQ(error_of({"promote", "efm"}), "There is no standby that can be promoted.\n");
    set_scenario(R"({"nodes": [{"address": "b", "role": "Standby"}]})");
    EXPECT_EQ(error_of({"promote", "efm", "-switchover"}),
              "A switchover needs a primary, and no primary was found.\n");
}

// Line by line what a published log of six switchovers of EFM 5.0 shows, in its proportions.
// P-12 P-13 P-14
TEST_F(FakePromotionTest, SwitchoverAsLogged) {
    set_healthy_with(R"(, "clock": "stepped", "promotion_ms": 10000)");
    EXPECT_EQ(play({"promote", "efm", "-switchover"}).ended.exit_status, 0);
    EXPECT_EQ(row("10.0.0.1"), "Primary 10.0.0.1 UP 10.0.0.100*") << "its database is being stopped";
    EXPECT_THAT(status(),
                HasSubstr("\tUNKNOWN     10.0.0.1             UNKNOWN            UNKNOWN            "
                          "Connection to 10.0.0.1:5444 refused."));
    EXPECT_THAT(status(), HasSubstr("\tNo primary database was found.\n"));
    EXPECT_EQ(priority(), "10.0.0.2 10.0.0.3");

    pass(2999);
    EXPECT_EQ(row("10.0.0.1"), "Primary 10.0.0.1 UP 10.0.0.100*");
    pass(1);
    EXPECT_EQ(row("10.0.0.1"), "Idle 10.0.0.1 UNKNOWN 10.0.0.100");
    EXPECT_EQ(row("10.0.0.2"), "Promoting 10.0.0.2 UP 10.0.0.100") << "nobody has the VIP";
    EXPECT_EQ(priority(), "10.0.0.3");

    pass(1000);
    EXPECT_EQ(row("10.0.0.1"), "Standby 10.0.0.1 UP 10.0.0.100") << "back, while the other is still promoted";
    EXPECT_EQ(row("10.0.0.2"), "Promoting 10.0.0.2 UP 10.0.0.100");
    EXPECT_EQ(priority(), "10.0.0.3 10.0.0.1");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 1);

    pass(5999);
    EXPECT_EQ(row("10.0.0.2"), "Promoting 10.0.0.2 UP 10.0.0.100");
    pass(1);
    EXPECT_EQ(row("10.0.0.2"), "Primary 10.0.0.2 UP 10.0.0.100*");
    EXPECT_EQ(row("10.0.0.1"), "Standby 10.0.0.1 UP 10.0.0.100");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);
}

// P-11 P-13 P-14
TEST_F(FakePromotionTest, FailoverTakesItsTime) {
    set_healthy_with(R"(, "clock": "stepped", "promotion_ms": 30000)");
    promote();
    EXPECT_EQ(row("10.0.0.1"), "Primary 10.0.0.1 UP 10.0.0.100*") << "still being stopped";
    EXPECT_EQ(promote({Answer::yes}).errors, "A promotion is already in progress.\n");
    EXPECT_EQ(play({"promote", "efm", "-switchover"}).ended.exit_status, 1);

    pass(15'000);
    EXPECT_EQ(row("10.0.0.1"), "Idle 10.0.0.1 UNKNOWN 10.0.0.100");
    EXPECT_EQ(row("10.0.0.2"), "Promoting 10.0.0.2 UP 10.0.0.100") << "and nobody has the VIP";
    EXPECT_EQ(priority(), "10.0.0.3");
    const auto between = play({"cluster-status", "efm"});
    EXPECT_EQ(between.ended.exit_status, 1);
    EXPECT_THAT(between.output, HasSubstr("\tNo primary database was found.\n"));
    EXPECT_EQ(promote({Answer::yes}).errors, "A promotion is already in progress.\n");
    EXPECT_EQ(play({"allow-node", "efm", "10.0.0.9"}).ended.exit_status, 0) << "writing the state in between";
    EXPECT_EQ(play_on("10.0.0.1", {"resume", "efm"}).errors, "A promotion is in progress.\n");

    pass(15'000);
    EXPECT_EQ(row("10.0.0.2"), "Primary 10.0.0.2 UP 10.0.0.100*");
    EXPECT_EQ(row("10.0.0.1"), "Idle 10.0.0.1 UNKNOWN 10.0.0.100");
    EXPECT_THAT(allowed(), HasSubstr("10.0.0.9"));
    EXPECT_EQ(promote({Answer::yes}).ended.exit_status, 0) << "the next one may begin";
}

// A clock that is set back must not hold a promotion for ever: the fake's time goes on from where it was.
TEST_F(FakePromotionTest, SurvivesASystemClockThatIsSetBack) {
    set_healthy_with(R"(, "promotion_ms": 30000000)");
    promote();
    pass(20'000'000);
    const std::string key = "\"offset_ms\":20000000";
    auto state = read(installation_.state_file);
    ASSERT_THAT(state, HasSubstr(key));
    state.replace(state.find(key), key.size(), "\"offset_ms\":0");
    write(installation_.state_file, state);
    EXPECT_EQ(row("10.0.0.2"), "Promoting 10.0.0.2 UP 10.0.0.100");
    pass(10'000'000);
    EXPECT_EQ(row("10.0.0.2"), "Primary 10.0.0.2 UP 10.0.0.100*");
}

// P-17
TEST_F(FakePromotionTest, FailsAndLeavesNoPrimary) {
    set_healthy_with(R"(, "clock": "stepped", "promotion_ms": 1000, "promotion_outcome": "fails")");
    promote();
    pass(999);
    EXPECT_EQ(row("10.0.0.2"), "Promoting 10.0.0.2 UP 10.0.0.100");
    pass(1);
    EXPECT_EQ(row("10.0.0.1"), "Idle 10.0.0.1 UNKNOWN 10.0.0.100");
    EXPECT_EQ(row("10.0.0.2"), "Standby 10.0.0.2 UP 10.0.0.100");
    EXPECT_EQ(priority(), "10.0.0.2 10.0.0.3");
    EXPECT_THAT(status(), HasSubstr("\tCould not promote standby\n"));
    EXPECT_THAT(status_json(), HasSubstr("\"Could not promote standby\""));
    EXPECT_EQ(play_on("10.0.0.1", {"resume", "efm"}).ended.exit_status, 0) << "the way out";
    EXPECT_EQ(row("10.0.0.1"), "Primary 10.0.0.1 UP 10.0.0.100*");
}

// P-17
TEST_F(FakePromotionTest, SticksUntilItIsLetFail) {
    set_healthy_with(R"(, "clock": "stepped", "promotion_ms": 1000, "promotion_outcome": "sticks")");
    promote();
    pass(1'000'000'000);
    EXPECT_EQ(row("10.0.0.2"), "Promoting 10.0.0.2 UP 10.0.0.100");
    EXPECT_EQ(promote().errors, "A promotion is already in progress.\n");
    happens(R"({"event": "promotion_fails"})");
    EXPECT_EQ(row("10.0.0.2"), "Standby 10.0.0.2 UP 10.0.0.100");
}

TEST_F(FakePromotionTest, EventsDecideTheNextOneOnly) {
    happens(R"({"event": "promotion_fails"})");
    promote();
    EXPECT_EQ(row("10.0.0.2"), "Standby 10.0.0.2 UP 10.0.0.100");
    promote({});
    EXPECT_EQ(row("10.0.0.2"), "Primary 10.0.0.2 UP 10.0.0.100*");
}

TEST_F(FakePromotionTest, TargetThatDiesIsNotPromoted) {
    for (const std::string death : {"database_fails", "agent_fails", "agent_stops", "node_fails"}) {
        set_healthy_with(R"(, "clock": "stepped", "promotion_ms": 1000, "description": ")" + death + "\"");
        play({"promote", "efm", "-switchover"});
        happens(R"({"event": ")" + death + R"(", "node": "10.0.0.2"})");
        pass(2000);
        EXPECT_THAT(status(), HasSubstr("Could not promote standby")) << death;
        EXPECT_EQ(row("10.0.0.1"), "Idle 10.0.0.1 UNKNOWN 10.0.0.100") << death;
        RecordingConsole console;
        reset_fake_efm(installation_, console);
    }
}

// P-16
TEST_F(FakePromotionTest, MinimumStandbysBlocksASwitchoverBefore54) {
    const std::string keys = R"(, "minimum_standbys": 2, "efm_version": )";
    set_healthy_with(keys + R"("5.3")");
    const auto played = play({"promote", "efm", "-switchover"});
    EXPECT_EQ(played.ended.exit_status, 1);
    EXPECT_EQ(played.errors, "A switchover would leave fewer than the minimum number of standbys.\n");
    happens(R"({"event": "minimum_standbys", "number": 1})");
    EXPECT_EQ(play({"promote", "efm", "-switchover"}).ended.exit_status, 0);
    set_healthy_with(keys + R"("5.4")");
    EXPECT_EQ(play({"promote", "efm", "-switchover"}).ended.exit_status, 0);
}

// P-08
TEST_F(FakePromotionTest, ReplayBreaksTiesUnlessItIsToldNotTo) {
    const auto scenario = [](const std::string& keys) {
        return R"({"vip": "10.0.0.100")" + keys + R"(, "nodes": [
            {"address": "a", "role": "Primary", "replayed": "0/9"},
            {"address": "b", "role": "Standby", "received": "0/9", "replayed": "0/8"},
            {"address": "c", "role": "Standby", "received": "0/9", "replayed": "0/9"}]})";
    };
    set_scenario(scenario(""));
    promote();
    EXPECT_EQ(row("c"), "Primary c UP 10.0.0.100*");
    set_scenario(scenario(R"(, "use_replay_tiebreaker": false)"));
    promote();
    EXPECT_EQ(row("b"), "Primary b UP 10.0.0.100*") << "then the first in the list";
}

// P-15
TEST_F(FakePromotionTest, SecondPromotionIsRefusedEvenIfBothHaveAsked) {
    set_healthy_with(R"(, "promotion_ms": 30000000)");
    class Meanwhile final : public Console {
      public:
        explicit Meanwhile(std::function<void()> other) : other_(std::move(other)) {}
        bool write_output(std::string_view text) override { return recorded.write_output(text); }
        bool write_errors(std::string_view text) override { return recorded.write_errors(text); }
        Answer read_answer(std::string_view /*question*/) override {
            other_();
            return Answer::yes;
        }
        bool pause(std::chrono::milliseconds duration) override { return recorded.pause(duration); }
        void leave_child(std::chrono::milliseconds /*duration*/) override {}
        RecordingConsole recorded;

      private:
        std::function<void()> other_;
    };
    Meanwhile console{[&] { EXPECT_EQ(promote().ended.exit_status, 0); }};
    EXPECT_EQ(run_fake_efm(installation_, {"promote", "efm"}, console).exit_status, 1);
    EXPECT_EQ(console.recorded.errors, "A promotion is already in progress.\n");
}

}  // namespace
}  // namespace efm::fake
