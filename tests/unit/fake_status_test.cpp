// The reports, byte for byte, against output of real EFM clusters that was published.

#include "tests/unit/fake_fixture.h"

namespace efm::fake {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class FakeStatusTest : public FakeTest {
  protected:
    int exit_status() { return play({"cluster-status", "efm"}).ended.exit_status; }
};

// The same transcript was published for 4.10 and for 5.0.
// S-01
TEST_F(FakeStatusTest, HealthyClusterAsRecorded) {
    for (const std::string version : {"4.10", "5.0"}) {
        set_scenario(R"({"efm_version": ")" + version + R"(", "vip": "192.168.56.20", "nodes": [
            {"address": "192.168.56.11", "role": "Primary", "replayed": "0/4000168"},
            {"address": "192.168.56.12", "role": "Standby", "replayed": "0/4000168"},
            {"address": "192.168.56.13", "role": "Witness"}]})");
        const auto played = play({"cluster-status", "efm"});
        EXPECT_EQ(played.output,
                  "Cluster Status: efm\n"
                  "\n"
                  "\tAgent Type  Address              DB       VIP\n"
                  "\t----------------------------------------------------------------\n"
                  "\tPrimary     192.168.56.11        UP       192.168.56.20*\n"
                  "\tStandby     192.168.56.12        UP       192.168.56.20\n"
                  "\tWitness     192.168.56.13        N/A      192.168.56.20\n"
                  "\n"
                  "Allowed node host list:\n"
                  "\t192.168.56.11 192.168.56.12 192.168.56.13\n"
                  "\n"
                  "Membership coordinator: 192.168.56.11\n"
                  "\n"
                  "Standby priority host list:\n"
                  "\t192.168.56.12\n"
                  "\n"
                  "Promote Status:\n"
                  "\n"
                  "\tDB Type     Address              WAL Received LSN   WAL Replayed LSN   Info\n"
                  "\t---------------------------------------------------------------------------\n"
                  "\tPrimary     192.168.56.11                           0/4000168          \n"
                  "\tStandby     192.168.56.12        0/4000168          0/4000168          \n"
                  "\n"
                  "\tStandby database(s) in sync with primary. It is safe to promote.\n");
        EXPECT_EQ(played.errors, "");
        EXPECT_EQ(played.ended.exit_status, 0);
    }
}

// S-02 S-05
TEST_F(FakeStatusTest, AfterAFailoverAsRecorded) {
    use_scenario("failed-over");
    const auto played = play({"cluster-status", "efm"});
    EXPECT_EQ(trimmed(played.output),
              "Cluster Status: efm\n"
              "\n"
              "\tAgent Type  Address              DB       VIP\n"
              "\t----------------------------------------------------------------\n"
              "\tPrimary     192.168.11.26        UP       192.168.11.25*\n"
              "\tIdle        192.168.11.27        UNKNOWN  192.168.11.25\n"
              "\tWitness     192.168.11.28        N/A      192.168.11.25\n"
              "\n"
              "Allowed node host list:\n"
              "\t192.168.11.26 192.168.11.27 192.168.11.28\n"
              "\n"
              "Membership coordinator: 192.168.11.26\n"
              "\n"
              "Standby priority host list:\n"
              "\t(List is empty.)\n"
              "\n"
              "Promote Status:\n"
              "\n"
              "\tDB Type     Address              WAL Received LSN   WAL Replayed LSN   Info\n"
              "\t---------------------------------------------------------------------------\n"
              "\tPrimary     192.168.11.26                           0/D000310\n"
              "\n"
              "\tNo standby databases were found.\n"
              "\n"
              "Idle Node Status (idle nodes ignored in WAL LSN comparisons):\n"
              "\n"
              "\tAddress              WAL Received LSN   WAL Replayed LSN   Info\n"
              "\t---------------------------------------------------------------\n"
              "\t192.168.11.27        UNKNOWN            UNKNOWN            Connection to 192.168.11.27:5444 "
              "refused. "
              "Check that the hostname and port are correct and that the postmaster is accepting TCP/IP "
              "connections.\n");
    EXPECT_EQ(played.ended.exit_status, 1);
}

