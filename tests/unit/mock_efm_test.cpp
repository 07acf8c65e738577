// The program mock-efm as a caller meets it: command line, streams, questions through a pipe, exit statuses,
// signals, processes; and the same bytes as the library gives in-process.

#include <stdlib.h>

#include "tests/unit/mock_efm_fixture.h"

namespace efm::fake {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST_F(MockEfmTest, SaysWhatTheLibrarySays) {
    for (const std::string name :
         {"healthy", "failed-over", "efm-5", "host-names", "agent-not-running", "not-authorised",
          "password-not-decrypted", "no-java", "noise-before-json", "truncated-json", "invalid-encoding",
          "killed-by-signal", "lagging-standby"}) {
        use_scenario(name);
        for (const std::vector<std::string>& words :
             std::vector<std::vector<std::string>>{{"cluster-status", "efm"},
                                                   {"cluster-status-json", "efm"},
                                                   {"node-status-json", "efm"},
                                                   {"set-priority", "efm", "10.0.0.3", "1"},
                                                   {"resume", "efm"},
                                                   {"promote", "efm", "-switchover"},
                                                   {"decrypt", "efm"}}) {
            RecordingConsole console;
            reset_fake_efm(installation_, console);
            const auto played = play(words);
            reset_fake_efm(installation_, console);
            const auto exited = run(words);
            EXPECT_EQ(exited.output, played.output) << name << " " << words.front();
            EXPECT_EQ(exited.errors, played.errors) << name << " " << words.front();
            EXPECT_EQ(exited.signal, played.ended.signal) << name << " " << words.front();
            if (played.ended.signal == 0) {
                EXPECT_EQ(exited.status, played.ended.exit_status) << name << " " << words.front();
            }
        }
    }
}

TEST_F(MockEfmTest, SharesItsStateWithTheLibrary) {
    EXPECT_EQ(run({"allow-node", "efm", "10.0.0.9"}).status, 0);
    EXPECT_THAT(allowed(), HasSubstr("10.0.0.9"));
    EXPECT_EQ(run({"--reset"}).status, 0);
    EXPECT_THAT(allowed(), testing::Not(HasSubstr("10.0.0.9")));
}

// The question is there, without a newline, before anybody has answered.
TEST_F(MockEfmTest, AsksAndWaitsForTheAnswer) {
    const std::string question =
        "The primary database will be shut down and a standby will be promoted. Are you sure you want to "
        "continue? "
        "[y/N]:";
    Running running;
    start(running, command_line({"promote", "efm"}));
    Exited exited;
    read_streams(running, exited,
                 [&](const Exited& so_far) { return so_far.output.size() >= question.size(); });
    EXPECT_EQ(exited.output, question);
    EXPECT_EQ(::write(running.input.write_end(), "y\n", 2), 2);
    read_streams(running, exited, [](const Exited&) { return false; });
    reap(running, exited);
    EXPECT_EQ(exited.status, 0);
    EXPECT_THAT(exited.output, HasSubstr("Promote command accepted by local agent."));
}

TEST_F(MockEfmTest, ReadsOneLineForEachQuestion) {
    use_scenario("promotion-needs-force");
    EXPECT_EQ(run({"promote", "efm"}, "y\ny\nn\n").status, 1);
    EXPECT_EQ(run({"promote", "efm"}, "y\nY\r\nyes\n").status, 0);
}

TEST_F(MockEfmTest, NoAndEndOfInputRefuse) {
    for (const std::string input : {"n\n", "\n", "", "maybe\n"}) {
        const auto exited = run({"promote", "efm"}, input);
        EXPECT_EQ(exited.status, 1) << input;
        EXPECT_EQ(exited.errors, "The promotion was not confirmed. Nothing was changed.\n");
    }
    EXPECT_EQ(run({"promote", "efm"}, "y").status, 0) << "a last line without a newline is one";
}

TEST_F(MockEfmTest, OptionsOfEfmGoThrough) {
    EXPECT_EQ(run({"promote", "efm", "-switchover", "-quiet", "-noscripts"}).status, 0);
    EXPECT_EQ(run({"promote", "efm", "--reset"}).status, 1) << "not one of its own after the subcommand";
    EXPECT_THAT(run({"--help"}).output, HasSubstr("efm set-priority"));
}

TEST_F(MockEfmTest, OnAnotherNode) {
    EXPECT_THAT(run({"--node=10.0.0.3", "node-status-json", "efm"}).output,
                HasSubstr("\"address\":\"10.0.0.3\""));
}

TEST_F(MockEfmTest, RefusesWhatItDoesNotUnderstand) {
    EXPECT_EQ(run_program({EFM_MOCK_EFM}).status, 64);
    EXPECT_EQ(run({"--bogus", "cluster-status", "efm"}).status, 64);
    EXPECT_EQ(run({"--scen=x", "cluster-status", "efm"}).status, 64) << "no abbreviations";
    EXPECT_EQ(run_program({EFM_MOCK_EFM, "--scenario"}).status, 64);
    for (const std::vector<std::string>& empty : std::vector<std::vector<std::string>>{
             {"--scenario", ""}, {"--scenario="}, {"--state", ""}, {"--state="}}) {
        auto words = empty;
        words.insert(words.begin(), EFM_MOCK_EFM);
        words.insert(words.end(), {"cluster-status", "efm"});
        const auto exited = run_program(words);
        EXPECT_EQ(exited.status, 64) << empty.front();
        EXPECT_THAT(exited.errors, HasSubstr(empty.front().substr(0, 7))) << exited.errors;
    }
    set_scenario("{\"nodes\": 1}");
    const auto exited = run({"cluster-status", "efm"});
    EXPECT_EQ(exited.status, fake_failed);
    EXPECT_THAT(exited.errors,
                StartsWith("mock-efm: " + installation_.scenario_file + ":1: nodes: expected"));
}

TEST_F(MockEfmTest, ALinkWithAScenarioBesideItIsAScriptedEfm) {
    std::filesystem::create_symlink(EFM_MOCK_EFM, directory_ + "/efm");
    write(directory_ + "/efm.json",
          R"({"state_file": "efm.state", "nodes": [{"address": "db7", "role": "Primary"}]})");
    const auto exited = run_program({directory_ + "/efm", "cluster-status-json", "efm"});
    EXPECT_THAT(exited.output, StartsWith(R"({"nodes":{"db7":{"type":"Primary")")) << exited.errors;
    EXPECT_EQ(exited.status, 1) << "no standby";
    EXPECT_TRUE(std::filesystem::exists(directory_ + "/efm.state"));
    EXPECT_THAT(run_program({directory_ + "/efm", "--help"}).output, StartsWith("Usage: efm <subcommand>"));
}

// By another name it has no options of its own: what efm does not know, efm refuses.
TEST_F(MockEfmTest, ByAnotherNameAllWordsAreEfms) {
    const auto efm = directory_ + "/efm";
    std::filesystem::create_symlink(EFM_MOCK_EFM, efm);
    const std::string start =
        R"({"state_file": "efm.state", "nodes": [{"address": "db7", "role": "Primary"}])";
    write(efm + ".json", start + "}");
    EXPECT_EQ(run_program({efm, "allow-node", "efm", "db8"}).status, 0);
    for (const std::string word :
         {"--version", "--foo", "--reset", "--scenario", "--state", "-h", "help", "--"}) {
        const auto exited = run_program({efm, word});
        EXPECT_EQ(exited.status, 1) << word;
        EXPECT_EQ(exited.errors, "'" + word + "' is not a command of efm. See efm --help.\n");
    }
    EXPECT_THAT(run_program({efm, "cluster-status", "efm"}).output, HasSubstr("db7 db8")) << "not reset";
    write(efm + ".json", start + R"(, "open_points": {"version_option": "printed"}})");
    EXPECT_EQ(run_program({efm, "--version"}).output, "EFM 4.9\n");
}

TEST_F(MockEfmTest, BehindTwoDashesAllWordsAreEfms) {
    set_healthy_with(R"(, "open_points": {"version_option": "printed"})");
    EXPECT_EQ(run({"--", "--version"}).output, "EFM 4.9\n");
    EXPECT_EQ(run({"--version"}).status, 64);
    EXPECT_EQ(run({"--", "cluster-status", "efm"}).status, 0);
    EXPECT_EQ(run({"--", "--help"}).output.find("mock-efm"), std::string::npos);
    for (const std::string word : {"--reset", "control", "help"})
        EXPECT_EQ(run({"--", word}).errors, "'" + word + "' is not a command of efm. See efm --help.\n");
    EXPECT_EQ(run({"--"}).status, 64);
}

TEST_F(MockEfmTest, AsksForHelpAreUnderstood) {
    const auto help = run({"--help"});
    EXPECT_THAT(help.output, HasSubstr("Usage: mock-efm [options]"));
    for (const std::string word : {"-h", "help"}) {
        EXPECT_EQ(run({word}).output, help.output) << word;
        EXPECT_EQ(run({word}).status, 0) << word;
    }
}

TEST_F(MockEfmTest, AnUnknownNameWasLookedForInTheLibrary) {
    const auto exited = run_program({EFM_MOCK_EFM, "--scenario", "two_nodes", "cluster-status", "efm"});
    EXPECT_EQ(exited.status, fake_failed);
    EXPECT_THAT(exited.errors,
                StartsWith("mock-efm: two_nodes: there is no such file here, and no scenario of "
                           "this name in the library "));
    EXPECT_THAT(exited.errors, HasSubstr("`mock-efm control scenarios` lists it"));
    EXPECT_THAT(run({"control", "reset", "two_nodes"}).errors, exited.errors);
    EXPECT_THAT(run({"control", "validate", "two_nodes"}).errors, exited.errors);
}

TEST_F(MockEfmTest, EncryptReadsItsInputAndItsEnvironment) {
    EXPECT_THAT(run({"encrypt", "efm"}, "secret\nsecret\n").output, HasSubstr("db.password.encrypted="));
    unsetenv("EFMPASS");
    EXPECT_EQ(run({"encrypt", "efm", "--from-env"}).output, "EFMPASS password not found.\n");
    setenv("EFMPASS", "secret", 1);
    EXPECT_EQ(run({"encrypt", "efm", "--from-env"}).output.size(), 33U);
    unsetenv("EFMPASS");
}

TEST_F(MockEfmTest, DiesByTheSignalEvenIfItWasInheritedAsIgnored) {
    set_fault("{\"signal\": 15, \"cut_at\": 10}");
    struct sigaction old {};
    struct sigaction ignored {};
    ignored.sa_handler = SIG_IGN;
    sigaction(SIGTERM, &ignored, &old);
    const auto exited = run({"cluster-status", "efm"});
    sigaction(SIGTERM, &old, nullptr);
    EXPECT_EQ(exited.signal, SIGTERM);
    EXPECT_EQ(exited.output, "Cluster St");
}

TEST_F(MockEfmTest, HangsUntilItIsEnded) {
    set_fault("{\"hang_after\": true}");
    Running running;
    start(running, command_line({"cluster-status", "efm"}));
    Exited exited;
    read_streams(running, exited, [](const Exited& so_far) { return so_far.output.ends_with("promote.\n"); });
    EXPECT_EQ(waitpid(running.pid, nullptr, WNOHANG), 0);
    kill(running.pid, SIGTERM);
    reap(running, exited);
    EXPECT_EQ(exited.signal, SIGTERM) << "the default dispositions are left alone";
}

TEST_F(MockEfmTest, IgnoresSignalsWhenToldTo) {
    set_fault("{\"ignore_signals\": true, \"hang_after\": true}");
    Running running;
    start(running, command_line({"cluster-status", "efm"}));
    Exited exited;
    read_streams(running, exited, [](const Exited& so_far) { return so_far.output.ends_with("promote.\n"); });
    for (const int number : {SIGHUP, SIGINT, SIGTERM, SIGPIPE})
        kill(running.pid, number);
    usleep(50'000);
    EXPECT_EQ(waitpid(running.pid, nullptr, WNOHANG), 0);
    kill(running.pid, SIGKILL);
    reap(running, exited);
    EXPECT_EQ(exited.signal, SIGKILL);
}

TEST_F(MockEfmTest, TakesTheTimeOfItsChild) {
    set_fault("{\"slow_child_ms\": 150, \"delay_ms\": 150}");
    const auto exited = run({"cluster-status", "efm"});
    EXPECT_EQ(exited.status, 0);
    EXPECT_GE(exited.elapsed.count(), 300);
}

// It has ended, and its output has not.
TEST_F(MockEfmTest, LeavesAChildThatKeepsThePipe) {
    set_fault("{\"child_keeps_pipe_ms\": 600}");
    Running running;
    start(running, command_line({"cluster-status", "efm"}));
    Exited exited;
    read_streams(running, exited, [](const Exited& so_far) { return so_far.output.ends_with("promote.\n"); });
    reap(running, exited);
    EXPECT_EQ(exited.status, 0);
    pollfd output{running.output.read_end(), POLLIN, 0};
    EXPECT_EQ(poll(&output, 1, 0), 0) << "no end of file yet";
    EXPECT_EQ(poll(&output, 1, 10'000), 1);
    EXPECT_NE(output.revents & POLLHUP, 0);
}

TEST_F(MockEfmTest, SaysSoWhenNobodyCanBeWrittenTo) {
    set_fault("{\"ignore_signals\": true, \"flood\": {\"bytes\": 10000000}}");
    Running running;
    start(running, command_line({"cluster-status", "efm"}));
    running.output.close_end(0);
    Exited exited;
    read_streams(running, exited, [](const Exited&) { return false; });
    reap(running, exited);
    EXPECT_EQ(exited.status, 74);
}

}  // namespace
}  // namespace efm::fake
