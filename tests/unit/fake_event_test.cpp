// What each event does, as seen by efm, and what agents do by themselves after it.

#include "mocks/fake/event.h"

#include "tests/unit/fake_fixture.h"

namespace efm::fake {
namespace {

using testing::HasSubstr;
using testing::Not;

class FakeEventTest : public FakeTest {
  protected:
    FakeEventTest() { set_stepped(); }

    void set_stepped(const std::string& more_keys = {}) {
        set_healthy_with(R"(, "clock": "stepped")" + more_keys);
    }
    /// Two sites: the primary, a standby and a witness here, two standbys there.
    void set_five(const std::string& more_keys = {}) {
        set_scenario(R"({"clock": "stepped", "vip": "10.0.0.100", "nodes": [
            {"address": "a", "role": "Primary"}, {"address": "b", "role": "Standby"},
            {"address": "c", "role": "Standby"}, {"address": "d", "role": "Standby"},
            {"address": "w", "role": "Witness"}])" +
                     more_keys + "}");
    }
    void happens_to(const std::string& node, const std::string& name, const std::string& more_keys = {}) {
        happens(R"({"event": ")" + name + R"(", "node": ")" + node + "\"" + more_keys + "}");
    }
    std::string refusal(const std::string& json) {
        const auto before = shown_state();
        const auto played = event(json);
        EXPECT_EQ(played.ended.exit_status, fake_failed) << json;
        EXPECT_EQ(played.output, "");
        EXPECT_EQ(shown_state(), before) << json;
        return played.errors;
    }
    std::string row_on(const std::string& node, const std::string& address) {
        installation_.local_node = node;
        const auto cells = row(address);
        installation_.local_node.clear();
        return cells;
    }
    int health_on(const std::string& node) {
        return play_on(node, {"cluster-status", "efm"}).ended.exit_status;
    }
};

// E-01
TEST_F(FakeEventTest, StandbyDatabaseDiesBeforeItIsDeclared) {
    happens_to("10.0.0.2", "database_fails");
    EXPECT_EQ(row("10.0.0.2"), "Standby 10.0.0.2 UP 10.0.0.100") << "its agent has not made sure yet";
    EXPECT_THAT(status(),
                HasSubstr("\tUNKNOWN     10.0.0.2             UNKNOWN            UNKNOWN            "
                          "Connection to 10.0.0.2:5444 refused."));
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 1);
    pass(69'999);
    EXPECT_EQ(row("10.0.0.2"), "Standby 10.0.0.2 UP 10.0.0.100");
    pass(1);
    EXPECT_EQ(row("10.0.0.2"), "Standby 10.0.0.2 DOWN 10.0.0.100");
    happens_to("10.0.0.2", "database_starts");
    EXPECT_EQ(row("10.0.0.2"), "Standby 10.0.0.2 UP 10.0.0.100");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);
}

// E-01 E-03
TEST_F(FakeEventTest, PrimaryDatabaseDiesAndTheClusterFailsOver) {
    set_stepped(R"(, "promotion_ms": 10000, "wal_bytes_per_second": 1000)");
    happens_to("10.0.0.1", "database_fails");
    EXPECT_EQ(row("10.0.0.1"), "Primary 10.0.0.1 UP 10.0.0.100*");
    EXPECT_THAT(status(), HasSubstr("\tNo primary database was found.\n"));
    pass(70'000);
    EXPECT_EQ(row("10.0.0.1"), "Idle 10.0.0.1 UNKNOWN 10.0.0.100");
    EXPECT_EQ(row("10.0.0.2"), "Promoting 10.0.0.2 UP 10.0.0.100") << "nothing is left to be stopped";
    EXPECT_EQ(priority(), "10.0.0.3");
    pass(10'000);
    EXPECT_EQ(row("10.0.0.2"), "Primary 10.0.0.2 UP 10.0.0.100*");
    EXPECT_EQ(row("10.0.0.1"), "Idle 10.0.0.1 UNKNOWN 10.0.0.100");
    // As published notes of EFM 4.10 show it.
    happens_to("10.0.0.1", "database_starts");
    EXPECT_THAT(
        status(),
        HasSubstr("\t10.0.0.1                                0/5000148          DB is not in recovery.\n"));
    EXPECT_EQ(row("10.0.0.1"), "Idle 10.0.0.1 UNKNOWN 10.0.0.100");
    EXPECT_EQ(play_on("10.0.0.1", {"resume", "efm"}).ended.exit_status, 0);
    EXPECT_EQ(row("10.0.0.1"), "Standby 10.0.0.1 UP 10.0.0.100");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);
}

TEST_F(FakeEventTest, PrimaryDatabaseThatIsBackInTimeIsLeftAlone) {
    happens_to("10.0.0.1", "database_fails", R"(, "declared_after_ms": 1000)");
    pass(999);
    happens_to("10.0.0.1", "database_starts");
    pass(1'000'000);
    EXPECT_EQ(row("10.0.0.1"), "Primary 10.0.0.1 UP 10.0.0.100*");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);
}

