// Which calls a rule is for (arguments, every, chance, times), presets, wrong views, and what is not
// foreseen.

#include "mocks/fake/presets.h"

#include <set>

#include "mocks/fake/random.h"
#include "mocks/fake/scenario.h"
#include "tests/unit/fake_fixture.h"

namespace efm::fake {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class FakePresetTest : public FakeTest {
  protected:
    void set_faults(const std::string& rules, const std::string& more_keys = "") {
        set_healthy_with(", \"faults\": [" + rules + "]" + more_keys);
    }
    int call() { return play({"cluster-status-json", "efm"}).ended.exit_status; }
    std::string calls(int count) {
        std::string statuses;
        for (int number = 0; number < count; ++number)
            statuses += std::to_string(call());
        return statuses;
    }
};

TEST_F(FakePresetTest, ArgumentsSayWhichCalls) {
    set_faults(R"({"subcommand": "set-priority", "arguments": ["10.0.0.3", "*"], "exit_status": 7},
                  {"subcommand": "cluster-status", "arguments": [], "exit_status": 8})");
    EXPECT_EQ(play({"set-priority", "efm", "10.0.0.3", "1"}).ended.exit_status, 7);
    EXPECT_EQ(play({"set-priority", "efm", "10.0.0.3"}).ended.exit_status, 1);
    EXPECT_EQ(play({"set-priority", "efm", "10.0.0.2", "1"}).ended.exit_status, 0);
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 8);
    EXPECT_EQ(play({"cluster-status", "efm", "more"}).ended.exit_status, 1);
}

TEST_F(FakePresetTest, OnlyCallsWithTheseArgumentsAreCounted) {
    set_faults(
        R"({"subcommand": "allow-node", "arguments": ["10.0.0.9"], "after_calls": 1, "exit_status": 7})");
    const auto allow = [&](const std::string& address) {
        return play({"allow-node", "efm", address}).ended.exit_status;
    };
    EXPECT_EQ(allow("10.0.0.9"), 0);
    EXPECT_EQ(allow("10.0.0.8"), 0);
    EXPECT_EQ(allow("10.0.0.9"), 7);
}

TEST_F(FakePresetTest, EveryNthCall) {
    set_faults(R"({"every": 3, "exit_status": 7})");
    EXPECT_EQ(calls(7), "0070070");
    set_faults(R"({"every": 2, "after_calls": 1, "calls": 4, "exit_status": 7})");
    EXPECT_EQ(calls(8), "00707000");
}

TEST_F(FakePresetTest, ChanceIsDrawnFromTheSeed) {
    set_faults(R"({"chance": 0.2, "exit_status": 7})", R"(, "seed": 1)");
    const auto first = calls(200);
    const auto met = std::count(first.begin(), first.end(), '7');
    EXPECT_GT(met, 20);
    EXPECT_LT(met, 60);
    RecordingConsole console;
    reset_and_tell(installation_, console, true);
    EXPECT_EQ(console.errors, "mock-efm: seed 1\n");
    EXPECT_EQ(calls(200), first) << "the same seed is the same run";
    set_faults(R"({"chance": 0.2, "exit_status": 7})", R"(, "seed": 2)");
    EXPECT_NE(calls(200), first);
    set_faults(R"({"chance": 0, "exit_status": 7}, {"chance": 1, "exit_status": 8})");
    EXPECT_EQ(calls(3), "888");
}

TEST_F(FakePresetTest, SeedThatNobodyHasChosenIsKeptAndTold) {
    set_faults(R"({"chance": 0.5, "exit_status": 7})");
    RecordingConsole console;
    EXPECT_EQ(reset_and_tell(installation_, console, true).exit_status, 0);
    ASSERT_THAT(console.errors, testing::MatchesRegex("mock-efm: seed [0-9]+\n"));
    const auto seed = console.errors.substr(15, console.errors.size() - 16);
    EXPECT_THAT(shown_state(), HasSubstr("\"seed\":" + seed));
    const auto first = calls(64);
    set_faults(R"({"chance": 0.5, "exit_status": 7})", ", \"seed\": " + seed);
    EXPECT_EQ(calls(64), first);
}

