// `mock-efm record`: a real efm goes through it unchanged, and can be rehearsed on afterwards. The real one
// is mock-efm with a scenario of its own.

#include "tests/unit/mock_efm_fixture.h"

namespace efm::fake {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class MockEfmRecordTest : public MockEfmTest {
  protected:
    MockEfmRecordTest() {
        real_ = make_program("real");
        recorder_ = make_program("efm");
        write(recorder_ + ".record.json", R"({"program": "real", "to": "site.json"})");
        set_real("");
    }

    std::string make_program(const std::string& name) const {
        std::filesystem::create_symlink(EFM_MOCK_EFM, directory_ + "/" + name);
        return directory_ + "/" + name;
    }
    void set_real(const std::string& more_keys) const {
        write(real_ + ".json", R"({"state_file": "real.state", "vip": "10.7.0.100", "nodes": [
            {"address": "10.7.0.1", "role": "Primary"}, {"address": "db-2.corp", "role": "Standby"},
            {"address": "fd00::7", "role": "Witness"}])" +
                                   more_keys + "}");
    }
    void reset_real() const { run_program({EFM_MOCK_EFM, "--scenario", real_ + ".json", "--reset"}); }

    Exited call_real(std::vector<std::string> words, const std::string& input = {}) const {
        words.insert(words.begin(), real_);
        return run_program(words, input);
    }
    Exited record(std::vector<std::string> words, const std::string& input = {}) const {
        words.insert(words.begin(), recorder_);
        return run_program(words, input);
    }
    Exited replay(std::vector<std::string> words, const std::string& input = {}) const {
        words.insert(words.begin(),
                     {EFM_MOCK_EFM, "--scenario", site(), "--state", directory_ + "/replay.state"});
        return run_program(words, input);
    }
    std::string site() const { return directory_ + "/site.json"; }
    std::string recorded() const { return read(site()); }

    /// What was not recorded is answered by the fake itself, on the cluster of the recording.
    void play_on() const {
        auto text = recorded();
        replace_all(text, "    \"foreseen\": [],\n", "");
        write(site(), text);
    }

    static void replace_all(std::string& text, const std::string& from, const std::string& to) {
        for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
            text.replace(at, from.size(), to);
    }
    /// As in a column of a table.
    static std::string padded(std::string cell) {
        constexpr std::size_t width = 21;
        cell.resize(width, ' ');
        return cell;
    }
    using Aliases = std::vector<std::pair<std::string, std::string>>;
    /// Text with the aliases that the recording has given its hosts; tables keep their columns.
    static std::string aliased(std::string text, const Aliases& aliases = {{"10.7.0.100", "192.0.2.2"},
                                                                           {"10.7.0.1", "192.0.2.1"},
                                                                           {"db-2.corp", "node1.example"},
                                                                           {"fd00::7", "2001:db8::1"}}) {
        for (const auto& [real, alias] : aliases) {
            replace_all(text, padded(real), padded(alias));
            replace_all(text, real, alias);
        }
        return text;
    }
    static void expect_same(const Exited& one, const Exited& other, const std::string& what) {
        EXPECT_EQ(one.output, other.output) << what;
        EXPECT_EQ(one.errors, other.errors) << what;
        EXPECT_EQ(one.status, other.status) << what;
        EXPECT_EQ(one.signal, other.signal) << what;
    }

    std::string real_;
    std::string recorder_;
};

using Calls = std::vector<std::pair<std::vector<std::string>, std::string>>;

TEST_F(MockEfmRecordTest, AMemberThatWasDisallowedIsNoMistakeOfTheRecording) {
    call_real({"disallow-node", "efm", "db-2.corp"});
    record({"cluster-status-json", "efm"});
    const auto validated = run_program({EFM_MOCK_EFM, "control", "validate", site()});
    EXPECT_EQ(validated.status, 0) << validated.errors << recorded();
}