// E-03
TEST_F(FakeEventTest, WithoutAutoFailoverNobodyIsPromoted) {
    set_stepped(R"(, "auto_failover": false, "failure_detection_ms": 500)");
    happens_to("10.0.0.1", "database_fails");
    pass(500);
    EXPECT_EQ(row("10.0.0.1"), "Idle 10.0.0.1 UNKNOWN 10.0.0.100");
    EXPECT_EQ(row("10.0.0.2"), "Standby 10.0.0.2 UP 10.0.0.100");
    pass(1'000'000);
    EXPECT_EQ(row("10.0.0.2"), "Standby 10.0.0.2 UP 10.0.0.100");
    EXPECT_EQ(promote({}).ended.exit_status, 0) << "by hand it goes";
    EXPECT_EQ(row("10.0.0.2"), "Primary 10.0.0.2 UP 10.0.0.100*");
}

// E-04
TEST_F(FakeEventTest, FailoverRespectsMinimumStandbysAndPriorityZero) {
    set_stepped(R"(, "minimum_standbys": 2)");
    happens_to("10.0.0.1", "node_fails");
    pass(50'000);
    EXPECT_EQ(row_on("10.0.0.2", "10.0.0.2"), "Standby 10.0.0.2 UP 10.0.0.100");
    set_stepped(R"(, "failover_priority": [])");
    happens_to("10.0.0.1", "node_fails");
    pass(50'000);
    EXPECT_EQ(row_on("10.0.0.2", "10.0.0.2"), "Standby 10.0.0.2 UP 10.0.0.100");
}

TEST_F(FakeEventTest, NothingFailsOverByItselfAtTheStart) {
    use_scenario("database-down");
    pass(10'000'000);
    EXPECT_THAT(status(), Not(HasSubstr("Idle")));
}

// E-02 E-03
TEST_F(FakeEventTest, NodeOfThePrimaryDies) {
    set_stepped(R"(, "efm_version": "5.0", "local_node": "10.0.0.4")");
    happens_to("10.0.0.1", "node_fails");
    EXPECT_EQ(row("10.0.0.1"), "DOWN 10.0.0.1 N/A 10.0.0.100");
    EXPECT_THAT(status(), HasSubstr("Membership coordinator: 10.0.0.2\n"));
    pass(49'999);
    EXPECT_EQ(row("10.0.0.2"), "Standby 10.0.0.2 UP 10.0.0.100");
    pass(1);
    EXPECT_EQ(row("10.0.0.2"), "Primary 10.0.0.2 UP 10.0.0.100*");
    EXPECT_EQ(play_on("10.0.0.1", {"cluster-status", "efm"}).errors,
              "Authorization file not found. Is the local agent running?\n");
    happens_to("10.0.0.1", "node_returns");
    EXPECT_EQ(row("10.0.0.1"), "Idle 10.0.0.1 UNKNOWN 10.0.0.100") << "its database may not start";
}

TEST_F(FakeEventTest, NodeOfThePrimaryIsBackInTime) {
    set_stepped(R"(, "local_node": "10.0.0.4")");
    happens_to("10.0.0.1", "node_fails");
    EXPECT_THAT(status(), Not(HasSubstr("\tPrimary")));
    happens_to("10.0.0.1", "node_returns");
    pass(1'000'000);
    EXPECT_EQ(row("10.0.0.1"), "Primary 10.0.0.1 UP 10.0.0.100*");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);
}

// E-05
TEST_F(FakeEventTest, AgentOfThePrimaryDies) {
    set_stepped(R"(, "local_node": "10.0.0.2")");
    happens_to("10.0.0.1", "agent_fails");
    pass(1'000'000);
    EXPECT_EQ(row("10.0.0.2"), "Standby 10.0.0.2 UP 10.0.0.100")
        << "the database runs: nothing to fail over from";
    std::vector<std::string> questions;
    promote({Console::Answer::no}, &questions);
    EXPECT_THAT(questions, testing::ElementsAre(HasSubstr("the VIP is in use")));
    happens_to("10.0.0.1", "agent_starts");
    EXPECT_EQ(row("10.0.0.1"), "Primary 10.0.0.1 UP 10.0.0.100*");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);

    happens_to("10.0.0.1", "agent_fails");
    promote();
    happens_to("10.0.0.1", "agent_starts");
    EXPECT_EQ(row("10.0.0.1"), "Idle 10.0.0.1 UNKNOWN 10.0.0.100") << "there is another primary now";
}

// S-14 E-06
TEST_F(FakeEventTest, AgentThatWasStoppedLeavesTheCluster) {
    set_stepped(R"(, "efm_version": "5.4")");
    happens_to("10.0.0.3", "agent_stops");
    EXPECT_THAT(status(), Not(HasSubstr("\tDOWN")));
    EXPECT_EQ(priority(), "10.0.0.2");
    EXPECT_THAT(allowed(), HasSubstr("10.0.0.3"));
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);
    happens_to("10.0.0.3", "agent_starts");
    EXPECT_EQ(priority(), "10.0.0.2 10.0.0.3");
    play({"disallow-node", "efm", "10.0.0.3"});
    happens_to("10.0.0.3", "agent_stops");
    EXPECT_THAT(refusal(R"({"event": "agent_starts", "node": "10.0.0.3"})"),
                HasSubstr("10.0.0.3 is not in the allowed node host list"));
}

