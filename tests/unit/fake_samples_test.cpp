// What was published of real EFM clusters is reproduced by scenarios: the files golden/sample-*, and the
// messages here. The fixture says how they are compared.

#include <algorithm>

#include "tests/unit/fake_fixture.h"

namespace efm::fake {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t start = 0; start < text.size();) {
        const auto end = std::min(text.find('\n', start), text.size());
        lines.push_back(text.substr(start, end - start));
        start = end + 1;
    }
    return lines;
}

class FakeSamplesTest : public FakeTest {
  protected:
    static std::string sample(const std::string& name) {
        const auto text = read(std::string{EFM_GOLDEN} + "/sample-" + name);
        EXPECT_NE(text, "") << name;
        return text;
    }

    /// A sample of which parts were left out: the lines between two "..." stand together, one piece after the
    /// other, and a line that ends with " ..." is the beginning of one. Blanks at the end of lines were lost
    /// when these samples were published, and do not count.
    static void expect_in_order(const std::string& output, const std::string& sample) {
        const auto lines = lines_of(trimmed(output));
        auto place = lines.begin();
        std::vector<std::string> piece;
        const auto expect_piece = [&] {
            place = std::search(place, lines.end(), piece.begin(), piece.end(),
                                [](const std::string& line, const std::string& given) {
                                    if (given.size() > 4 && given.substr(given.size() - 4) == " ...")
                                        return line.rfind(given.substr(0, given.size() - 3), 0) == 0;
                                    return line == given;
                                });
            ASSERT_NE(place, lines.end()) << "no line \"" << piece.front() << "\" and what follows it in\n"
                                          << output;
            place += static_cast<std::ptrdiff_t>(piece.size());
            piece.clear();
        };
        for (const auto& line : lines_of(trimmed(sample))) {
            if (line != "...")
                piece.push_back(line);
            else
                expect_piece();
        }
        expect_piece();
    }

    std::string answer(const std::string& subcommand) { return play({subcommand, "efm"}).output; }
};

// S-01: all of it, with every blank. The same was published for 4.10 and for 5.0.
TEST_F(FakeSamplesTest, HealthyCluster) {
    for (const std::string version : {"4.10", "5.0"}) {
        set_scenario(R"({"efm_version": ")" + version + R"(", "vip": "192.168.56.20", "nodes": [
            {"address": "192.168.56.11", "role": "Primary", "replayed": "0/4000168"},
            {"address": "192.168.56.12", "role": "Standby", "replayed": "0/4000168"},
            {"address": "192.168.56.13", "role": "Witness"}]})");
        EXPECT_EQ(answer("cluster-status"), sample("healthy.txt"));
    }
}

// S-03
TEST_F(FakeSamplesTest, PrimaryDatabaseDownAndNotDeclaredFailed) {
    use_scenario("database-down");
    expect_in_order(answer("cluster-status"), sample("database-down.txt"));
}

// S-02
TEST_F(FakeSamplesTest, AfterAFailoverWithNoStandbyLeft) {
    use_scenario("failed-over");
    expect_in_order(answer("cluster-status"), sample("failed-over.txt"));
}

// S-04: its database was started again, as a primary, and the agent has not been resumed.
TEST_F(FakeSamplesTest, IdleNodeWhoseDatabaseWasStartedAgain) {
    set_scenario(R"({"efm_version": "4.10", "vip": "192.168.11.25", "nodes": [
        {"address": "192.168.11.26", "role": "Primary", "replayed": "0/D000310"},
        {"address": "192.168.11.27", "role": "Idle", "received": "", "replayed": "0/D0001F8",
         "info": "DB is not in recovery."},
        {"address": "192.168.11.28", "role": "Witness"}]})");
    const auto text = answer("cluster-status");
    EXPECT_THAT(text, HasSubstr("\tIdle        192.168.11.27        UNKNOWN  192.168.11.25\n"));
    EXPECT_THAT(text, EndsWith("\n\t192.168.11.27                           0/D0001F8          DB is not in "
                               "recovery.\n"));
}

// S-02 S-11
TEST_F(FakeSamplesTest, StoppedPrimaryVanishesAndTheStandbyStaysInTheList) {
    set_scenario(R"({"efm_version": "4.10", "local_node": "192.168.11.27", "nodes": [
        {"address": "192.168.11.26", "role": "Primary", "agent": "STOPPED", "database": "DOWN"},
        {"address": "192.168.11.27", "role": "Standby"}, {"address": "192.168.11.28", "role": "Witness"}]})");
    const auto text = answer("cluster-status");
    EXPECT_THAT(text, Not(HasSubstr("192.168.11.26        ")));
    EXPECT_THAT(text, HasSubstr("Standby priority host list:\n\t192.168.11.27\n"));
    EXPECT_THAT(text, EndsWith("\n\tNo primary database was found.\n"));
}

// S-12
TEST_F(FakeSamplesTest, FailedNodeOfVersion5) {
    set_scenario(R"({"efm_version": "5.0", "nodes": [{"address": "172.17.0.2", "role": "Primary"},
        {"address": "172.17.0.3", "role": "Standby"},
        {"address": "172.17.0.6", "role": "Standby", "agent": "DOWN"}]})");
    expect_in_order(answer("cluster-status"), sample("failed-node.txt"));
}