TEST_F(MockEfmRecordTest, GoesThroughUnchangedAndPlaysAgain) {
    const Calls calls{{{"cluster-status-json", "shop"}, ""},
                      {{"cluster-status", "shop"}, ""},
                      {{"node-status-json", "shop"}, ""},
                      {{"allow-node", "shop", "10.7.0.1"}, ""},
                      {{"set-priority", "shop", "db-2.corp", "1"}, ""},
                      {{"set-priority", "shop", "fd00::7", "1"}, ""},
                      {{"promote", "shop"}, "n\n"},
                      {{"promote", "shop"}, "y\n"},
                      {{"cluster-status", "shop"}, ""},
                      {{"cluster-status-json", "shop"}, ""},
                      {{"decrypt"}, ""}};
    std::vector<Exited> expected;
    for (const auto& [words, input] : calls)
        expected.push_back(call_real(words, input));
    reset_real();
    for (std::size_t index = 0; index < calls.size(); ++index) {
        const auto& [words, input] = calls[index];
        expect_same(record(words, input), expected[index], words.front());
        EXPECT_EQ(run_program({EFM_MOCK_EFM, "control", "validate", site()}).status, 0) << words.front();
    }
    EXPECT_THAT(recorded(), Not(HasSubstr("10.7.")));
    EXPECT_THAT(recorded(), Not(HasSubstr("db-2")));
    EXPECT_THAT(recorded(), Not(HasSubstr("fd00")));
    for (std::size_t index = 0; index < calls.size(); ++index) {
        auto [words, input] = calls[index];
        for (auto& word : words)
            word = aliased(word);
        auto wanted = expected[index];
        wanted.output = aliased(wanted.output);
        wanted.errors = aliased(wanted.errors);
        expect_same(replay(words, input), wanted, "again " + words.front());
    }
}

TEST_F(MockEfmRecordTest, TheClusterIsThatOfTheLastStatus) {
    record({"cluster-status-json", "shop"});
    record({"promote", "shop", "-switchover"});
    record({"cluster-status-json", "shop"});
    EXPECT_THAT(recorded(), HasSubstr(R"({"address":"node1.example","role":"Primary")"));
    EXPECT_THAT(recorded(), HasSubstr(R"("failover_priority": ["192.0.2.1"])"));
    EXPECT_THAT(recorded(), HasSubstr(R"("vip_active_on": "node1.example")"));
    play_on();
    EXPECT_EQ(replay({"allow-node", "shop", "10.0.0.9"}).output, "allow-node signal sent to local agent.\n");
}

// The answers that were kept cannot know of what was not: the two would contradict each other.
TEST_F(MockEfmRecordTest, WhatWasNotRecordedFailsLoudly) {
    record({"cluster-status-json", "shop"});
    record({"promote", "shop"}, "n\n");
    record({"set-priority", "shop", "db-2.corp", "1"});
    for (const std::vector<std::string>& words : {std::vector<std::string>{"promote", "shop", "-switchover"},
                                                  {"cluster-status", "shop"},
                                                  {"set-priority", "shop", "node1.example", "2"},
                                                  {"cluster-status-json", "shop", "more"}}) {
        const auto unforeseen = replay(words, "y\n");
        EXPECT_EQ(unforeseen.status, fake_failed) << words.front();
        EXPECT_EQ(unforeseen.output, "") << words.front();
        EXPECT_THAT(unforeseen.errors,
                    HasSubstr("was called, and the scenario foresees only: what its faults "
                              "answer\n"));
    }
    EXPECT_THAT(replay({"promote", "shop", "-switchover"}).errors, HasSubstr("'promote shop -switchover'"));
    EXPECT_EQ(replay({"cluster-status-json", "shop"}).status, 0);
    EXPECT_EQ(replay({"set-priority", "shop", "node1.example", "1"}).status, 0);
    play_on();
    EXPECT_EQ(replay({"promote", "shop", "-switchover"}).status, 0)
        << "who wants to play on takes the key out";
    record({"resume", "shop"});
    EXPECT_THAT(recorded(), HasSubstr("\"foreseen\": []")) << "a recording that goes on has it again";
}

