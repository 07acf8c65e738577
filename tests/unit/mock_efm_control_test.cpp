// `mock-efm control`: hands on the fake cluster from a shell.

#include "mocks/fake/event.h"
#include "tests/unit/mock_efm_fixture.h"

namespace efm::fake {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class MockEfmControlTest : public MockEfmTest {
  protected:
    Exited control(std::vector<std::string> words, const std::string& input = {}) const {
        words.insert(words.begin(), "control");
        return run(words, input);
    }
    std::string file(const std::string& name, const std::string& text) const {
        write(directory_ + "/" + name, text);
        return directory_ + "/" + name;
    }
};

TEST_F(MockEfmControlTest, ResetBeginsAnewAndForgetsTheCalls) {
    run({"allow-node", "efm", "10.0.0.9"});
    EXPECT_EQ(control({"reset"}).status, 0);
    EXPECT_EQ(control({"calls"}).output, "");
    EXPECT_THAT(allowed(), Not(HasSubstr("10.0.0.9")));
}

TEST_F(MockEfmControlTest, ResetToAnotherScenario) {
    EXPECT_EQ(control({"reset", "no-such"}).status, fake_failed);
    EXPECT_EQ(control({"reset", "host-names"}).status, 0);
    EXPECT_THAT(read(installation_.state_file), HasSubstr("db2.example.com"));
}

TEST_F(MockEfmControlTest, ResetTellsTheSeedOfWhatIsLeftToChance) {
    EXPECT_EQ(control({"reset"}).output, "");
    set_healthy_with(R"(, "seed": 42, "faults": [{"chance": 0.5, "output": "x"}])");
    EXPECT_EQ(control({"reset"}).output, "seed 42\n");
}

TEST_F(MockEfmControlTest, AnEventHappens) {
    const auto exited = control({"event", R"({"event": "database_fails", "node": "10.0.0.2"})"});
    EXPECT_EQ(exited.errors, "");
    EXPECT_EQ(exited.status, 0);
    EXPECT_EQ(run({"cluster-status", "efm"}).status, 1);
    EXPECT_EQ(control({"event", "-"}, R"({"event": "database_starts",
                                         "node": "10.0.0.2"})")
                  .status,
              0);
}

TEST_F(MockEfmControlTest, AnEventFromStandardInputIsNotEndless) {
    Running running;
    start(running, {EFM_MOCK_EFM, "--state", installation_.state_file, "control", "event", "-"});
    // A line of the length of the pipe, again and again, until it has gone away.
    signal(SIGPIPE, SIG_IGN);
    const std::string block(64U * 1024, ' ');
    std::size_t written = 0;
    constexpr std::size_t far_too_much = 64U * 1024 * 1024;
    while (written<far_too_much&& ::write(running.input.write_end(), block.data(), block.size())> 0)
        written += block.size();
    signal(SIGPIPE, SIG_DFL);
    EXPECT_LT(written, 20U * 1024 * 1024);
    Exited exited;
    read_streams(running, exited, [](const Exited&) { return false; });
    reap(running, exited);
    EXPECT_EQ(exited.status, fake_failed);
    EXPECT_THAT(exited.errors, HasSubstr("at most 16 MiB"));
    const std::string text(200'000, 'x');
    EXPECT_EQ(control({"event", "-"}, R"({"event": "message", "text": "a long line)" + text + "\"}").errors,
              "");
    EXPECT_THAT(control({"state"}).output, HasSubstr(text));
}

TEST_F(MockEfmControlTest, AMistakeInAnEventChangesNothing) {
    const auto before = control({"state"}).output;
    const auto exited = control({"event", R"({"event": "database_dies"})"});
    EXPECT_EQ(exited.status, fake_failed);
    EXPECT_THAT(exited.errors, HasSubstr("event"));
    set_healthy_with(R"(, "clock": "stepped")");
    control({"reset"});
    const auto stepped = control({"state"}).output;
    EXPECT_EQ(control({"event", "{"}).status, fake_failed);
    EXPECT_EQ(control({"state"}).output, stepped);
}

TEST_F(MockEfmControlTest, TheClockIsAdvanced) {
    set_healthy_with(R"(, "clock": "stepped")");
    for (const std::string duration : {"1ms", "1s", "1min", "1h", "1d"})
        EXPECT_EQ(control({"advance", duration}).errors, "") << duration;
    EXPECT_THAT(control({"state"}).output, HasSubstr("\"now_ms\":90061001"));
    for (const std::string wrong : {"", "5", "s", "-1s", "1.5s", "5 s", "99999999999999999999s", "4000d"}) {
        const auto exited = control({"advance", wrong});
        EXPECT_EQ(exited.status, 64) << wrong;
        EXPECT_THAT(exited.errors, HasSubstr("mock-efm: advance: ")) << wrong;
    }
}

