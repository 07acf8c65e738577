// What no document tells: each open point with its usual answer and with the others. The ids are those of the
// rows in mocks/README.md whose behaviour another answer replaces.

#include "tests/unit/fake_fixture.h"

namespace efm::fake {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class FakeOpenPointsTest : public FakeTest {
  protected:
    void set_points(const std::string& points, const std::string& more_keys = "") {
        set_healthy_with(", \"open_points\": {" + points + "}" + more_keys);
    }
    /// A cluster of version 5 where all that is shown oddly is shown.
    void set_unwell(const std::string& points) {
        set_scenario(R"({"efm_version": "5.0", "vip": "10.0.0.100", "open_points": {)" + points +
                     R"(}, "nodes": [
            {"address": "10.0.0.1", "role": "Idle"},
            {"address": "10.0.0.2", "role": "Promoting"},
            {"address": "10.0.0.3", "role": "Standby", "agent": "DOWN"},
            {"address": "10.0.0.4", "role": "Primary", "database": "DOWN"}]})");
    }
    Played refused() { return play({"set-priority", "efm", "10.0.0.1", "1"}); }
};

// V-02 V-03 V-04
TEST_F(FakeOpenPointsTest, AgentColumnAndKey) {
    set_points(R"("agent_column": "yes", "agent_key": "yes")");
    EXPECT_THAT(status(), HasSubstr("\tAgent Type  Address              Agent  DB       VIP\n"));
    EXPECT_THAT(status_json(), HasSubstr(R"({"type":"Primary","agent":"UP","db":"UP",)"));
    set_points(R"("agent_column": "no", "agent_key": "no")", R"(, "efm_version": "3.10")");
    EXPECT_THAT(status(), HasSubstr("\tAgent Type  Address              DB       VIP\n"));
    EXPECT_THAT(status_json(), Not(HasSubstr("agent")));
}

// V-06 S-09
TEST_F(FakeOpenPointsTest, WordsOfTheConclusion) {
    set_points(R"("conclusion_word": "primary")", R"(, "efm_version": "3.10")");
    EXPECT_THAT(status(), EndsWith("\tStandby database(s) in sync with primary. It is safe to promote.\n"));
    set_points(R"("conclusion_word": "master")");
    EXPECT_THAT(status(), EndsWith("\tStandby database(s) in sync with master. It is safe to promote.\n"));
    set_points(R"("out_of_sync_sentence": "Behind.")");
    happens(R"({"event": "standby_lags", "node": "10.0.0.2"})");
    happens(R"({"event": "wal_written", "bytes": 1000})");
    EXPECT_THAT(status(), EndsWith("\n\tBehind.\n"));
}