TEST_F(FakeEventTest, AfterStopClusterTheFirstAgentMayStart) {
    play({"stop-cluster", "efm"});
    happens_to("10.0.0.1", "agent_starts");
    EXPECT_EQ(allowed(), "10.0.0.1");
    EXPECT_EQ(row("10.0.0.1"), "Primary 10.0.0.1 UP 10.0.0.100*");
    EXPECT_THAT(refusal(R"({"event": "agent_starts", "node": "10.0.0.2"})"),
                HasSubstr("allowed node host list"));
    play({"allow-node", "efm", "10.0.0.2"});
    happens_to("10.0.0.2", "agent_starts");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);
    play({"stop-cluster", "efm"});
    happens(R"({"event": "node_changes", "node": "10.0.0.1", "agent": "UP"})");
    EXPECT_EQ(allowed(), "10.0.0.1") << "whatever starts it";
}

// E-06
TEST_F(FakeEventTest, NodeJoinsWhenItIsAllowed) {
    const std::string joins =
        R"({"event": "node_joins", "node": {"address": "10.0.0.5", "role": "Standby"}})";
    EXPECT_THAT(refusal(joins), HasSubstr("10.0.0.5 is not in the allowed node host list"));
    play({"allow-node", "efm", "10.0.0.5"});
    happens(R"({"event": "wal_written", "bytes": 4096})");
    happens(joins);
    EXPECT_EQ(row("10.0.0.5"), "Standby 10.0.0.5 UP 10.0.0.100");
    EXPECT_EQ(priority(), "10.0.0.2 10.0.0.3 10.0.0.5");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0) << "in sync";
    EXPECT_THAT(refusal(joins), HasSubstr("event: node: expected a node that is not there yet"));
    play({"allow-node", "efm", "10.0.0.6"});
    EXPECT_THAT(refusal(R"({"event": "node_joins", "node": {"address": "10.0.0.6", "role": "Primary"}})"),
                HasSubstr("there is a primary already"));
}

