// What the management commands do to the cluster, and how they are refused.

#include "tests/unit/fake_fixture.h"

namespace efm::fake {
namespace {

using testing::HasSubstr;

class FakeCommandsTest : public FakeTest {
  protected:
    void expect_done(const std::vector<std::string>& words) {
        const auto played = play(words);
        EXPECT_EQ(played.ended.exit_status, 0) << played.errors;
        EXPECT_EQ(played.output, words.front() + " signal sent to local agent.\n");
        EXPECT_EQ(played.errors, "");
    }
    void expect_refused(const std::vector<std::string>& words, const std::string& text) {
        const auto before = read(installation_.state_file);
        const auto played = play(words);
        EXPECT_EQ(played.ended.exit_status, 1);
        EXPECT_EQ(played.output, "");
        EXPECT_EQ(played.errors, text + "\n");
        EXPECT_EQ(read(installation_.state_file), before);
    }
};

// C-07 C-08
TEST_F(FakeCommandsTest, AllowNode) {
    expect_done({"allow-node", "efm", "10.0.0.9"});
    EXPECT_EQ(allowed(), "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.9");
    expect_done({"allow-node", "efm", "10.0.0.9"});
    EXPECT_EQ(allowed(), "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.9") << "once only";
    expect_done({"allow-node", "efm", "db5.example.com"});
    status();
    expect_refused({"allow-node", "efm", "10.0.0"}, "Invalid address: 10.0.0");
}

// C-09
TEST_F(FakeCommandsTest, DisallowNodeLeavesARunningAgentAlone) {
    expect_done({"disallow-node", "efm", "10.0.0.3"});
    EXPECT_EQ(allowed(), "10.0.0.1 10.0.0.2 10.0.0.4");
    EXPECT_EQ(row("10.0.0.3"), "Standby 10.0.0.3 UP 10.0.0.100");
}

// C-09 E-10
TEST_F(FakeCommandsTest, BeyondASplitTheAllowedListIsLeftAlone) {
    set_healthy_with(
        R"(, "clock": "stepped", "efm_version": "5.0", "auto_failover": false, "stop_isolated_primary": false)");
    happens(R"({"event": "network_splits", "groups": [["10.0.0.1", "10.0.0.2"], ["10.0.0.3", "10.0.0.4"]]})");
    const auto seen_from = [&](const std::string& node) {
        return play_on(node, {"cluster-status-json", "efm"}).output;
    };
    for (const std::string time : {"first", "second"}) {
        expect_done({"reset-members", "efm"});
        EXPECT_THAT(seen_from("10.0.0.1"), HasSubstr(R"("allowednodes":["10.0.0.1","10.0.0.2"])")) << time;
        EXPECT_EQ(row("10.0.0.3"), "") << time;
    }
    EXPECT_THAT(seen_from("10.0.0.3"),
                testing::ContainsRegex(R"("allowednodes":\[[^]]*"10.0.0.3","10.0.0.4")"));
    expect_done({"stop-cluster", "efm"});
    EXPECT_THAT(seen_from("10.0.0.3"), HasSubstr(R"("allowednodes":["10.0.0.3","10.0.0.4"])"));
}

// C-09
TEST_F(FakeCommandsTest, ASplitThatHealsAllowsNobody) {
    expect_done({"disallow-node", "efm", "10.0.0.3"});
    happens(R"({"event": "network_splits", "groups": [["10.0.0.3"]]})");
    happens(R"({"event": "network_heals"})");
    EXPECT_EQ(allowed(), "10.0.0.1 10.0.0.2 10.0.0.4");
}

// C-10 C-11
TEST_F(FakeCommandsTest, SetPriorityOneIsFirstAndZeroIsNever) {
    EXPECT_EQ(priority(), "10.0.0.2 10.0.0.3");
    expect_done({"set-priority", "efm", "10.0.0.3", "1"});
    EXPECT_EQ(priority(), "10.0.0.3 10.0.0.2");
    expect_done({"set-priority", "efm", "10.0.0.3", "7"});
    EXPECT_EQ(priority(), "10.0.0.2 10.0.0.3");
    expect_done({"set-priority", "efm", "10.0.0.2", "0"});
    EXPECT_EQ(priority(), "10.0.0.3");
    EXPECT_EQ(row("10.0.0.2"), "Standby 10.0.0.2 UP 10.0.0.100");
    expect_done({"set-priority", "efm", "10.0.0.3", "0"});
    EXPECT_EQ(priority(), "(List is empty.)");
    expect_done({"set-priority", "efm", "10.0.0.2", "1"});
    EXPECT_EQ(priority(), "10.0.0.2");
}

// C-11
TEST_F(FakeCommandsTest, SetPriorityIsForStandbys) {
    status();
    expect_refused({"set-priority", "efm", "10.0.0.1", "1"},
                   "Node 10.0.0.1 is not a standby of this cluster.");
    expect_refused({"set-priority", "efm", "10.0.0.4", "1"},
                   "Node 10.0.0.4 is not a standby of this cluster.");
    expect_refused({"set-priority", "efm", "10.0.0.9", "1"},
                   "Node 10.0.0.9 is not a standby of this cluster.");
    expect_refused({"set-priority", "efm", "10.0.0.2", "-1"}, "Invalid priority: -1");
    expect_refused({"set-priority", "efm", "10.0.0.2", "1st"}, "Invalid priority: 1st");
}

// C-12 S-14
TEST_F(FakeCommandsTest, StopClusterStopsEveryAgentAndEmptiesTheAllowedList) {
    expect_done({"stop-cluster", "efm"});
    const auto state = read(installation_.state_file);
    EXPECT_THAT(state, HasSubstr(R"("allowed_nodes":[])"));
    for (const std::string subcommand :
         {"cluster-status", "cluster-status-json", "node-status-json", "promote", "resume"})
        expect_refused({subcommand, "efm"}, "Authorization file not found. Is the local agent running?");
    expect_refused({"allow-node", "efm", "10.0.0.9"},
                   "Authorization file not found. Is the local agent running?");
    for (const std::string node : {"10.0.0.2", "10.0.0.4"})
        EXPECT_EQ(play_on(node, {"cluster-status", "efm"}).ended.exit_status, 1);
}

// C-25
TEST_F(FakeCommandsTest, StopClusterMayBeDisabled) {
    set_healthy_with(R"(, "enable_stop_cluster": false)");
    const auto before = status();
    expect_refused({"stop-cluster", "efm"}, "The stop-cluster command is disabled.");
    EXPECT_EQ(status(), before);
}

// C-13
TEST_F(FakeCommandsTest, ResetMembersForgetsFailedNodes) {
    use_scenario("efm-5");
    expect_done({"allow-node", "efm", "10.0.0.9"});
    EXPECT_EQ(row("10.0.0.3"), "DOWN 10.0.0.3 N/A 10.0.0.100");
    expect_done({"reset-members", "efm"});
    EXPECT_EQ(allowed(), "10.0.0.1 10.0.0.2 10.0.0.4");
    EXPECT_EQ(priority(), "10.0.0.2");
    EXPECT_THAT(status(), testing::Not(HasSubstr("10.0.0.3")));
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);
}

// C-14 C-15
TEST_F(FakeCommandsTest, ResumeWakesAnIdleNodeAsAStandby) {
    set_scenario(R"({"local_node": "10.0.0.2", "nodes": [{"address": "10.0.0.1", "role": "Primary"},
                    {"address": "10.0.0.2", "role": "Idle"}]})");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 1);
    expect_done({"resume", "efm"});
    EXPECT_EQ(row("10.0.0.2"), "Standby 10.0.0.2 UP ");
    EXPECT_EQ(priority(), "10.0.0.2");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);
    expect_refused({"resume", "efm"}, "The local agent is not idle.");
}