// S-13 S-20
TEST_F(FakeOpenPointsTest, NodesThatAreNotWell) {
    set_unwell("");
    EXPECT_EQ(row("10.0.0.1"), "Idle 10.0.0.1 UNKNOWN 10.0.0.100");
    EXPECT_EQ(row("10.0.0.3"), "DOWN 10.0.0.3 N/A 10.0.0.100");
    EXPECT_EQ(row("10.0.0.4"), "Primary 10.0.0.4 DOWN 10.0.0.100");
    EXPECT_THAT(status_json(), HasSubstr(R"("lsn":"UNKNOWN")"));
    EXPECT_THAT(status_json(), HasSubstr(R"("10.0.0.2":{"type":"Promoting","db":"UP","vip":"10.0.0.100",)"
                                         R"("vip_active":false,"lsnReceive")"));
    set_unwell(R"("failed_node_vip": "blank", "database_down": "UNKNOWN", "idle_database": "UP",
                  "unknown_location_in_json": "empty", "promoting_in_json": "no_locations")");
    EXPECT_EQ(row("10.0.0.1"), "Idle 10.0.0.1 UP 10.0.0.100");
    EXPECT_EQ(row("10.0.0.3"), "DOWN 10.0.0.3 N/A ");
    EXPECT_EQ(row("10.0.0.4"), "Primary 10.0.0.4 UNKNOWN 10.0.0.100");
    EXPECT_THAT(status_json(), Not(HasSubstr(R"("lsn":"UNKNOWN")")));
    EXPECT_THAT(status_json(), HasSubstr(R"("lsnReceive":"","lsn":"","lsnInfo":"Connection)"));
    EXPECT_THAT(status_json(), HasSubstr(R"("10.0.0.2":{"type":"Promoting","db":"UP","vip":"10.0.0.100",)"
                                         R"("vip_active":false})"));
}

// S-12 S-22
TEST_F(FakeOpenPointsTest, FailedNodesInTheJson) {
    const auto json_with = [&](const std::string& choice) {
        set_unwell(R"("failed_nodes_in_json": ")" + choice + "\"");
        return status_json();
    };
    EXPECT_THAT(json_with("type"),
                testing::AllOf(HasSubstr(R"({"type":"DOWN")"), HasSubstr(R"("missingnodes":[])")));
    EXPECT_THAT(json_with("missingnodes"), testing::AllOf(Not(HasSubstr(R"({"type":"DOWN")")),
                                                          HasSubstr(R"("missingnodes":["10.0.0.3"])")));
    EXPECT_THAT(json_with("both"),
                testing::AllOf(HasSubstr(R"({"type":"DOWN")"), HasSubstr(R"("missingnodes":["10.0.0.3"])")));
}

// S-19 S-21
TEST_F(FakeOpenPointsTest, OtherKeysOfTheJson) {
    const auto received_with = [&](const std::string& choice) {
        set_points(R"("primary_received": ")" + choice + "\"");
        const auto json = status_json();
        const auto at = json.find(R"("vip_active":true,)") + 18;
        return json.substr(at, json.find("\"xlog\"") - at);
    };
    EXPECT_EQ(received_with("repeated"), R"("xlogReceive":"0\/5000148",)");
    EXPECT_EQ(received_with("empty"), R"("xlogReceive":"",)");
    EXPECT_EQ(received_with("UNKNOWN"), R"("xlogReceive":"UNKNOWN",)");
    EXPECT_EQ(received_with("missing"), "");
    set_unwell("");
    EXPECT_THAT(status_json(), HasSubstr(R"("failoverpriority":[],)"));
    EXPECT_THAT(status_json(), HasSubstr(R"("messages":["No primary database was found."])"));
    set_unwell(R"("empty_priority_in_json": "missing", "messages_in_json": "none")");
    EXPECT_THAT(status_json(), Not(HasSubstr("failoverpriority")));
    EXPECT_THAT(status_json(), HasSubstr(R"("messages":[])"));
}

// C-06 C-07
TEST_F(FakeOpenPointsTest, WhereAndHowACommandRefuses) {
    const std::string text = "Node 10.0.0.1 is not a standby of this cluster.\n";
    EXPECT_EQ(refused().errors, text);
    EXPECT_EQ(refused().ended.exit_status, 1);
    set_points(R"("messages_on": "output", "failure_exit_status": 5, "success_lines": "none")");
    EXPECT_EQ(refused().output, text);
    EXPECT_EQ(refused().errors, "");
    EXPECT_EQ(refused().ended.exit_status, 5);
    const auto done = play({"set-priority", "efm", "10.0.0.3", "1"});
    EXPECT_EQ(done.output + done.errors, "");
    EXPECT_EQ(priority(), "10.0.0.3 10.0.0.2");
}

// S-24 S-25
TEST_F(FakeOpenPointsTest, ExitStatusOfAReport) {
    set_points(R"("unhealthy_exit_status": 3)", R"(, "missing_nodes": ["10.0.0.9"])");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 3);
    EXPECT_EQ(play({"cluster-status-json", "efm"}).ended.exit_status, 3);
    EXPECT_EQ(play({"node-status-json", "efm"}).ended.exit_status, 0);
    set_points(R"("missing_nodes_unhealthy": false)", R"(, "missing_nodes": ["10.0.0.9"])");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);
}