// Master and Primary, xlog and lsn: the fake shall say what the real one says.
TEST_F(MockEfmRecordTest, TheVersionIsThatOfTheProgramOrOfItsWords) {
    const std::vector<std::pair<std::string, std::string>> shown{{"3.10", "3.10"}, {"5.4", "5.0"}};
    for (const auto& [version, recognised] : shown) {
        for (const std::string subcommand : {"cluster-status-json", "cluster-status", "node-status-json"}) {
            if (version == "5.4" && subcommand != "cluster-status-json")
                continue;
            set_real(R"(, "efm_version": ")" + version + '"');
            record({subcommand, "shop"});
            EXPECT_THAT(recorded(), HasSubstr(R"("efm_version": ")" + recognised + '"')) << subcommand;
            play_on();
            EXPECT_EQ(replay({"cluster-status", "shop"}).output.find("\tMaster") != std::string::npos,
                      version == "3.10");
            for (const auto* const file : {"", ".recorder"})
                std::filesystem::remove(site() + file);
        }
    }
    set_real("");
    record({"cluster-status-json", "shop"});
    EXPECT_THAT(recorded(), Not(HasSubstr("efm_version")));

    std::filesystem::create_directories(directory_ + "/efm-3.9/bin");
    const auto old = make_program("efm-3.9/bin/efm");
    std::filesystem::copy_file(real_ + ".json", old + ".json");
    run_program({EFM_MOCK_EFM, "record", "--program", old, "--to", site(), "cluster-status", "shop"});
    EXPECT_THAT(recorded(), HasSubstr(R"("efm_version": "3.9")"));
}

TEST_F(MockEfmRecordTest, WithoutAStatusThereIsALeastCluster) {
    record({"resume", "shop"});
    EXPECT_THAT(recorded(), HasSubstr(R"({"address":"192.0.2.1","role":"Primary"})"));
    play_on();
    EXPECT_EQ(replay({"cluster-status", "shop"}).status, 1) << "no standby";
}

TEST_F(MockEfmRecordTest, TheNthCallComesAfterTheOneBeforeAndTheLastIsRepeated) {
    set_real(R"(, "faults": [{"subcommand": "resume", "calls": 2, "output": "one\n"},
                             {"subcommand": "resume", "after_calls": 2, "calls": 1, "output": "two\n"},
                             {"subcommand": "resume", "output": "three\n"}])");
    const std::vector<std::string> answers{"one\n", "one\n", "two\n", "three\n", "three\n"};
    for (const auto& answer : answers)
        EXPECT_EQ(record({"resume", "shop"}).output, answer);
    for (const auto& answer : answers)
        EXPECT_EQ(replay({"resume", "shop"}).output, answer);
    EXPECT_EQ(replay({"resume", "shop"}).output, "three\n");
    std::size_t rules = 0;
    for (auto at = recorded().find("\"resume\""); at != std::string::npos;
         at = recorded().find("\"resume\"", at + 1))
        ++rules;
    EXPECT_EQ(rules, 3U) << "the same answer again is no new rule";
}

TEST_F(MockEfmRecordTest, BytesSignalsStatusesAndTimeAreKept) {
    set_real(
        R"(, "faults": [{"subcommand": "resume", "output_hex": "ff00310a", "errors": "no\n", "exit_status": 9},
                             {"subcommand": "stop-cluster", "output": "ha", "signal": 15},
                             {"subcommand": "cluster-status", "delay_ms": 200, "output": ""}])");
    const auto resumed = record({"resume", "shop"});
    EXPECT_EQ(resumed.output, (std::string{"\xff\0\x31\n", 4}));
    EXPECT_EQ(resumed.status, 9);
    const auto stopped = record({"stop-cluster", "shop"});
    EXPECT_EQ(stopped.signal, SIGTERM);
    record({"cluster-status", "shop"});
    expect_same(replay({"resume", "shop"}), resumed, "bytes");
    expect_same(replay({"stop-cluster", "shop"}), stopped, "signal");
    EXPECT_GE(replay({"cluster-status", "shop"}).elapsed.count(), 200);
}