TEST_F(FakePresetTest, DrawsAreEvenAndDifferFromRuleToRule) {
    double sum = 0;
    std::set<double> numbers;
    for (std::size_t rule = 0; rule < 10; ++rule) {
        for (int number = 0; number < 1000; ++number) {
            const auto drawn = draw(7, rule, number, Draw::chance);
            ASSERT_GE(drawn, 0);
            ASSERT_LT(drawn, 1);
            sum += drawn;
            numbers.insert(drawn);
        }
    }
    EXPECT_NEAR(sum / 10'000, 0.5, 0.02);
    EXPECT_EQ(numbers.size(), 10'000U);
    EXPECT_NE(draw(7, 0, 0, Draw::chance), draw(7, 0, 0, Draw::jitter));
    EXPECT_LE(draw_seed(), most_seed);
    EXPECT_GE(draw_seed(), 0);
}

TEST_F(FakePresetTest, JitterComesOnTopOfTheDelay) {
    set_faults(R"({"delay_ms": 1000, "jitter_ms": 500})", R"(, "seed": 3)");
    std::set<std::int64_t> pauses;
    for (int number = 0; number < 20; ++number) {
        RecordingConsole console;
        play({"cluster-status-json", "efm"}, console);
        EXPECT_GE(console.paused, 1000ms);
        EXPECT_LT(console.paused, 1500ms);
        pauses.insert(console.paused.count());
    }
    EXPECT_GT(pauses.size(), 10U);
}

TEST_F(FakePresetTest, ForAWhileOnTheFakesClock) {
    set_faults(R"({"from_ms": 1000, "for_ms": 500, "exit_status": 7})", R"(, "clock": "stepped")");
    EXPECT_EQ(call(), 0);
    pass(999);
    EXPECT_EQ(call(), 0);
    pass(1);
    EXPECT_EQ(call(), 7);
    pass(499);
    EXPECT_EQ(call(), 7);
    pass(1);
    EXPECT_EQ(call(), 0);
}

TEST_F(FakePresetTest, KeysBesideAPresetTakeThePlaceOfItsOwn) {
    set_faults(R"({"preset": "slow", "jitter_ms": 0, "subcommand": "cluster-status"})");
    RecordingConsole console;
    play({"cluster-status", "efm"}, console);
    EXPECT_EQ(console.paused, 500ms);
    RecordingConsole other;
    play({"cluster-status-json", "efm"}, other);
    EXPECT_EQ(other.paused, 0ms);
    set_faults(R"({"preset": "wrong_encoding", "output": "text\n"})");
    EXPECT_EQ(play({"cluster-status", "efm"}).output, "text\n");
}

TEST_F(FakePresetTest, EveryPresetDoesWhatItSays) {
    const auto good = status_json();
    std::set<std::string_view> tried;
    const auto with = [&](const std::string& preset, const std::string& keys = "") {
        tried.insert(std::find_if(all_presets().begin(), all_presets().end(), [&](const Preset& known) {
                         return known.name == preset;
                     })->name);
        set_faults("{\"preset\": \"" + preset + "\"" + keys + "}");
        RecordingConsole console;
        const auto played = play({"cluster-status-json", "efm"}, console);
        return std::pair{played, console};
    };
    EXPECT_TRUE(with("hang").second.hung);
    EXPECT_GE(with("slow").second.paused, 500ms);
    EXPECT_EQ(with("slow_java").second.waited_for_child, 1200ms);
    EXPECT_EQ(with("die_midway").first.output, good.substr(0, 60));
    EXPECT_EQ(with("die_midway").first.ended.signal, 9);
    EXPECT_EQ(with("signal").first.ended.signal, 15);
    EXPECT_EQ(with("truncated_json").first.output, good.substr(0, 200));
    EXPECT_EQ(with("truncated_json").first.ended.exit_status, 0);
    EXPECT_THAT(with("garbage").first.output, StartsWith("}{"));
    EXPECT_EQ(with("empty").first.output, "");
    EXPECT_EQ(with("nonzero_exit").first.ended.exit_status, 1);
    EXPECT_EQ(with("nonzero_exit").first.output, good);
    EXPECT_THAT(with("noise_on_errors").first.errors, StartsWith("WARNING"));
    EXPECT_THAT(with("noise_before_json").first.output, testing::EndsWith("\n\n" + good));
    EXPECT_THAT(with("wrong_encoding").first.output, HasSubstr("\xff"));
    EXPECT_EQ(with("flood", R"(, "flood": {"bytes": 100})").first.output.size(), 100 + good.size());
    EXPECT_EQ(with("child_keeps_pipe").second.child, 60'000ms);
    EXPECT_EQ(with("flap").first.output, good);
    EXPECT_THAT(status_json(), Not(HasSubstr("Standby")));
    EXPECT_EQ(status_json(), good);
    const auto two = with("two_primaries").first;
    EXPECT_THAT(two.output, HasSubstr(R"("10.0.0.1":{"type":"Primary")"));
    EXPECT_THAT(two.output, HasSubstr(R"("10.0.0.2":{"type":"Primary")"));
    EXPECT_EQ(priority(), "10.0.0.3");
    EXPECT_THAT(with("split_view").first.output, Not(HasSubstr("10.0.0.2\":")));
    EXPECT_THAT(play_on("10.0.0.4", {"cluster-status-json", "efm"}).output,
                StartsWith(R"({"nodes":{"10.0.0.4")"));
    with("stuck_promotion");
    EXPECT_EQ(promote().ended.exit_status, 0);
    pass(86'400'000);
    EXPECT_THAT(status(), HasSubstr("Promoting"));
    EXPECT_EQ(tried.size(), all_presets().size()) << "a preset was not tried";
}

TEST_F(FakePresetTest, AWrongViewChangesNothing) {
    set_faults(R"({"unseen": ["10.0.0.2"], "calls": 1})");
    EXPECT_THAT(status(), Not(HasSubstr("\tStandby     10.0.0.2")));
    EXPECT_EQ(row("10.0.0.2"), "Standby 10.0.0.2 UP 10.0.0.100");
}

// C-20 C-21
TEST_F(FakePresetTest, SubcommandsThatTheFakeDoesNotHave) {
    use_scenario("scripted-commands");
    EXPECT_EQ(play({"create-standby", "efm", "-waldir", "/x"}).output, "Standby created.\n");
    EXPECT_EQ(play({"replication-info", "efm"}).output, "10.0.0.2 streaming\n");
    const auto unforeseen = play({"replication-info", "efm", "-x"});
    EXPECT_EQ(unforeseen.ended.exit_status, fake_failed);
    EXPECT_EQ(unforeseen.errors,
              "mock-efm: replication-info: no rule of the scenario's faults is for this call\n");
    EXPECT_EQ(play({"something-else", "efm"}).ended.exit_status, 1);
    set_healthy_with(R"(, "efm_version": "5.4")");
    EXPECT_EQ(play({"create-standby", "efm"}).ended.exit_status, fake_failed);
}

TEST_F(FakePresetTest, WhatAScenarioDoesNotForeseeFailsLoudly) {
    use_scenario("only-status");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);
    const auto refused = promote();
    EXPECT_EQ(refused.ended.exit_status, fake_failed);
    EXPECT_EQ(refused.errors,
              "mock-efm: 'promote' was called, and the scenario foresees only: cluster-status, "
              "cluster-status-json, node-status-json\n");
    set_healthy_with(R"(, "foreseen": [])");
    EXPECT_THAT(play({"cluster-status", "efm"}).errors, testing::EndsWith("foresees only: nothing\n"));
}

TEST_F(FakePresetTest, AnAnswerThatIsScriptedForesees) {
    set_healthy_with(R"(, "foreseen": ["cluster-status"], "faults": [
        {"subcommand": "promote", "arguments": ["-switchover"], "output": "scripted\n"},
        {"subcommand": "resume", "delay_ms": 1}, {"output": "any\n"}])");
    EXPECT_EQ(play({"promote", "efm", "-switchover"}).output, "scripted\n");
    const auto other = play({"promote", "efm", "-switchover", "-quiet", "--password=x"});
    EXPECT_EQ(other.ended.exit_status, fake_failed);
    EXPECT_EQ(
        other.errors,
        "mock-efm: 'promote efm -switchover -quiet --password=***' was called, and the scenario foresees "
        "only: cluster-status, what its faults answer\n");
    EXPECT_EQ(play({"resume", "efm"}).ended.exit_status, fake_failed) << "a rule that does not answer";
    EXPECT_EQ(play({"stop-cluster", "efm"}).ended.exit_status, fake_failed) << "a rule for anything";
    EXPECT_EQ(play({"cluster-status", "efm"}).output, "any\n");
}

TEST_F(FakePresetTest, MistakesInRules) {
    const std::vector<std::pair<std::string, std::string>> wrong{
        {R"({"preset": "slwo"})", "faults[0].preset: expected one of hang, slow, slow_java,"},
        {R"({"preset": "slow", "dely_ms": 1})", "faults[0].dely_ms: unknown key"},
        {R"({"subcommand": "replication-info"})", "faults[0].subcommand: expected a subcommand of efm or"},
        {R"({"chance": 1.5})", "faults[0].chance: expected a number from 0 to 1, found 1.5"},
        {R"({"every": 0})", "faults[0].every: expected a whole number from 1"},
        {R"({"arguments": "x"})", "faults[0].arguments: expected an array of strings"},
        {R"({"question": "x", "questions": []})", "faults[0].questions: expected either \"question\" or"},
        {R"({"unseen": ["no address"]})", "faults[0].unseen[0]: expected the address of a node"},
    };
    for (const auto& [rule, expected] : wrong) {
        set_faults(rule);
        EXPECT_THAT(play({"cluster-status", "efm"}).errors, HasSubstr(expected)) << rule;
    }
    set_healthy_with(R"(, "foreseen": ["promot"])");
    EXPECT_THAT(play({"cluster-status", "efm"}).errors,
                HasSubstr("foreseen[0]: expected a subcommand of efm"));
}

}  // namespace
}  // namespace efm::fake