// S-17 V-01 V-04
TEST_F(FakeSamplesTest, JsonOfVersion3) {
    set_scenario(R"({"efm_version": "3.9", "vip": "10.4.0.227", "coordinator": "10.4.0.122",
        "allowed_nodes": ["10.4.0.122", "10.4.0.121", "10.4.0.12", "10.4.0.1"], "nodes": [
        {"address": "10.4.0.1", "role": "Standby", "replayed": "3079/64650BF8"},
        {"address": "10.4.0.12", "role": "Primary", "replayed": "3079/64650BF8"},
        {"address": "10.4.0.121", "role": "Witness"}]})");
    EXPECT_EQ(answer("cluster-status-json"), sample("captured.json"));
}

// S-23
TEST_F(FakeSamplesTest, NodeStatus) {
    set_scenario(R"({"nodes": [{"address": "172.16.144.130", "role": "Standby"}]})");
    EXPECT_EQ(answer("node-status-json"), sample("node-status.json"));
}

constexpr const char* sure =
    "The primary database will be shut down and a standby will be promoted. Are you sure you want to "
    "continue? "
    "[y/N]:";

// P-01 P-02 P-03
TEST_F(FakeSamplesTest, QuestionsAndAcceptanceOfAPromotion) {
    use_scenario("promotion-needs-force");
    std::vector<std::string> questions;
    const auto played =
        promote({Console::Answer::yes, Console::Answer::yes, Console::Answer::yes}, &questions);
    EXPECT_THAT(questions,
                testing::ElementsAre(sure, "Would you like to attempt to promote the standby anyway [y/N]:",
                                     "Forcing this promotion may result in data loss - are you sure you want "
                                     "to continue? This is the last prompt. [y/N]:"));
    EXPECT_THAT(played.output,
                EndsWith("Promote command accepted by local agent. Proceeding with promotion. Run the "
                         "'cluster-status' command for information about the new cluster state.\n"));
}

// P-01 P-04
TEST_F(FakeSamplesTest, QuestionAboutTheVirtualAddress) {
    use_scenario("primary-agent-gone");
    std::vector<std::string> questions;
    promote({Console::Answer::no}, &questions);
    EXPECT_THAT(questions,
                testing::ElementsAre(
                    "The primary agent is not present but the VIP is in use. Before proceeding, you should "
                    "ensure that the VIP is not in use by a node other than the standby node. Are you sure "
                    "you want to continue? [y/N]:"));
}

// P-02 P-05
TEST_F(FakeSamplesTest, AcceptanceOfASwitchover) {
    EXPECT_EQ(play({"promote", "efm", "-switchover"}).output,
              "Promote/switchover command accepted by local agent. Proceeding with promotion and will "
              "reconfigure original primary. Run the 'cluster-status' command for information about the new "
              "cluster state.\n");
}

// C-04
TEST_F(FakeSamplesTest, Refusals) {
    use_scenario("agent-not-running");
    EXPECT_EQ(play({"resume", "efm"}).errors, "Authorization file not found. Is the local agent running?\n");
    use_scenario("not-authorised");
    EXPECT_EQ(play({"resume", "efm"}).errors,
              "Not authorized to run this command. User 'postgres' is not a member of the `efm` group.\n");
}

// C-23 C-24
TEST_F(FakeSamplesTest, WhatStandsBetweenTheCallerAndEfm) {
    use_scenario("no-java");
    const auto played = play({"cluster-status", "efm"});
    EXPECT_THAT(lines_of(played.output),
                testing::ElementsAre(testing::MatchesRegex("/usr/bin/which: no java in \\(/.*\\)"),
                                     "Unable to find JRE in path."));
    EXPECT_EQ(played.errors, "");
    EXPECT_EQ(played.ended.exit_status, 1);
    use_scenario("wrong-sudo");
    EXPECT_EQ(play({"cluster-status", "efm"}).errors, "sudo: a password is required\n");
}

// C-16
TEST_F(FakeSamplesTest, EncryptAsksTwice) {
    RecordingConsole console;
    console.lines = {"secret", "secret"};
    EXPECT_THAT(play({"encrypt", "efm"}, console).output,
                testing::MatchesRegex("(.|\n)*The encrypted password is: [0-9a-f]{32}\n"
                                      "Please paste this into your efm.properties file\n"
                                      "db.password.encrypted=[0-9a-f]{32}\n"));
}

// C-17
TEST_F(FakeSamplesTest, EncryptWithoutItsVariable) {
    EXPECT_EQ(play({"encrypt", "efm", "--from-env"}).output, "EFMPASS password not found.\n");
}

// P-13: the types that another agent saw during a switchover, in the order of published logs.
TEST_F(FakeSamplesTest, TypesDuringASwitchover) {
    set_scenario(
        R"({"efm_version": "5.0", "clock": "stepped", "local_node": "10.0.0.4", "promotion_ms": 14000,
        "nodes": [{"address": "10.0.0.1", "role": "Primary"}, {"address": "10.0.0.2", "role": "Standby"},
                  {"address": "10.0.0.4", "role": "Witness"}]})");
    play({"promote", "efm", "-switchover"});
    std::vector<std::string> seen;
    for (int second = 0; second < 15; ++second) {
        const auto now = row("10.0.0.1").substr(0, row("10.0.0.1").find(' ')) + " " +
                         row("10.0.0.2").substr(0, row("10.0.0.2").find(' '));
        if (seen.empty() || seen.back() != now)
            seen.push_back(now);
        pass(1000);
    }
    EXPECT_THAT(seen, testing::ElementsAre("Primary Standby", "Idle Promoting", "Standby Promoting",
                                           "Standby Primary"));
}

}  // namespace
}  // namespace efm::fake