TEST_F(MockEfmRecordTest, NoSecretGoesIn) {
    set_real(R"(, "faults": [{"subcommand": "resume",
        "output": "jdbc postgres://efm:hunter2@10.7.0.1/edb password=hunter2 topsecret\n",
        "errors": "db.password.encrypted=00112233445566778899aabbccddeeff\n"}])");
    setenv("EFMPASS", "topsecret", 1);
    const auto exited = record({"resume", "shop"});
    record({"encrypt", "shop", "--from-env"});
    unsetenv("EFMPASS");
    record({"encrypt", "shop"}, "hunter2\nhunter2\n");
    EXPECT_THAT(exited.output, HasSubstr("hunter2"));
    for (const auto& file : {site(), site() + ".recorder"})
        EXPECT_THAT(read(file), AllOf(Not(HasSubstr("hunter2")), Not(HasSubstr("topsecret")),
                                      Not(HasSubstr("encrypt\"")), Not(HasSubstr("0011223344"))));
    EXPECT_THAT(recorded(), HasSubstr("postgres://efm:***@192.0.2.1/edb password=*** ***"));
}

// EFM writes JSON with escaped slashes; a server's message may hold JSON of its own.
TEST_F(MockEfmRecordTest, NoSecretGoesInThroughJson) {
    const std::string info =
        R"(jdbc:edb:\/\/efm:Hunter2a@10.7.0.1\/edb?password=Hunter2b {\"password\":\"Hunter2c\\\"Hunter2d\"} )"
        R"(password: Hunter2e, password = Hunter2f --password Hunter2g secret=Hunter2h,Hunter2i \u0068ash)";
    const std::string status =
        R"({"nodes":{"10.7.0.1":{"type":"Primary","db":"UP","vip":"","vip_active":false,"xlog":"0\/1",)"
        R"("xloginfo":")" +
        info +
        R"("},"10.7.0.2":{"type":"Standby","db":"UP","xlogReceive":"0\/1","xlog":"0\/1"}},)"
        R"("messages":["EFMPASS is Hunter2j\/x"],"db.password":"Hunter 2k","secrets":[2000011]})";
    std::string escaped;
    for (const char c : status)
        escaped += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
    set_real(R"(, "faults": [{"subcommand": "cluster-status-json", "output": ")" + escaped +
             R"(", "errors": "{\"passwd\":\"Hunter2l\"}\n"}])");
    setenv("EFMPASS", "Hunter2j/x", 1);
    EXPECT_EQ(record({"cluster-status-json", "shop"}).output, status);
    unsetenv("EFMPASS");
    record({"promote", "shop", "--password", "Hunter2m", "--secret=Hunter2n,Hunter2o"});
    for (const auto& file : {site(), site() + ".recorder"})
        EXPECT_THAT(read(file),
                    AllOf(Not(HasSubstr("Hunter")), Not(HasSubstr("2k")), Not(HasSubstr("2000011"))))
            << file;
    EXPECT_THAT(recorded(), HasSubstr(R"(["--password","***","--secret=***"])"));
    EXPECT_THAT(recorded(), HasSubstr(R"("info":"jdbc:edb://efm:***@192.0.2.1/edb?password=*** )"));
    EXPECT_THAT(replay({"cluster-status-json", "shop"}).output,
                AllOf(HasSubstr(R"("xloginfo":"jdbc:edb:\/\/efm:***@192.0.2.1\/edb?password=*** )"),
                      HasSubstr(R"("xlog":"0\/1")"), HasSubstr(R"("db.password":"***","secrets":["***"]})")));
}

// A host name that is known only later is replaced in what was recorded before.
TEST_F(MockEfmRecordTest, AliasesHoldForTheWholeFile) {
    set_real(
        R"(, "faults": [{"subcommand": "resume", "output": "waiting for db-2.corp. (DB-2.CORP:5444)\n"}])");
    record({"resume", "shop"});
    EXPECT_THAT(recorded(), HasSubstr("db-2.corp"));
    record({"cluster-status-json", "shop"});
    EXPECT_THAT(recorded(), HasSubstr("waiting for node1.example. (node1.example:5444)"));
    EXPECT_EQ(replay({"resume", "shop"}).output, "waiting for node1.example. (node1.example:5444)\n");
}

// A host name may be a word like any other: where nothing but a host can stand it has its alias all the same.
TEST_F(MockEfmRecordTest, BareHostNamesHaveAliasesWhereHostsStand) {
    write(real_ + ".json", R"({"state_file": "real.state", "nodes": [
        {"address": "madrid", "role": "Primary"}, {"address": "london", "role": "Standby"},
        {"address": "oslo", "role": "Idle", "replayed": "UNKNOWN"}], "missing_nodes": ["rome"],
        "allowed_nodes": ["madrid", "london", "oslo", "rome"],
        "faults": [{"subcommand": "resume", "output": "to london by train, to London:5444 by wire\\n"}]})");
    const Calls calls{{{"cluster-status", "shop"}, ""},
                      {{"cluster-status-json", "shop"}, ""},
                      {{"node-status-json", "shop"}, ""},
                      {{"set-priority", "shop", "london", "1"}, ""},
                      {{"resume", "shop"}, ""},
                      {{"promote", "shop", "-switchover", "-sourcenode", "london"}, ""}};
    std::vector<Exited> real;
    for (const auto& [words, input] : calls)
        real.push_back(record(words, input));
    auto kept = recorded();
    EXPECT_THAT(kept, HasSubstr("to london by train, to node2.example:5444 by wire"));
    replace_all(kept, "to london by train", "");
    for (const std::string name : {"madrid", "london", "LONDON", "London", "oslo", "rome"})
        EXPECT_THAT(kept, Not(HasSubstr(name)));
    EXPECT_THAT(kept, HasSubstr(R"({"address":"node2.example","role":"Standby")"));

    const auto alias = [](const std::string& text) {
        return aliased(text, {{"madrid", "node1.example"},
                              {"london", "node2.example"},
                              {"oslo", "node3.example"},
                              {"rome", "node4.example"}});
    };
    EXPECT_EQ(replay({"cluster-status", "shop"}).output, alias(real[0].output));
    EXPECT_EQ(replay({"cluster-status-json", "shop"}).output, alias(real[1].output));
    EXPECT_EQ(replay({"node-status-json", "shop"}).output, alias(real[2].output));
    EXPECT_EQ(replay({"set-priority", "shop", "node2.example", "1"}).status, 0);
    EXPECT_EQ(replay({"promote", "shop", "-switchover", "-sourcenode", "node2.example"}).status,
              real[5].status);
}