// E-07
TEST_F(FakeEventTest, MinorityWithThePrimaryIsStoppedAndTheMajorityPromotes) {
    set_five();
    happens(R"({"event": "network_splits", "groups": [["a", "b"], ["c", "d", "w"]]})");
    EXPECT_EQ(row_on("a", "a"), "Primary a UP 10.0.0.100*");
    EXPECT_EQ(row_on("a", "c"), "") << "4.x: they vanish";
    EXPECT_EQ(row_on("c", "a"), "");
    installation_.local_node = "c";
    EXPECT_EQ(priority(), "c d");
    EXPECT_THAT(status(), HasSubstr("Membership coordinator: c\n"));
    EXPECT_THAT(status(), HasSubstr("\tNo primary database was found.\n"));
    installation_.local_node.clear();
    pass(50'000);
    EXPECT_EQ(row_on("a", "a"), "Idle a UNKNOWN 10.0.0.100");
    EXPECT_EQ(row_on("c", "c"), "Primary c UP 10.0.0.100*");
    EXPECT_EQ(row_on("w", "d"), "Standby d UP 10.0.0.100");
    EXPECT_EQ(row_on("b", "b"), "Standby b UP 10.0.0.100") << "the minority promotes nobody";

    happens(R"({"event": "wal_written", "bytes": 1000})");
    EXPECT_EQ(health_on("c"), 0) << "d follows";
    happens(R"({"event": "network_heals"})");
    EXPECT_EQ(row("a"), "Idle a UNKNOWN 10.0.0.100");
    EXPECT_THAT(status(), HasSubstr("Standby database(s) in sync with primary.")) << "b has caught up";
}

// E-07
TEST_F(FakeEventTest, SplitInEfm5ShowsTheOthersAsDown) {
    set_five(R"(, "efm_version": "5.4")");
    happens(R"({"event": "network_splits", "groups": [["a", "b"]]})");
    EXPECT_EQ(row_on("a", "d"), "DOWN d N/A 10.0.0.100") << "whom nobody names is a group of its own";
    EXPECT_EQ(row_on("d", "a"), "DOWN a N/A 10.0.0.100");
    EXPECT_EQ(health_on("a"), 1);
    happens(R"({"event": "network_heals"})");
    pass(1'000'000);
    EXPECT_EQ(row("a"), "Primary a UP 10.0.0.100*") << "healed in time";
    EXPECT_EQ(health_on("a"), 0);
}

TEST_F(FakeEventTest, MajorityKeepsItsPrimary) {
    set_five();
    happens(R"({"event": "network_splits", "groups": [["a", "b", "w"], ["c", "d"]]})");
    pass(1'000'000);
    EXPECT_EQ(row_on("a", "a"), "Primary a UP 10.0.0.100*");
    EXPECT_EQ(row_on("c", "c"), "Standby c UP 10.0.0.100");
    EXPECT_EQ(play_on("c", {"promote", "efm", "-switchover"}).errors,
              "A switchover needs a primary, and no primary was found.\n");
}

// E-08
TEST_F(FakeEventTest, HalfIsNeitherMajorityNorMinority) {
    happens(R"({"event": "network_splits", "groups": [["10.0.0.1", "10.0.0.2"], ["10.0.0.3", "10.0.0.4"]]})");
    pass(1'000'000);
    EXPECT_EQ(row_on("10.0.0.1", "10.0.0.1"), "Primary 10.0.0.1 UP 10.0.0.100*");
    EXPECT_EQ(row_on("10.0.0.3", "10.0.0.3"), "Standby 10.0.0.3 UP 10.0.0.100");
}

// E-09
TEST_F(FakeEventTest, TwoPrimariesUntilTheNetworkHeals) {
    set_five(R"(, "stop_isolated_primary": false, "failure_detection_ms": 1000)");
    happens(R"({"event": "network_splits", "groups": [["a", "b"], ["c", "d", "w"]]})");
    pass(1000);
    EXPECT_EQ(row_on("a", "a"), "Primary a UP 10.0.0.100*");
    EXPECT_EQ(row_on("c", "c"), "Primary c UP 10.0.0.100*");
    EXPECT_EQ(row_on("c", "a"), "");
    happens(R"({"event": "network_heals"})");
    EXPECT_EQ(row("a"), "Idle a UNKNOWN 10.0.0.100");
    EXPECT_EQ(row("c"), "Primary c UP 10.0.0.100*");
}

TEST_F(FakeEventTest, AnotherSplitMayBringTwoPrimariesTogether) {
    set_five(R"(, "stop_isolated_primary": false, "failure_detection_ms": 1000)");
    happens(R"({"event": "network_splits", "groups": [["a", "b"], ["c", "d", "w"]]})");
    pass(1000);
    happens(R"({"event": "network_splits", "groups": [["a", "c", "d"], ["b", "w"]]})");
    EXPECT_EQ(row_on("c", "c"), "Primary c UP 10.0.0.100*");
    EXPECT_EQ(row_on("c", "a"), "Idle a UNKNOWN 10.0.0.100");
}

TEST_F(FakeEventTest, HealingWhileTheMajorityPromotes) {
    set_five(R"(, "stop_isolated_primary": false, "failure_detection_ms": 1000, "promotion_ms": 1000)");
    happens(R"({"event": "network_splits", "groups": [["a", "b"], ["c", "d", "w"]]})");
    pass(1500);
    happens(R"({"event": "network_heals"})");
    EXPECT_EQ(row("a"), "Idle a UNKNOWN 10.0.0.100");
    pass(500);
    EXPECT_EQ(row("c"), "Primary c UP 10.0.0.100*");
    EXPECT_EQ(row("a"), "Idle a UNKNOWN 10.0.0.100");
}

// E-10
TEST_F(FakeEventTest, ResetMembersForgetsWhatIsBeyondTheSplit) {
    set_five(R"(, "efm_version": "5.4")");
    happens(R"({"event": "network_splits", "groups": [["a", "b", "w"], ["c", "d"]]})");
    EXPECT_EQ(play({"reset-members", "efm"}).ended.exit_status, 0);
    EXPECT_EQ(allowed(), "a b w");
    EXPECT_THAT(status(), Not(HasSubstr("DOWN")));
    EXPECT_EQ(health_on("a"), 0);
    EXPECT_EQ(row_on("c", "a"), "DOWN a N/A 10.0.0.100") << "the others have forgotten nobody";
    happens(R"({"event": "network_heals"})");
    EXPECT_EQ(allowed(), "a b w c d");
    EXPECT_EQ(row("c"), "Standby c UP 10.0.0.100");
}

TEST_F(FakeEventTest, StandbyLagsAndCatchesUp) {
    happens_to("10.0.0.2", "standby_lags");
    happens_to("10.0.0.3", "standby_lags", R"(, "receives": true, "replays": false)");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0) << "nothing was written yet";
    happens(R"({"event": "wal_written", "bytes": 16})");
    EXPECT_THAT(status(), HasSubstr("\tStandby     10.0.0.2             0/5000148          0/5000148"));
    EXPECT_THAT(status(), HasSubstr("\tStandby     10.0.0.3             0/5000158          0/5000148"));
    EXPECT_EQ(play({"promote", "efm", "-switchover"}).ended.exit_status, 1);
    happens_to("10.0.0.2", "standby_catches_up");
    happens_to("10.0.0.3", "standby_catches_up");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);
    EXPECT_THAT(refusal(R"({"event": "standby_lags", "node": "10.0.0.1"})"),
                HasSubstr("10.0.0.1 is no standby"));
}