// C-05
TEST_F(FakeOpenPointsTest, StatusWithoutAnAgent) {
    const auto answer_with = [&](const std::string& choice) {
        set_points(R"("status_without_agent": ")" + choice + "\"", R"(, "agent_running": false)");
        const auto played = play({"cluster-status-json", "efm"});
        EXPECT_EQ(played.ended.exit_status, 1);
        EXPECT_THAT(play({"resume", "efm"}).errors, StartsWith("Authorization file not found."));
        return played.output + "|" + played.errors;
    };
    EXPECT_EQ(answer_with("authorization_message"),
              "|Authorization file not found. Is the local agent running?\n");
    EXPECT_EQ(answer_with("nothing"), "|");
    EXPECT_EQ(answer_with("other_text"), "Unable to connect to the local agent.\n|");
    EXPECT_EQ(answer_with("json_without_nodes"),
              "{\"messages\":[\"Unable to connect to the local agent.\"]}\n|");
}

// C-03 C-22
TEST_F(FakeOpenPointsTest, WhoMayAskForTheStatusAndHow) {
    set_points("", R"(, "authorized": false)");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);
    set_points(R"("status_needs_privilege": true)", R"(, "authorized": false)");
    EXPECT_THAT(play({"cluster-status", "efm"}).errors, StartsWith("Not authorized"));
    EXPECT_EQ(play({"cluster-status-json", "efm"}).output, "");

    set_points("");
    EXPECT_EQ(play({"cluster-status", "efm", "more"}).errors, "Usage: efm cluster-status <cluster_name>\n");
    EXPECT_EQ(play({"--version"}).ended.exit_status, 1);
    set_points(R"("extra_parameters": "ignored", "version_option": "printed")");
    EXPECT_THAT(play({"cluster-status", "efm", "more"}).output, StartsWith("Cluster Status: efm\n"));
    EXPECT_EQ(play({"--version"}).output, "EFM 4.9\n");
}

// P-05 P-06 P-09
TEST_F(FakeOpenPointsTest, Questions) {
    EXPECT_EQ(promote({}).ended.exit_status, 1) << "the end of the input";
    set_points(R"("end_of_file_at_question": "yes", "questions_on": "errors")");
    const auto played = promote({});
    EXPECT_THAT(played.errors, EndsWith("[y/N]:"));
    EXPECT_THAT(played.output, StartsWith("Promote command accepted"));

    set_points(R"("switchover_asks": true)");
    RecordingConsole console;
    console.answers = {Console::Answer::no};
    EXPECT_EQ(play({"promote", "efm", "-switchover"}, console).ended.exit_status, 1);
    EXPECT_EQ(console.questions.size(), 1U);

    use_scenario("lagging-standby");
    EXPECT_THAT(play({"promote", "efm", "-switchover"}).errors, StartsWith("The standby databases are not"));
    set_scenario(R"({"open_points": {"switchover_out_of_sync": "asks"}, "nodes": [
        {"address": "10.0.0.1", "role": "Primary", "replayed": "0/7000060"},
        {"address": "10.0.0.2", "role": "Standby", "replayed": "0/6A00028"}]})");
    RecordingConsole other;
    other.answers = {Console::Answer::yes, Console::Answer::yes};
    EXPECT_THAT(play({"promote", "efm", "-switchover"}, other).output,
                HasSubstr("switchover command accepted"));
    EXPECT_EQ(other.questions.size(), 2U);
}