TEST_F(MockEfmControlTest, ScenariosAreValidated) {
    const auto good = file("good.json", healthy);
    const auto bad = file("bad.json", "{\n\"nodes\": 1,\n\"nods\": 2}");
    EXPECT_EQ(control({"validate", good}).output, good + ": valid\n");
    const auto exited = control({"validate", bad, good, directory_ + "/none.json"});
    EXPECT_EQ(exited.status, 1);
    EXPECT_EQ(exited.output, good + ": valid\n");
    EXPECT_THAT(exited.errors, AllOf(HasSubstr(bad + ":2: nodes: expected"), HasSubstr(bad + ":3: nods: "),
                                     HasSubstr("none.json: expected a readable scenario file")));
}

TEST_F(MockEfmControlTest, TheLibraryIsListedAndItsNamesAreUnderstood) {
    const auto listed = run_program({EFM_MOCK_EFM, "control", "scenarios"});
    EXPECT_EQ(listed.status, 0) << listed.errors;
    EXPECT_THAT(listed.output, HasSubstr("\nhealthy "));
    EXPECT_THAT(listed.output, HasSubstr("A healthy cluster"));
    EXPECT_EQ(run_program({EFM_MOCK_EFM, "--scenario", "failed-over", "--state", directory_ + "/s",
                           "cluster-status", "efm"})
                  .status,
              1);
    file("mine.json", healthy);
    EXPECT_THAT(run_program({EFM_MOCK_EFM, "control", "scenarios", "--scenarios", directory_}).output,
                StartsWith("mine "));
    EXPECT_EQ(run_program({EFM_MOCK_EFM, "--scenarios", directory_, "--scenario", "mine", "--state",
                           directory_ + "/s", "cluster-status", "efm"})
                  .status,
              0);
    EXPECT_EQ(run_program({EFM_MOCK_EFM, "--scenarios", directory_ + "/none", "control", "scenarios"}).status,
              fake_failed);
}

TEST_F(MockEfmControlTest, CallsOfTheProgramAndOfTheLibraryAreListedTogether) {
    run({"allow-node", "efm", "10.0.0.8"});
    play({"allow-node", "efm", "10.0.0.9"});
    control({"state"});
    const auto listed = control({"calls"}).output;
    EXPECT_LT(listed.find("10.0.0.8"), listed.find("10.0.0.9"));
    EXPECT_EQ(std::count(listed.begin(), listed.end(), '\n'), 2) << "none of control";
}