// C-15
TEST_F(FakeCommandsTest, ResumeWithoutAPrimaryMakesOne) {
    set_scenario(
        R"({"local_node": "10.0.0.1", "vip": "10.0.0.100", "nodes": [{"address": "10.0.0.1", "role": "Idle"},
                    {"address": "10.0.0.2", "role": "Standby"}]})");
    expect_done({"resume", "efm"});
    EXPECT_EQ(row("10.0.0.1"), "Primary 10.0.0.1 UP 10.0.0.100*");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);
}

// C-10 C-15
TEST_F(FakeCommandsTest, WhoIsNeverPromotedIsNotListedWhenItComesBack) {
    const auto comes_back = [&](const std::string& node) {
        happens(R"({"event": "node_changes", "role": "Idle", "node": ")" + node + "\"}");
        EXPECT_EQ(play_on(node, {"resume", "efm"}).ended.exit_status, 0);
    };
    expect_done({"set-priority", "efm", "10.0.0.2", "0"});
    comes_back("10.0.0.2");
    EXPECT_EQ(row("10.0.0.2"), "Standby 10.0.0.2 UP 10.0.0.100");
    EXPECT_EQ(priority(), "10.0.0.3");

    set_healthy_with(R"(, "failover_priority": ["10.0.0.3"])");
    comes_back("10.0.0.2");
    EXPECT_EQ(priority(), "10.0.0.3");
    comes_back("10.0.0.3");
    EXPECT_EQ(priority(), "10.0.0.3") << "who may be promoted is listed again";
    expect_done({"set-priority", "efm", "10.0.0.2", "1"});
    EXPECT_EQ(priority(), "10.0.0.2 10.0.0.3");
    comes_back("10.0.0.2");
    EXPECT_EQ(priority(), "10.0.0.3 10.0.0.2");
}