// By hand, as a real one would print it: aliases shorter and longer than the address, a widened table, a
// list, an address in Info.
TEST_F(MockEfmRecordTest, TablesKeepTheirColumns) {
    const std::string report =
        "Cluster Status: shop\n\n"
        "\tAgent Type  Address              DB       VIP\n"
        "\t------------------------------------------\n"
        "\tPrimary     10.107.100.111       UP       10.107.100.222*\n"
        "\tStandby     db-2.corp            UP       10.107.100.222\n"
        "\tStandby     db-with-a-long-name.corp UP       10.107.100.222\n\n"
        "Allowed node host list:\n\t10.107.100.111 db-2.corp\n\n"
        "\tDB Type     Address              WAL Replayed LSN   Info\n"
        "\t------------------------------------------\n"
        "\tUNKNOWN     10.107.100.111       UNKNOWN            Connection to "
        "10.107.100.111:5444 refused.\n"
        "\tStandby     d-3                  0/5000148          \n";
    const std::string kept =
        "Cluster Status: shop\n\n"
        "\tAgent Type  Address              DB       VIP\n"
        "\t------------------------------------------\n"
        "\tPrimary     192.0.2.1            UP       192.0.2.2*\n"
        "\tStandby     node1.example        UP       192.0.2.2\n"
        "\tStandby     node2.example            UP       192.0.2.2\n\n"
        "Allowed node host list:\n\t192.0.2.1 node1.example\n\n"
        "\tDB Type     Address              WAL Replayed LSN   Info\n"
        "\t------------------------------------------\n"
        "\tUNKNOWN     192.0.2.1            UNKNOWN            Connection to "
        "192.0.2.1:5444 refused.\n"
        "\tStandby     node3.example        0/5000148          \n";
    std::string escaped = report;
    replace_all(escaped, "\n", "\\n");
    replace_all(escaped, "\t", "\\t");
    set_real(R"(, "faults": [{"subcommand": "cluster-status", "output": ")" + escaped + R"("}])");
    EXPECT_EQ(record({"cluster-status", "shop"}).output, report);
    EXPECT_EQ(replay({"cluster-status", "shop"}).output, kept);
}