TEST_F(FakeEventTest, TheRest) {
    happens(R"({"event": "vip_moves", "to": "10.0.0.2"})");
    EXPECT_EQ(row("10.0.0.2"), "Standby 10.0.0.2 UP 10.0.0.100*") << "seen on a real one";
    happens(R"({"event": "vip_moves", "to": ""})");
    EXPECT_THAT(status(), Not(HasSubstr("*")));
    happens(R"({"event": "message", "text": "The disk is full."})");
    EXPECT_THAT(status(), HasSubstr("\tThe disk is full.\n"));
    happens(R"({"event": "messages_cleared"})");
    EXPECT_THAT(status(), Not(HasSubstr("The disk is full.")));
    happens(R"({"event": "minimum_standbys", "number": 2})");
    EXPECT_THAT(status_json(), HasSubstr("\"minimumstandbys\":2"));
    happens(R"({"event": "node_changes", "node": "10.0.0.3", "database": "DOWN", "info": "FATAL: no"})");
    EXPECT_EQ(row("10.0.0.3"), "Standby 10.0.0.3 DOWN 10.0.0.100");
    EXPECT_THAT(status(), HasSubstr("FATAL: no\n"));
    happens(R"({"event": "node_changes", "node": "10.0.0.2", "role": "Idle"})");
    EXPECT_EQ(row("10.0.0.2"), "Idle 10.0.0.2 UNKNOWN 10.0.0.100");
    EXPECT_EQ(priority(), "10.0.0.3");
    EXPECT_THAT(refusal(R"({"event": "node_changes", "node": "10.0.0.2", "role": "Primary"})"),
                HasSubstr("there is a primary already"));
}