// C-10 P-17
TEST_F(FakeCommandsTest, PriorityZeroDuringAPromotionOutlivesItsFailure) {
    set_healthy_with(R"(, "clock": "stepped", "promotion_ms": 10000, "promotion_outcome": "fails")");
    EXPECT_EQ(promote().ended.exit_status, 0);
    expect_done({"set-priority", "efm", "10.0.0.2", "0"});
    pass(20000);
    EXPECT_THAT(status(), HasSubstr("Could not promote standby"));
    EXPECT_EQ(priority(), "10.0.0.3");
}

// C-04 C-05
TEST_F(FakeCommandsTest, AgentNotRunning) {
    set_healthy_with(R"(, "agent_running": false)");
    for (const std::string subcommand :
         {"cluster-status", "cluster-status-json", "node-status-json", "promote"}) {
        const auto played = play({subcommand, "efm"});
        EXPECT_EQ(played.ended.exit_status, 1);
        EXPECT_EQ(played.output, "");
        EXPECT_EQ(played.errors, "Authorization file not found. Is the local agent running?\n");
    }
}

// C-03 C-04
TEST_F(FakeCommandsTest, OutsideTheGroupOnlyTheStatusCommandsAnswer) {
    set_healthy_with(R"(, "authorized": false, "os_user": "alice")");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);
    EXPECT_EQ(play({"node-status-json", "efm"}).ended.exit_status, 0);
    const std::string refusal =
        "Not authorized to run this command. User 'alice' is not a member of the `efm` group.";
    expect_refused({"allow-node", "efm", "10.0.0.9"}, refusal);
    expect_refused({"disallow-node", "efm", "10.0.0.9"}, refusal);
    expect_refused({"set-priority", "efm", "10.0.0.2", "1"}, refusal);
    for (const std::string subcommand : {"promote", "resume", "stop-cluster", "reset-members"})
        expect_refused({subcommand, "efm"}, refusal);
}

// C-03
TEST_F(FakeCommandsTest, UpgradeConfIsForRootUnlessTheFilesAreNotEfms) {
    const std::string refusal = "Not authorized to run this command. User 'postgres' is not root.";
    status();
    expect_refused({"upgrade-conf", "efm"}, refusal);
    expect_refused({"upgrade-conf", "efm", "-source", "/etc/edb/efm-4.7"}, refusal);
    const auto own = play({"upgrade-conf", "efm", "-source", "/home/alice/efm"});
    EXPECT_EQ(own.ended.exit_status, 0);
    EXPECT_THAT(own.output, testing::EndsWith("Upgrade of files is finished.\n"));
    set_healthy_with(R"(, "os_user": "root")");
    EXPECT_EQ(play({"upgrade-conf", "efm"}).ended.exit_status, 0);
}

// C-02 C-22 V-08
TEST_F(FakeCommandsTest, OtherClustersHaveNoPropertiesFile) {
    set_healthy_with(R"(, "cluster": "acctg", "efm_version": "4.10")");
    EXPECT_EQ(play({"cluster-status", "acctg"}).ended.exit_status, 0);
    EXPECT_EQ(play({"cluster-status", "/home/efm/acctg.properties"}).ended.exit_status, 0);
    expect_refused({"cluster-status", "sales"},
                   "The properties file /etc/edb/efm-4.10/sales.properties was not found.");
}