// A scenario that somebody has written is not a recording, and is left as it is.
TEST_F(MockEfmRecordTest, AScenarioOfSomebodyElseIsNotOverwritten) {
    const std::string own = R"({"description": "by hand", "nodes": [{"address": "a", "role": "Primary"}]})";
    write(site(), own);
    const auto exited = record({"allow-node", "shop", "10.7.0.9"});
    EXPECT_EQ(exited.status, fake_failed);
    EXPECT_EQ(exited.errors, "mock-efm: record: " + site() +
                                 " is there and no recording that can be continued: " + "expected " + site() +
                                 ".recorder beside it. Name another file, or remove this one\n");
    EXPECT_EQ(recorded(), own);
    EXPECT_FALSE(std::filesystem::exists(directory_ + "/real.state")) << "the real one was never called";
    write(site(), "");
    EXPECT_EQ(record({"allow-node", "shop", "10.7.0.9"}).status, 0) << "an empty file may be filled";
    EXPECT_EQ(record({"allow-node", "shop", "10.7.0.8"}).status, 0) << "and its own recording goes on";
}

TEST_F(MockEfmRecordTest, ManyAtOnceAreAllKept) {
    constexpr int count = 12;
    std::vector<Running> running(count);
    for (int index = 0; index < count; ++index)
        start(running[static_cast<std::size_t>(index)],
              {recorder_, "allow-node", "shop", "10.8.0." + std::to_string(index + 1)});
    for (auto& one : running) {
        Exited exited;
        read_streams(one, exited, [](const Exited&) { return false; });
        reap(one, exited);
        EXPECT_EQ(exited.status, 0);
        EXPECT_EQ(exited.errors, "");
    }
    std::size_t rules = 0;
    for (auto at = recorded().find("\"allow-node\""); at != std::string::npos;
         at = recorded().find("\"allow-node\"", at + 1))
        ++rules;
    EXPECT_EQ(rules, static_cast<std::size_t>(count));
    EXPECT_EQ(run_program({EFM_MOCK_EFM, "control", "validate", site()}).status, 0);
}

TEST_F(MockEfmRecordTest, QuestionsAreAnsweredLive) {
    Running running;
    start(running, {recorder_, "promote", "shop"});
    Exited exited;
    read_streams(running, exited, [](const Exited& so_far) { return so_far.output.ends_with("[y/N]:"); });
    EXPECT_EQ(::write(running.input.write_end(), "y\n", 2), 2);
    read_streams(running, exited, [](const Exited&) { return false; });
    reap(running, exited);
    EXPECT_EQ(exited.status, 0);
    EXPECT_THAT(recorded(), HasSubstr("\"questions\":[\"The primary database will be shut down"));
}