// Its database was started again, as a primary, and the agent has not been resumed.
// S-04
TEST_F(FakeStatusTest, IdleNodeWithARunningDatabaseAsRecorded) {
    set_scenario(R"({"nodes": [
        {"address": "192.168.11.26", "role": "Primary"},
        {"address": "192.168.11.27", "role": "Idle", "received": "", "replayed": "0/D0001F8",
         "info": "DB is not in recovery."}]})");
    EXPECT_THAT(
        status(),
        EndsWith("\n\t192.168.11.27                           0/D0001F8          DB is not in recovery.\n"));
    EXPECT_EQ(row("192.168.11.27"), "Idle 192.168.11.27 UNKNOWN ");
}

// S-03
TEST_F(FakeStatusTest, PrimaryDatabaseDownButNotDeclaredFailedAsRecorded) {
    use_scenario("database-down");
    const auto text = trimmed(status());
    EXPECT_THAT(text, HasSubstr("\tStandby     192.168.11.26        UP       192.168.11.25\n"
                                "\tPrimary     192.168.11.27        UP       192.168.11.25*\n"
                                "\tWitness     192.168.11.28        N/A      192.168.11.25\n"));
    EXPECT_THAT(
        text,
        EndsWith("\tUNKNOWN     192.168.11.27        UNKNOWN            UNKNOWN            Connection to "
                 "192.168.11.27:5444 refused. Check that the hostname and port are correct and that the "
                 "postmaster is accepting TCP/IP connections.\n"
                 "\tStandby     192.168.11.26        0/D0001C0          0/D0001C0\n"
                 "\n"
                 "\tNo primary database was found.\n"));
    EXPECT_EQ(exit_status(), 1);
}

constexpr const char* with_failed_node = R"({"efm_version": "VERSION", "nodes": [
    {"address": "172.17.0.2", "role": "Primary"},
    {"address": "172.17.0.3", "role": "Standby"},
    {"address": "172.17.0.6", "role": "Standby", "agent": "DOWN"}]})";

std::string with_version(std::string scenario, const std::string& version) {
    return scenario.replace(scenario.find("VERSION"), 7, version);
}

// S-12
TEST_F(FakeStatusTest, FailedNodeStaysInVersion5AsDocumented) {
    set_scenario(with_version(with_failed_node, "5.0"));
    const auto text = trimmed(status());
    EXPECT_THAT(text,
                testing::StartsWith("Cluster Status: efm\n"
                                    "\n"
                                    "\tAgent Type  Address              DB       VIP\n"
                                    "\t----------------------------------------------------------------\n"
                                    "\tPrimary     172.17.0.2           UP\n"
                                    "\tStandby     172.17.0.3           UP\n"
                                    "\tDOWN        172.17.0.6           N/A\n"
                                    "\n"));
    EXPECT_EQ(priority(), "172.17.0.3");
    EXPECT_THAT(text.substr(text.find("Promote Status")), Not(HasSubstr("172.17.0.6")));
    EXPECT_EQ(exit_status(), 1) << "not all agents are running";
    EXPECT_THAT(status_json(),
                HasSubstr(R"("172.17.0.6":{"type":"DOWN","db":"N\/A","vip":"","vip_active":false})"));
}

// S-11
TEST_F(FakeStatusTest, FailedNodeVanishesInVersion4) {
    set_scenario(with_version(with_failed_node, "4.10"));
    const auto text = status();
    EXPECT_THAT(text.substr(0, text.find("Allowed")), Not(HasSubstr("172.17.0.6")));
    EXPECT_EQ(allowed(), "172.17.0.2 172.17.0.3 172.17.0.6");
    EXPECT_EQ(exit_status(), 0);
}

// S-06 S-08
TEST_F(FakeStatusTest, PromoteTableFollowsThePriorityListAsDocumented) {
    set_scenario(
        R"({"vip": "192.168.225.190", "failover_priority": ["172.19.12.163", "172.19.10.2"], "nodes": [
        {"address": "172.19.10.2", "role": "Standby"},
        {"address": "172.19.12.163", "role": "Standby"},
        {"address": "172.19.14.9", "role": "Primary"}]})");
    EXPECT_EQ(priority(), "172.19.12.163 172.19.10.2");
    const auto text = status();
    const auto table = text.substr(text.find("DB Type"));
    EXPECT_LT(table.find("172.19.14.9 "), table.find("172.19.12.163 "));
    EXPECT_LT(table.find("172.19.12.163 "), table.find("172.19.10.2 "));
}

