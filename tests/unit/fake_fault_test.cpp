// What a scenario's faults do to a command.

#include "tests/unit/fake_fixture.h"

namespace efm::fake {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::StartsWith;

class FakeFaultTest : public FakeTest {
  protected:
    void set_faults(const std::string& rules) { set_healthy_with(", \"faults\": [" + rules + "]"); }
    Played status_json_call() { return play({"cluster-status-json", "efm"}); }
};

TEST_F(FakeFaultTest, AnswerGivenInsteadLeavesTheClusterAlone) {
    set_faults(
        R"({"subcommand": "allow-node", "output": "Hello\n", "errors": "Trouble\n", "exit_status": 5})");
    const auto played = play({"allow-node", "efm", "10.0.0.9"});
    EXPECT_EQ(played.output, "Hello\n");
    EXPECT_EQ(played.errors, "Trouble\n");
    EXPECT_EQ(played.ended.exit_status, 5);
    EXPECT_EQ(allowed(), "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4");
}

TEST_F(FakeFaultTest, ExitStatusAloneIsTheOnlyThingChanged) {
    const auto good = status_json();
    set_faults(R"({"subcommand": "cluster-status-json", "exit_status": 1})");
    const auto played = status_json_call();
    EXPECT_EQ(played.output, good);
    EXPECT_EQ(played.ended.exit_status, 1);
    set_faults(R"({"subcommand": "allow-node", "exit_status": 20})");
    EXPECT_EQ(play({"allow-node", "efm", "10.0.0.9"}).ended.exit_status, 20);
    EXPECT_THAT(allowed(), EndsWith("10.0.0.9")) << "the command was carried out";
}

TEST_F(FakeFaultTest, CallsAreCountedInTheState) {
    set_faults(R"({"subcommand": "cluster-status-json", "after_calls": 1, "calls": 2, "exit_status": 7})");
    std::vector<int> statuses;
    for (int call = 0; call < 5; ++call) {
        statuses.push_back(status_json_call().ended.exit_status);
        EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0) << "another subcommand, not counted";
    }
    EXPECT_THAT(statuses, testing::ElementsAre(0, 7, 7, 0, 0));
}

TEST_F(FakeFaultTest, TheFirstRuleThatIsForACallCounts) {
    set_faults(
        R"({"subcommand": "*", "calls": 1, "exit_status": 7}, {"subcommand": "cluster-status-json", "exit_status": 8})");
    EXPECT_EQ(status_json_call().ended.exit_status, 7);
    EXPECT_EQ(status_json_call().ended.exit_status, 8);
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);
}

TEST_F(FakeFaultTest, FlakyFailsOneCallInFiveOfWhateverSubcommand) {
    use_scenario("flaky");
    const std::vector<std::vector<std::string>> commands{{"cluster-status", "efm"},
                                                         {"cluster-status-json", "efm"},
                                                         {"node-status-json", "efm"},
                                                         {"allow-node", "efm", "10.0.0.9"}};
    for (const auto& words : commands) {
        RecordingConsole console;
        ASSERT_EQ(reset_fake_efm(installation_, console).exit_status, 0);
        std::vector<int> failures;
        for (int call = 1; call <= 60; ++call) {
            const auto played = play(words);
            if (played.ended.exit_status == 0)
                continue;
            EXPECT_EQ(played.errors, "java.net.ConnectException: Connection refused\n");
            failures.push_back(call);
        }
        EXPECT_EQ(failures.size(), 12U) << words.front() << testing::PrintToString(failures);
    }
}

TEST_F(FakeFaultTest, NoiseStandsBeforeTheAnswer) {
    const auto good = status_json();
    set_faults(R"({"prefix": "noise\n\n", "errors_before": "warning\n"})");
    const auto played = status_json_call();
    EXPECT_EQ(played.output, "noise\n\n" + good);
    EXPECT_EQ(played.errors, "warning\n");
}

TEST_F(FakeFaultTest, CutsTheAnswerButNotTheNoise) {
    const auto good = status_json();
    set_faults(R"({"prefix": "noise\n", "cut_at": 100})");
    EXPECT_EQ(status_json_call().output, "noise\n" + good.substr(0, 100));
    set_faults(R"({"cut_at": 0})");
    EXPECT_EQ(status_json_call().output, "");
    set_faults(R"({"cut_at": 1000000})");
    EXPECT_EQ(status_json_call().output, good);
}

TEST_F(FakeFaultTest, CutsAnAnswerThatComesInParts) {
    const auto whole = promote().output;
    set_faults(R"({"cut_at": 150})");
    EXPECT_EQ(promote().output, whole.substr(0, 150)) << "all of the question, some of the acceptance";
}

TEST_F(FakeFaultTest, WritesAnyBytes) {
    set_faults(R"({"output_hex": "41ff00FE0a"})");
    EXPECT_EQ(status_json_call().output, (std::string{'A', '\xff', '\0', '\xfe', '\n'}));
}

