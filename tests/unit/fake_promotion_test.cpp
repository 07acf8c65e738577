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

    /// Moves the start of the promotion into the past.
    void let_pass(std::int64_t milliseconds) const {
        auto state = read(installation_.state_file);
        const std::string key = "\"started_ms\":";
        const auto at = state.find(key) + key.size();
        const auto end = state.find_first_not_of("0123456789", at);
        state.replace(at, end - at, std::to_string(std::stoll(state.substr(at, end - at)) - milliseconds));
        write(installation_.state_file, state);
    }
};

TEST_F(FakePromotionTest, AsksOnceAndAcceptsAsRecorded) {
    const auto played = promote({Answer::yes}, &questions_);
    EXPECT_THAT(questions_, ElementsAre(sure));
    EXPECT_EQ(played.output,
              std::string{sure} +
                  "Promote command accepted by local agent. Proceeding with promotion. Run the "
                  "'cluster-status' command for information about the new cluster state.\n");
    EXPECT_EQ(played.ended.exit_status, 0);
}

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

TEST_F(FakePromotionTest, AsksAboutTheVipWhenThePrimaryAgentIsGone) {
    use_scenario("primary-agent-gone");
    EXPECT_EQ(promote({Answer::yes}, &questions_).ended.exit_status, 0);
    EXPECT_THAT(questions_, ElementsAre(vip_in_use));
    EXPECT_EQ(row("10.0.0.2"), "Primary 10.0.0.2 UP 10.0.0.100*");
}

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

TEST_F(FakePromotionTest, TakesItsTime) {
    set_healthy_with(R"(, "promotion_ms": 30000000)");
    promote();
    EXPECT_EQ(row("10.0.0.1"), "Primary 10.0.0.1 UP 10.0.0.100*") << "still being stopped";
    EXPECT_EQ(promote({Answer::yes}).errors, "A promotion is already in progress.\n");
    EXPECT_EQ(play({"promote", "efm", "-switchover"}).ended.exit_status, 1);

    let_pass(15'000'000);
    EXPECT_EQ(row("10.0.0.1"), "Idle 10.0.0.1 UNKNOWN 10.0.0.100");
    EXPECT_EQ(row("10.0.0.2"), "Promoting 10.0.0.2 UP 10.0.0.100") << "and nobody has the VIP";
    EXPECT_EQ(priority(), "10.0.0.3");
    const auto between = play({"cluster-status", "efm"});
    EXPECT_EQ(between.ended.exit_status, 1);
    EXPECT_THAT(between.output, HasSubstr("\tNo primary database was found.\n"));
    EXPECT_EQ(promote({Answer::yes}).errors, "A promotion is already in progress.\n");
    EXPECT_EQ(play({"allow-node", "efm", "10.0.0.9"}).ended.exit_status, 0) << "writing the state in between";

    let_pass(15'000'000);
    EXPECT_EQ(row("10.0.0.2"), "Primary 10.0.0.2 UP 10.0.0.100*");
    EXPECT_EQ(row("10.0.0.1"), "Idle 10.0.0.1 UNKNOWN 10.0.0.100");
    EXPECT_THAT(allowed(), HasSubstr("10.0.0.9"));
    EXPECT_EQ(promote({Answer::yes}).ended.exit_status, 0) << "the next one may begin";
}

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

// Pure functions, no clock: every moment of a switchover, twice each, since what is settled is settled again.
TEST(FakePromotion, SettlesTheSameWayHoweverOften) {
    Cluster cluster;
    cluster.nodes = {{.address = "a",
                      .role = Role::primary,
                      .database = "UP",
                      .received = "",
                      .replayed = "0/9",
                      .info = ""},
                     {.address = "b",
                      .role = Role::standby,
                      .database = "UP",
                      .received = "0/9",
                      .replayed = "0/8",
                      .info = ""},
                     {.address = "c",
                      .role = Role::standby,
                      .database = "UP",
                      .received = "0/9",
                      .replayed = "0/9",
                      .info = ""}};
    cluster.priority = {"b", "c"};
    ASSERT_EQ(choose_standby(cluster)->address, "c") << "received alike, replayed more";
    std::optional<Promotion> promotion = Promotion{"c", "a", true, 1000, 300};

    const auto roles = [&] {
        return std::vector<Role>{cluster.nodes[0].role, cluster.nodes[1].role, cluster.nodes[2].role};
    };
    for (int time = 0; time < 2; ++time) {
        settle(cluster, promotion, 1099);
        EXPECT_THAT(roles(), ElementsAre(Role::primary, Role::standby, Role::standby));
    }
    for (int time = 0; time < 2; ++time) {
        settle(cluster, promotion, 1100);
        EXPECT_THAT(roles(), ElementsAre(Role::idle, Role::standby, Role::promoting));
        EXPECT_THAT(cluster.priority, ElementsAre("b"));
    }
    for (int time = 0; time < 2; ++time) {
        settle(cluster, promotion, 1300);
        EXPECT_THAT(roles(), ElementsAre(Role::standby, Role::standby, Role::primary));
        EXPECT_THAT(cluster.priority, ElementsAre("b", "a"));
        EXPECT_FALSE(promotion);
    }
    EXPECT_TRUE(is_in_sync(cluster.nodes[0], cluster.nodes[2]));
    EXPECT_TRUE(is_in_sync(cluster.nodes[1], cluster.nodes[2]));
}

}  // namespace
}  // namespace efm::fake