TEST_F(FakeEventTest, MistakesAreToldWithTheirKey) {
    const auto mistake = [&](const std::string& json) {
        const auto text = refusal(json);
        EXPECT_THAT(text, testing::StartsWith("mock-efm: event: ")) << json;
        return text;
    };
    EXPECT_THAT(mistake("{"), HasSubstr("expected a JSON object"));
    EXPECT_THAT(mistake("[]"), HasSubstr("expected a JSON object"));
    EXPECT_THAT(mistake("{}"), HasSubstr("event: event: expected one of advance_clock, "));
    EXPECT_THAT(mistake(R"({"event": "advance_clock"})"),
                HasSubstr("ms: expected milliseconds, it is missing"));
    EXPECT_THAT(mistake(R"({"event": "advance_clock", "ms": -1})"), HasSubstr("ms: expected a whole number"));
    EXPECT_THAT(mistake(R"({"event": "advance_clock", "ms": 1, "ms": 2})"),
                HasSubstr("ms: expected this key once"));
    EXPECT_THAT(mistake(R"({"event": "agent_fails", "node": "10.0.0.1", "at_ms": 4})"),
                HasSubstr("at_ms: unknown key"));
    EXPECT_THAT(mistake(R"({"event": "network_splits", "groups": [["10.0.0.1"], ["10.0.0.1"]]})"),
                HasSubstr("groups[1]: expected each address once"));
    EXPECT_THAT(mistake(R"({"event": "network_splits", "groups": [["nobody"]]})"),
                HasSubstr("groups[0]: expected addresses of nodes"));
    EXPECT_THAT(mistake(R"({"event": "network_splits", "groups": "all"})"),
                HasSubstr("groups: expected an array of arrays of strings"));
    EXPECT_THAT(mistake(R"({"event": "vip_moves"})"), HasSubstr("to: expected the address of a node"));
    EXPECT_THAT(mistake(R"({"event": "node_joins"})"), HasSubstr("node: expected an object"));
    EXPECT_THAT(mistake(R"({"event": "node_joins", "node": {"address": "x", "role": "King"}})"),
                HasSubstr("node.role: expected one of Primary"));
}

// All that are listed are read, and told in the README.
TEST_F(FakeEventTest, EveryOneIsDocumented) {
    const auto readme = read(std::string{EFM_SCENARIOS} + "/../README.md");
    for (const auto& rule : all_events()) {
        EXPECT_NE(readme.find("| `" + std::string{rule.name} + "` |"), std::string::npos) << rule.name;
        EXPECT_FALSE(rule.meaning.empty());
    }
}

}  // namespace
}  // namespace efm::fake