TEST_F(FakeFaultTest, FloodsAsMuchAsItIsTold) {
    set_faults(R"({"flood": {"stream": "output", "bytes": 1000001}})");
    RecordingConsole console;
    play({"cluster-status-json", "efm"}, console);
    EXPECT_THAT(console.output.substr(1000001), StartsWith("{\"nodes\""));

    set_faults(R"({"flood": {"stream": "errors", "bytes": 200000}})");
    RecordingConsole other;
    play({"cluster-status-json", "efm"}, other);
    EXPECT_EQ(other.errors.size(), 200000U);
    EXPECT_THAT(other.output, StartsWith("{\"nodes\""));
}

TEST_F(FakeFaultTest, NothingIsCalledAfterTheCallerHasStoppedIt) {
    set_faults(R"({"flood": {"stream": "output", "bytes": 1000000000}, "child_keeps_pipe_ms": 5})");
    RecordingConsole console;
    console.most_bytes = 300'000;
    play({"cluster-status-json", "efm"}, console);
    EXPECT_EQ(console.output.size(), 4 * 64U * 1024);
    EXPECT_EQ(console.calls, 5U);
    EXPECT_EQ(console.child, 0ms);
}

TEST_F(FakeFaultTest, NorWhenItWasStoppedInItsAnswer) {
    set_faults(R"({"child_keeps_pipe_ms": 5, "hang_after": true})");
    RecordingConsole console;
    console.most_bytes = 10;
    play({"cluster-status-json", "efm"}, console);
    EXPECT_EQ(console.calls, 1U);
    EXPECT_EQ(console.child, 0ms);
    EXPECT_FALSE(console.hung);
}

TEST_F(FakeFaultTest, HangsBeforeItDoesAnything) {
    set_faults(R"({"subcommand": "allow-node", "hang": true})");
    RecordingConsole console;
    play({"allow-node", "efm", "10.0.0.9"}, console);
    EXPECT_TRUE(console.hung);
    EXPECT_EQ(console.output, "");
    EXPECT_EQ(allowed(), "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4");
}

TEST_F(FakeFaultTest, HangsAfterHalfALine) {
    set_faults(R"({"subcommand": "allow-node", "hang_after": true, "cut_at": 5})");
    RecordingConsole console;
    play({"allow-node", "efm", "10.0.0.9"}, console);
    EXPECT_TRUE(console.hung);
    EXPECT_EQ(console.output, "allow");
    EXPECT_THAT(allowed(), EndsWith("10.0.0.9"));
}

TEST_F(FakeFaultTest, DelaysSignalsChildren) {
    set_faults(R"({"delay_ms": 1500, "signal": 15, "child_keeps_pipe_ms": 300, "slow_child_ms": 70,
                   "ignore_signals": true})");
    RecordingConsole console;
    const auto played = play({"cluster-status-json", "efm"}, console);
    EXPECT_EQ(console.paused, 1500ms);
    EXPECT_EQ(played.ended.signal, 15);
    EXPECT_EQ(console.child, 300ms);
    EXPECT_EQ(console.waited_for_child, 70ms);
    EXPECT_TRUE(console.ignores_signals);
}

TEST_F(FakeFaultTest, AsksAQuestionOfItsOwn) {
    set_faults(R"({"subcommand": "promote", "question": "The moon is full. Continue? [y/N]:"})");
    std::vector<std::string> questions;
    EXPECT_EQ(promote({Console::Answer::no}, &questions).ended.exit_status, 1);
    EXPECT_THAT(questions, testing::ElementsAre("The moon is full. Continue? [y/N]:"));
    EXPECT_EQ(promote({Console::Answer::yes, Console::Answer::yes}, &questions).ended.exit_status, 0);
    EXPECT_EQ(questions.size(), 2U);
}

TEST_F(FakeFaultTest, AsksQuestionsOfItsOwnAsItAsksTheFakes) {
    using enum Console::Answer;
    const std::string rule = R"({"subcommand": "promote", "exit_status": 0, "output": "Done.\n",
                                 "questions": ["One? [y/N]:", "Two? [y/N]:"]})";
    set_faults(rule);
    std::vector<std::string> questions;
    const auto accepted = promote({yes, yes}, &questions);
    EXPECT_EQ(accepted.output, "One? [y/N]:Two? [y/N]:Done.\n");
    EXPECT_EQ(accepted.ended.exit_status, 0);
    for (const auto refusing : {no, end_of_file}) {
        questions.clear();
        const auto refused = promote({yes, refusing}, &questions);
        EXPECT_THAT(questions, testing::ElementsAre("One? [y/N]:", "Two? [y/N]:"));
        EXPECT_EQ(refused.output, "One? [y/N]:Two? [y/N]:");
        EXPECT_EQ(refused.errors, "The promotion was not confirmed. Nothing was changed.\n");
        EXPECT_EQ(refused.ended.exit_status, 1);
        questions.clear();
        EXPECT_EQ(promote({refusing, yes}, &questions).ended.exit_status, 1);
        EXPECT_EQ(questions.size(), 1U);
    }
    set_healthy_with(R"(, "open_points": {"questions_on": "errors", "end_of_file_at_question": "yes",
                                          "failure_exit_status": 4}, "faults": [)" +
                     rule + "]");
    EXPECT_EQ(promote({end_of_file, end_of_file}).output, "Done.\n");
    EXPECT_EQ(promote({no}).ended.exit_status, 4);
}

}  // namespace
}  // namespace efm::fake