// A standby that is behind: promote asks three times. The rehearsal asks as often, whatever was answered
// then.
TEST_F(MockEfmRecordTest, EveryQuestionIsAskedAgain) {
    const auto set_behind = [&] {
        write(real_ + ".json", R"({"state_file": "real.state", "nodes": [
            {"address": "10.7.0.1", "role": "Primary", "replayed": "0/9000000"},
            {"address": "10.7.0.2", "role": "Standby", "replayed": "0/8000000"}]})");
        reset_real();
    };
    const auto questions_in = [](const std::string& output) {
        std::size_t count = 0;
        for (auto at = output.find("[y/N]:"); at != std::string::npos; at = output.find("[y/N]:", at + 1))
            ++count;
        return count;
    };
    set_behind();
    const auto refused = record({"promote", "shop"}, "y\nn\n");
    EXPECT_EQ(refused.status, 1);
    EXPECT_EQ(questions_in(refused.output), 2U);
    const auto accepted = record({"promote", "shop"}, "y\ny\ny\n");
    EXPECT_EQ(accepted.status, 0);
    EXPECT_EQ(questions_in(accepted.output), 3U);

    expect_same(replay({"promote", "shop"}, "y\nn\n"), refused, "y, n as it was");
    for (const std::string answers : {"y\n", "y\ny\nn\n"}) {
        const auto unsure = replay({"promote", "shop"}, answers);
        EXPECT_EQ(unsure.status, 1) << answers;
        EXPECT_EQ(questions_in(unsure.output), answers.size() == 2 ? 2U : 3U);
        EXPECT_EQ(unsure.errors, "The promotion was not confirmed. Nothing was changed.\n");
    }
    expect_same(replay({"promote", "shop"}, "y\ny\ny\n"), accepted, "y, y, y as it was");
    run_program({EFM_MOCK_EFM, "--scenario", site(), "--state", directory_ + "/replay.state", "--reset"});
    expect_same(replay({"promote", "shop"}, "y\ny\ny\n"), refused,
                "what comes behind a refusal nobody has seen");
}

TEST_F(MockEfmRecordTest, QuestionsOnStandardErrorStayThere) {
    set_real(R"(, "open_points": {"questions_on": "errors"})");
    const auto asked = record({"promote", "shop"}, "y\n");
    EXPECT_THAT(asked.errors, HasSubstr("[y/N]:"));
    record({"cluster-status-json", "shop"});
    const auto refused = replay({"promote", "shop"}, "n\n");
    EXPECT_EQ(refused.status, 1);
    EXPECT_EQ(refused.output, "");
    EXPECT_THAT(refused.errors, StartsWith(asked.errors));
    expect_same(replay({"promote", "shop"}, "y\n"), asked, "the only answer is repeated");
}

// Who ends the recorder ends the real one, and a call that its caller has ended says nothing of the cluster.
TEST_F(MockEfmRecordTest, SignalsGoThroughAndWhatTheyEndIsNotKept) {
    for (const int number : {SIGTERM, SIGHUP, SIGINT}) {
        set_real(R"(, "faults": [{"hang_after": true}])");
        Running running;
        start(running, {recorder_, "cluster-status", "shop"});
        Exited exited;
        read_streams(running, exited,
                     [](const Exited& so_far) { return so_far.output.ends_with("promote.\n"); });
        kill(running.pid, number);
        read_streams(running, exited, [](const Exited&) { return false; });
        reap(running, exited);
        EXPECT_EQ(exited.signal, number);
    }
    EXPECT_FALSE(std::filesystem::exists(site()));
}

TEST_F(MockEfmRecordTest, TheRealOneDoesNotOutliveIt) {
    set_real(R"(, "faults": [{"ignore_signals": true, "hang_after": true}])");
    Running running;
    start(running, {recorder_, "cluster-status", "shop"});
    Exited exited;
    read_streams(running, exited, [](const Exited& so_far) { return so_far.output.ends_with("promote.\n"); });
    kill(running.pid, SIGKILL);
    // The end of the output is the end of the one that writes it; else reading would find a deadline.
    read_streams(running, exited, [](const Exited&) { return false; });
    reap(running, exited);
    EXPECT_EQ(exited.signal, SIGKILL);
}