// C-01 C-22
TEST_F(FakeCommandsTest, WordsAreCounted) {
    status();
    expect_refused({"allow-node", "efm"}, "Usage: efm allow-node <cluster_name> <address>");
    expect_refused({"allow-node", "efm", "10.0.0.2", "1"}, "Usage: efm allow-node <cluster_name> <address>");
    expect_refused({"cluster-status"}, "Usage: efm cluster-status <cluster_name>");
    expect_refused({"cluster-status", "efm", "-x"}, "Usage: efm cluster-status <cluster_name>");
    expect_refused(
        {"promote", "efm", "-fast"},
        "Usage: efm promote <cluster_name> [-switchover [-sourcenode <address>] [-quiet] [-noscripts]]");
    expect_refused({"decrypt", "efm"}, "'decrypt' is not a command of efm. See efm --help.");
    expect_refused({}, "'' is not a command of efm. See efm --help.");
}

// V-07 C-20
TEST_F(FakeCommandsTest, CommandsComeWithTheirVersion) {
    set_healthy_with(R"(, "efm_version": "4.7")");
    status();
    expect_refused({"reset-members", "efm"}, "'reset-members' is not a command of efm. See efm --help.");
    expect_refused({"create-standby", "efm"}, "'create-standby' is not a command of efm. See efm --help.");
    set_healthy_with(R"(, "efm_version": "5.1")");
    const auto played = play({"create-standby", "efm"});
    EXPECT_EQ(played.ended.exit_status, fake_failed) << "what is not faked is said loudly";
    EXPECT_THAT(played.errors, HasSubstr("not faked"));
}

// C-22
TEST_F(FakeCommandsTest, HelpListsTheCommands) {
    const auto played = play({"--help"});
    EXPECT_EQ(played.ended.exit_status, 0);
    EXPECT_THAT(played.output, HasSubstr("efm set-priority <cluster_name> <address> <priority>\n"));
}

// C-16 C-18
TEST_F(FakeCommandsTest, EncryptAsksTwice) {
    RecordingConsole console;
    console.lines = {"secret", "secret"};
    const auto played = play({"encrypt", "acctg"}, console);
    EXPECT_EQ(played.ended.exit_status, 0);
    EXPECT_THAT(played.output,
                testing::MatchesRegex("This utility will generate an encrypted password for you to place in\n"
                                      " your Failover Manager cluster property file:\n"
                                      "/etc/edb/efm-4\\.9/acctg\\.properties\n"
                                      "Please enter the password and hit enter:\n"
                                      "Please enter the password again to confirm:\n"
                                      "The encrypted password is: [0-9a-f]{32}\n"
                                      "Please paste this into your acctg\\.properties file\n"
                                      "db\\.password\\.encrypted=[0-9a-f]{32}\n"));
    console.lines = {"secret", "Secret"};
    EXPECT_EQ(play({"encrypt", "acctg"}, console).ended.exit_status, 1);
    EXPECT_EQ(play({"encrypt", "acctg"}).ended.exit_status, 1) << "nobody is there to type";
}

// C-16 C-17
TEST_F(FakeCommandsTest, EncryptFromTheEnvironment) {
    RecordingConsole console;
    console.password = "1safepassword";
    const auto played = play({"encrypt", "acctg", "--from-env"}, console);
    EXPECT_EQ(played.ended.exit_status, 0);
    EXPECT_THAT(played.output, testing::MatchesRegex("[0-9a-f]{32}\n"));
    RecordingConsole other;
    other.password = "1safepassword";
    EXPECT_NE(play({"encrypt", "sales", "--from-env"}, other).output, played.output)
        << "the name is part of it";

    const auto missing = play({"encrypt", "acctg", "--from-env"});
    EXPECT_EQ(missing.output, "EFMPASS password not found.\n");
    EXPECT_EQ(missing.ended.exit_status, 1);
}

// C-19
TEST_F(FakeCommandsTest, UpgradeConfAsDocumented) {
    set_healthy_with(R"(, "efm_version": "5.4", "os_user": "root")");
    EXPECT_EQ(play({"upgrade-conf", "efm"}).output,
              "Checking directory /etc/edb/efm-5.3\n"
              "Processing efm.properties file\n"
              "\n"
              "The following properties were added in addition to those in previous installed version:\n"
              "\tscript.db.password\n"
              "\tscript.db.password.retry\n"
              "\tscript.db.password.encrypted\n"
              "\tprimary.health.check.port\n"
              "\n"
              "Checking directory /etc/edb/efm-5.3\n"
              "Processing efm.nodes file\n"
              "\n"
              "Upgrade of files is finished. The owner and group for properties and nodes files have been "
              "set as 'efm'.\n");
}

}  // namespace
}  // namespace efm::fake