TEST_F(MockEfmControlTest, ACallThatWasKilledIsKept) {
    set_fault(R"({"delay_ms": 60000})");
    Running running;
    start(running, command_line({"promote", "efm"}));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (control({"calls"}).output.empty() && std::chrono::steady_clock::now() < deadline)
        usleep(10'000);
    kill(running.pid, SIGKILL);
    Exited exited;
    reap(running, exited);
    EXPECT_THAT(control({"calls"}).output, HasSubstr("\"ended\":false"));
    EXPECT_EQ(control({"verify", "--exactly", "1", "--", "promote", "efm"}).status, 0);
}

TEST_F(MockEfmControlTest, CallsAreVerifiedByWords) {
    run({"allow-node", "efm", "10.0.0.8"});
    run({"promote", "efm", "-switchover"});
    for (const std::vector<std::string>& good : std::vector<std::vector<std::string>>{
             {"--exactly", "1", "--", "allow-node", "efm", "10.0.0.8"},
             {"--exactly=1", "--", "promote"},
             {"--at-least", "1", "--", "allow-node", "*", "*"},
             {"--at-most", "2", "--", "*"},
             {"--never", "--", "promote", "efm"},
             {R"({"order": [{"subcommand": "allow-node"}, {"arguments": ["-switchover"]}]})"}}) {
        auto words = good;
        words.insert(words.begin(), "verify");
        const auto exited = control(words);
        EXPECT_EQ(exited.status, 0) << good.front() << exited.errors;
        EXPECT_EQ(exited.errors, "");
    }
    const auto exited = control({"verify", "--exactly", "1", "--", "allow-node", "efm", "10.0.0.9"});
    EXPECT_EQ(exited.status, 1);
    EXPECT_THAT(exited.errors, HasSubstr("arguments[0]: expected 10.0.0.9, found 10.0.0.8"));
}

// `never` would hold for a word that is misspelt.
TEST_F(MockEfmControlTest, AnUnknownSubcommandIsNotExpected) {
    const auto words = control({"verify", "--never", "--", "cluster-statsu"});
    EXPECT_EQ(words.status, 64);
    EXPECT_THAT(words.errors,
                HasSubstr("expected a subcommand of efm, or one that the scenario's faults name, "
                          "found cluster-statsu"));
    for (const std::string json : {R"({"never": true, "subcommand": "cluster-statsu"})",
                                   R"({"order": [{"subcommand": "cluster-statsu"}]})"}) {
        const auto exited = control({"verify", json});
        EXPECT_EQ(exited.status, fake_failed) << json;
        EXPECT_THAT(exited.errors, HasSubstr("subcommand: expected a subcommand of efm")) << json;
    }
    set_fault(R"({"subcommand": "cluster-statsu", "output": ""})");
    EXPECT_EQ(control({"verify", "--never", "--", "cluster-statsu"}).errors, "");
    EXPECT_EQ(control({"verify", R"({"never": true, "subcommand": "cluster-statsu"})"}).errors, "");
    for (const std::string known : {"*", "create-standby", "--version", "--help"})
        EXPECT_EQ(control({"verify", "--never", "--", known}).status, 0) << known;
}

TEST_F(MockEfmControlTest, WhatIsMissingOrTooMuchIsNamed) {
    EXPECT_THAT(control({"event"}).errors, StartsWith("mock-efm: event: JSON|- is missing\n"));
    EXPECT_THAT(control({"advance"}).errors, StartsWith("mock-efm: advance: DURATION is missing\n"));
    EXPECT_THAT(control({"validate"}).errors, StartsWith("mock-efm: validate: FILE... is missing\n"));
    EXPECT_THAT(control({"state", "more", "words"}).errors,
                StartsWith("mock-efm: state: unexpected argument 'more'\n"));
    EXPECT_THAT(control({"advance", "1s", "2s"}).errors,
                StartsWith("mock-efm: advance: unexpected argument '2s'\n"));
}

TEST_F(MockEfmControlTest, HelpNamesEventsAndExpectations) {
    const auto events = control({"event", "--help"}).output;
    for (const auto& event : all_events())
        EXPECT_THAT(events, HasSubstr("\n  " + std::string{event.name} + " ")) << event.name;
    const auto expectations = control({"verify", "--help"}).output;
    for (const std::string word :
         {"--exactly", "--at-least", "--at-most", "--never", "exactly N", "at_least N", "at_most N",
          "never true", "order [", "subcommand, cluster, arguments ["})
        EXPECT_THAT(expectations, HasSubstr(word));
}

TEST_F(MockEfmControlTest, WrongUsageIsRefusedWithTheRightOne) {
    for (const std::vector<std::string>& wrong :
         std::vector<std::vector<std::string>>{{},
                                               {"rest"},
                                               {"state", "more"},
                                               {"state", "--bogus"},
                                               {"event"},
                                               {"validate"},
                                               {"verify"},
                                               {"verify", "--exactly", "1"},
                                               {"verify", "--never", "--exactly", "1", "--", "promote"},
                                               {"verify", "--exactly", "many", "--", "promote"},
                                               {"verify", "{}", "--", "promote"}}) {
        const auto exited = control(wrong);
        EXPECT_EQ(exited.status, 64) << (wrong.empty() ? "" : wrong.front()) << exited.errors;
        EXPECT_THAT(exited.errors, HasSubstr("Usage: mock-efm [options] control "));
        EXPECT_EQ(exited.output, "");
    }
}

TEST_F(MockEfmControlTest, EveryCommandHasHelp) {
    const auto help = control({"--help"}).output;
    EXPECT_EQ(control({"help"}).output, help);
    for (const std::string command :
         {"reset", "event", "advance", "state", "validate", "scenarios", "calls", "verify"}) {
        EXPECT_THAT(help, HasSubstr("\n  " + command));
        const auto exited = control({command, "--help"});
        EXPECT_EQ(exited.status, 0);
        EXPECT_THAT(exited.output, StartsWith("Usage: mock-efm [options] control " + command));
    }
    EXPECT_THAT(run_program({EFM_MOCK_EFM, "--help"}).output, HasSubstr("control --help"));
}

TEST_F(MockEfmControlTest, ByAnotherNameItIsNoCommand) {
    std::filesystem::create_symlink(EFM_MOCK_EFM, directory_ + "/efm");
    write(directory_ + "/efm.json",
          R"({"state_file": "efm.state", "nodes": [{"address": "db7", "role": "Primary"}]})");
    for (const std::string word : {"control", "record"}) {
        const auto exited = run_program({directory_ + "/efm", word, "reset"});
        EXPECT_EQ(exited.status, 1);
        EXPECT_THAT(exited.errors, HasSubstr("'" + word + "' is not a command of efm."));
    }
}

}  // namespace
}  // namespace efm::fake