// Standard output that nobody reads any more ends the real one as it would without a recorder.
TEST_F(MockEfmRecordTest, ABrokenPipeIsTheRealOnesToo) {
    set_real(R"(, "faults": [{"flood": {"bytes": 10000000}}])");
    Running running;
    start(running, {recorder_, "cluster-status", "shop"});
    running.output.close_end(0);
    Exited exited;
    read_streams(running, exited, [](const Exited&) { return false; });
    reap(running, exited);
    EXPECT_EQ(exited.signal, SIGPIPE);
}

TEST_F(MockEfmRecordTest, LargeOutputGoesThroughOnBothStreams) {
    set_real(R"(, "faults": [{"subcommand": "resume", "flood": {"bytes": 3000000}, "errors": "end\n"}])");
    const auto exited = record({"resume", "shop"});
    EXPECT_EQ(exited.output.size(), 3'000'000U);
    EXPECT_EQ(exited.errors, "end\n");
    EXPECT_EQ(exited.output, call_real({"resume", "shop"}).output);
}

TEST_F(MockEfmRecordTest, WhatIsTooLongIsNotKeptAndThatIsSaid) {
    set_real(R"(, "faults": [{"subcommand": "resume", "flood": {"bytes": 20000000}, "output": "end\n"}])");
    const auto exited = record({"resume", "shop"});
    EXPECT_EQ(exited.status, 0);
    EXPECT_EQ(exited.output.size(), 20'000'004U);
    EXPECT_THAT(exited.errors, StartsWith("mock-efm: this call was not recorded: "));
}

TEST_F(MockEfmRecordTest, ByItsOptions) {
    const auto to = directory_ + "/other.json";
    const std::vector<std::string> start_of{EFM_MOCK_EFM, "record", "--program", real_, "--to", to};
    auto words = start_of;
    words.insert(words.end(), {"--", "promote", "shop", "-switchover", "--to"});
    EXPECT_EQ(run_program(words).status, 1) << "the words behind are the real one's";
    EXPECT_THAT(read(to), HasSubstr(R"("arguments":["-switchover","--to"])"));
    words = start_of;
    words.insert(words.end(), {"cluster-status", "shop"});
    EXPECT_EQ(run_program(words).status, 0);
    EXPECT_THAT(run_program({EFM_MOCK_EFM, "record", "--help"}).output, HasSubstr("Usage: mock-efm record"));
}

TEST_F(MockEfmRecordTest, WhatIsWrongIsSaidBeforeAnythingRuns) {
    EXPECT_EQ(run_program({EFM_MOCK_EFM, "record"}).status, 64);
    EXPECT_EQ(run_program({EFM_MOCK_EFM, "record", "--program", real_, "resume", "x"}).status, 64);
    EXPECT_EQ(run_program({EFM_MOCK_EFM, "record", "--program", real_, "--to", site()}).status, 64);
    const auto missing =
        run_program({EFM_MOCK_EFM, "record", "--program", "/none", "--to", site(), "resume", "x"});
    EXPECT_EQ(missing.status, fake_failed);
    EXPECT_EQ(missing.errors, "mock-efm: cannot run /none: No such file or directory\n");

    for (const std::string settings :
         {"", "{}", R"({"program": "real"})", R"({"program": "real", "to": "s", "two": 1})",
          R"({"program": "efm", "to": "site.json"})", R"({"program": "real", "to": "none/site.json"})"}) {
        write(recorder_ + ".record.json", settings);
        const auto exited = record({"allow-node", "shop", "10.7.0.9"});
        EXPECT_EQ(exited.status, fake_failed) << settings;
        EXPECT_THAT(exited.errors, StartsWith("mock-efm: ")) << settings;
    }
    write(recorder_ + ".record.json", R"({"program": "real", "to": "site.json"})");
    write(site(), "{\"nodes\": 1}");
    write(site() + ".recorder", "{}");
    EXPECT_EQ(record({"allow-node", "shop", "10.7.0.9"}).status, fake_failed) << "not a scenario";
    EXPECT_FALSE(std::filesystem::exists(directory_ + "/real.state")) << "the real one was never called";
}

}  // namespace
}  // namespace efm::fake