// S-07
TEST_F(FakeStatusTest, StandbysThatAreNotInTheListComeLast) {
    set_scenario(R"({"failover_priority": ["10.0.0.4"], "nodes": [
        {"address": "10.0.0.1", "role": "Promoting"}, {"address": "10.0.0.2", "role": "Standby"},
        {"address": "10.0.0.4", "role": "Standby"}, {"address": "10.0.0.3", "role": "Primary"}]})");
    const auto text = status();
    const auto table = text.substr(text.find("DB Type"));
    std::string order;
    for (std::size_t line = table.find("\n\t") + 1; line != 0 && table[line] == '\t';
         line = table.find('\n', line) + 1)
        order += table.substr(line + 1, 21) + "|";
    EXPECT_THAT(order, EndsWith("|Primary     10.0.0.3 |Standby     10.0.0.4 |Standby     10.0.0.1 |"
                                "Standby     10.0.0.2 |"));
}

// S-17 S-18: a line captured from 3.x, brought to the keys and names of later versions.
TEST_F(FakeStatusTest, JsonAsCaptured) {
    const std::string scenario = R"({"efm_version": "VERSION", "vip": "10.4.0.227",
        "allowed_nodes": ["10.4.0.122", "10.4.0.121", "10.4.0.12", "10.4.0.1"], "coordinator": "10.4.0.122", "nodes": [
        {"address": "10.4.0.1", "role": "Standby", "replayed": "3079/64650BF8"},
        {"address": "10.4.0.12", "role": "Primary", "replayed": "3079/64650BF8"},
        {"address": "10.4.0.121", "role": "Witness"}]})";
    set_scenario(with_version(scenario, "4.0"));
    EXPECT_EQ(status_json(),
              R"({"nodes":{"10.4.0.1":{"type":"Standby","db":"UP","vip":"10.4.0.227","vip_active":false,)"
              R"("xlogReceive":"3079\/64650BF8","xlog":"3079\/64650BF8","xloginfo":""},)"
              R"("10.4.0.12":{"type":"Primary","db":"UP","vip":"10.4.0.227","vip_active":true,)"
              R"("xlogReceive":"3079\/64650BF8","xlog":"3079\/64650BF8","xloginfo":""},)"
              R"("10.4.0.121":{"type":"Witness","db":"N\/A","vip":"10.4.0.227","vip_active":false}},)"
              R"("allowednodes":["10.4.0.122","10.4.0.121","10.4.0.12","10.4.0.1"],)"
              R"("membershipcoordinator":"10.4.0.122","failoverpriority":["10.4.0.1"],"minimumstandbys":0,)"
              R"("missingnodes":[],"messages":[]})"
              "\n");
    set_scenario(with_version(scenario, "5.4"));
    EXPECT_THAT(
        status_json(),
        testing::StartsWith(
            R"({"nodes":{"10.4.0.1":{"type":"Standby","db":"UP","vip":"10.4.0.227","vip_active":false,)"
            R"("lsnReceive":"3079\/64650BF8","lsn":"3079\/64650BF8","lsnInfo":""},)"));
}

// S-20 S-21
TEST_F(FakeStatusTest, JsonCarriesTheConclusionWhenItIsBad) {
    use_scenario("failed-over");
    const auto played = play({"cluster-status-json", "efm"});
    EXPECT_EQ(played.ended.exit_status, 1);
    EXPECT_THAT(played.output, HasSubstr(R"("failoverpriority":[],)"));
    EXPECT_THAT(played.output,
                HasSubstr(R"("xlogReceive":"UNKNOWN","xlog":"UNKNOWN","xloginfo":"Connection to )"
                          R"(192.168.11.27:5444 refused. Check that the hostname and port are correct )"
                          R"(and that the postmaster is accepting TCP\/IP connections.")"));
    EXPECT_THAT(played.output, EndsWith(R"("messages":["No standby databases were found."]})"
                                        "\n"));
}

// S-10 S-17
TEST_F(FakeStatusTest, JsonEscapesWhatMustBe) {
    set_healthy_with(R"(, "messages": ["a \"b\" \\ c/d\n\u0001\té"])");
    EXPECT_THAT(status_json(), EndsWith(R"("messages":["a \"b\" \\ c\/d\n\u0001\té"]})"
                                        "\n"));
}