// P-09
TEST_F(FakeOpenPointsTest, OneStandbyInSyncMayBeEnoughForASwitchover) {
    const auto switch_over = [&](const std::string& priority, const std::string& more = "") {
        set_scenario(R"({"open_points": {"switchover_out_of_sync": "one_is_enough"}, "nodes": [
            {"address": "10.0.0.1", "role": "Primary", "replayed": "0/7000060"},
            {"address": "10.0.0.2", "role": "Standby", "received": "0/7000060", "replayed": "0/6A00028"},
            {"address": "10.0.0.3", "role": "Standby", "replayed": "0/7000060"}],
            "failover_priority": )" +
                     priority + more + "}");
        RecordingConsole console;
        const auto played = play({"promote", "efm", "-switchover"}, console);
        EXPECT_THAT(console.questions, testing::IsEmpty());
        return played;
    };
    const auto accepted = switch_over(R"(["10.0.0.2", "10.0.0.3"])");
    EXPECT_THAT(accepted.output, StartsWith("Promote/switchover command accepted"));
    EXPECT_THAT(row("10.0.0.3"), StartsWith("Primary"));
    for (const auto& refused :
         {switch_over(R"(["10.0.0.2"])"),
          switch_over(R"(["10.0.0.2", "10.0.0.3"])", R"(, "use_replay_tiebreaker": false)")})
        EXPECT_THAT(refused.errors, StartsWith("The standby databases are not in sync"));
}

// S-27
TEST_F(FakeOpenPointsTest, InfoIsEmptyBefore410WhenNoDatabaseAnswers) {
    const std::string nodes = R"("nodes": [{"address": "10.0.0.1", "role": "Primary", "database": "DOWN"},
        {"address": "10.0.0.2", "role": "Standby", "replayed": "UNKNOWN"}]})";
    set_scenario(R"({"efm_version": "4.10", )" + nodes);
    EXPECT_THAT(status(), HasSubstr("Connection to 10.0.0.2:5444 refused."));
    set_scenario(R"({"efm_version": "4.9", )" + nodes);
    EXPECT_THAT(status(), Not(HasSubstr("refused")));
    EXPECT_THAT(status_json(), HasSubstr(R"("xloginfo":"")"));
}

// S-28
TEST_F(FakeOpenPointsTest, Version46ShowsWhatWasReceivedAsReplayed) {
    const std::string nodes =
        R"("nodes": [{"address": "10.0.0.1", "role": "Primary", "replayed": "0/7000060"},
        {"address": "10.0.0.2", "role": "Standby", "received": "0/7000060", "replayed": "0/6000000"}]})";
    set_scenario(R"({"efm_version": "4.6", )" + nodes);
    EXPECT_THAT(status(), HasSubstr("\tStandby     10.0.0.2             0/7000060          0/7000060  "));
    set_scenario(R"({"efm_version": "4.7", )" + nodes);
    EXPECT_THAT(status(), HasSubstr("\tStandby     10.0.0.2             0/7000060          0/6000000  "));
}

// V-05 V-07
TEST_F(FakeOpenPointsTest, KeysAndCommandsComeWithVersions) {
    const auto with = [&](const std::string& version) {
        set_healthy_with(R"(, "efm_version": ")" + version + "\"");
    };
    with("3.9");
    EXPECT_THAT(status_json(), Not(HasSubstr("xlogReceive")));
    EXPECT_THAT(play({"node-status-json", "efm"}).errors, HasSubstr("is not a command of efm"));
    with("3.10");
    EXPECT_THAT(status_json(), HasSubstr("xlogReceive"));
    EXPECT_THAT(play({"node-status-json", "efm"}).output,
                StartsWith(R"({"type":"Master","address":"10.0.0.1","agent":"UP","db":"UP",)"));
    with("4.7");
    EXPECT_THAT(play({"reset-members", "efm"}).errors, HasSubstr("is not a command of efm"));
    with("4.8");
    EXPECT_EQ(play({"reset-members", "efm"}).ended.exit_status, 0);
    EXPECT_THAT(play({"create-standby", "efm"}).errors, HasSubstr("is not a command of efm"));
}

}  // namespace
}  // namespace efm::fake