// S-24 S-25 S-26
TEST_F(FakeStatusTest, EveryDocumentedReasonExitsNonZero) {
    EXPECT_EQ(exit_status(), 0);
    const std::string primary = R"({"address": "a", "role": "Primary"})";
    const std::string standby = R"({"address": "b", "role": "Standby"})";
    const std::vector<std::pair<std::string, std::string>> reasons{
        {"database down", primary + R"(, {"address": "b", "role": "Standby", "database": "DOWN"}, )" +
                              R"({"address": "c", "role": "Standby"})"},
        {"database unknown", primary + R"(, {"address": "b", "role": "Standby", "database": "UNKNOWN"}, )" +
                                 R"({"address": "c", "role": "Standby"})"},
        {"idle agent", primary + ", " + standby + R"(, {"address": "c", "role": "Idle", "database": "UP"})"},
        {"location not known",
         primary + ", " + standby + R"(, {"address": "c", "role": "Standby", "replayed": "UNKNOWN"})"},
        {"no primary", standby},
        {"no standby", primary},
        {"promoting", standby + R"(, {"address": "c", "role": "Promoting"})"},
        {"out of sync",
         primary + ", " + standby + R"(, {"address": "c", "role": "Standby", "replayed": "0/1"})"},
    };
    for (const auto& [reason, nodes] : reasons) {
        set_scenario("{\"nodes\": [" + nodes + "]}");
        EXPECT_EQ(exit_status(), 1) << reason;
        EXPECT_EQ(play({"cluster-status-json", "efm"}).ended.exit_status, 1) << reason;
    }
    set_healthy_with(R"(, "missing_nodes": ["10.0.0.9"])");
    EXPECT_EQ(exit_status(), 1);
    use_scenario("password-not-decrypted");
    EXPECT_EQ(exit_status(), 1);
    EXPECT_EQ(play({"cluster-status-json", "efm"}).ended.exit_status, 1);
    EXPECT_THAT(row("10.0.0.1"), testing::StartsWith("Primary 10.0.0.1 UP")) << "only the utility cannot ask";
    EXPECT_THAT(
        status(),
        HasSubstr("UNKNOWN            UNKNOWN            The database password could not be decrypted."));
}

// S-29
TEST_F(FakeStatusTest, OfTwoPrimariesTheFirstIsTheMeasure) {
    use_scenario("two-primaries");
    EXPECT_EQ(row("10.0.0.1"), "Primary 10.0.0.1 UP 10.0.0.100*");
    EXPECT_THAT(row("10.0.0.2"), testing::StartsWith("Primary 10.0.0.2 UP"));
    EXPECT_THAT(status(), HasSubstr("in sync with primary. It is safe to promote."));
    EXPECT_EQ(exit_status(), 0);
    EXPECT_EQ(play({"cluster-status-json", "efm"}).ended.exit_status, 0);
}

// S-15 S-16
TEST_F(FakeStatusTest, LongNamesWidenTheTablesInVersion5Only) {
    use_scenario("host-names");
    EXPECT_THAT(status(), HasSubstr("\tAgent Type  Address                               DB       VIP\n"
                                    "\t" +
                                    std::string(64 + 17, '-') +
                                    "\n"
                                    "\tPrimary     db1                                   UP       \n"));
    set_scenario(R"({"nodes": [{"address": "standby-three.second-site.example.com", "role": "Primary"}]})");
    EXPECT_THAT(status(), HasSubstr("\tAgent Type  Address              DB       VIP\n"));
    EXPECT_THAT(status(), HasSubstr("\tPrimary     standby-three.second-site.example.com UP       \n"));
}

// S-23
TEST_F(FakeStatusTest, NodeStatusOfTheLocalNode) {
    set_scenario(R"({"local_node": "172.16.144.130", "nodes": [
        {"address": "172.16.144.130", "role": "Standby"}, {"address": "172.16.144.131", "role": "Idle"},
        {"address": "172.16.144.132", "role": "Witness"}]})");
    const auto played = play({"node-status-json", "efm"});
    EXPECT_EQ(played.output,
              R"({"type":"Standby","address":"172.16.144.130","db":"UP","vip":"","vip_active":"false"})"
              "\n");
    EXPECT_EQ(played.ended.exit_status, 0);
    EXPECT_EQ(play_on("172.16.144.131", {"node-status-json", "efm"}).ended.exit_status, 1);
    EXPECT_EQ(play_on("172.16.144.132", {"node-status-json", "efm"}).ended.exit_status, 0);
}

// C-02
TEST_F(FakeStatusTest, ClusterNameIsTheBaseNameOfAPropertiesFile) {
    EXPECT_THAT(play({"cluster-status", "/opt/efm/acctg.properties"}).output,
                testing::StartsWith("Cluster Status: acctg\n"));
}

}  // namespace
}  // namespace efm::fake
