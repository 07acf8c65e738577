// The parts of real servers that need no server: what their answers change, what the agents make of it, and
// the files of a data directory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "mocks/fake/real_servers.h"
#include "mocks/fake/state.h"
#include "mocks/real_nodes/agent_view.h"
#include "mocks/real_nodes/conninfo.h"
#include "mocks/real_nodes/data_directory.h"
#include "mocks/real_nodes/program.h"

namespace {

using namespace efm::fake;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Node real_node(const std::string& address, Role role) {
    Node node;
    node.address = address;
    node.role = role;
    node.database = role == Role::idle ? "UNKNOWN" : "UP";
    node.server = {"host=/x", "/data/" + address, "/bin"};
    return node;
}

Cluster two_nodes() {
    Cluster cluster;
    cluster.nodes = {real_node("a", Role::primary), real_node("b", Role::standby)};
    cluster.priority = {"b"};
    cluster.vip = "192.0.2.9";
    cluster.vip_holder = "a";
    return cluster;
}

const ServerAnswer a_primary{true, false, "", "0/50", ""};
const ServerAnswer a_standby{true, true, "0/60", "0/50", ""};
const ServerAnswer no_answer{false, false, "", "", "connection refused"};

TEST(RealServers, WhatTheyAnswerIsShown) {
    auto cluster = two_nodes();
    show_answers(cluster, {a_primary, a_standby});
    EXPECT_EQ(cluster.nodes[0].replayed, "0/50");
    EXPECT_EQ(cluster.nodes[1].received, "0/60");
    EXPECT_TRUE(is_in_sync(cluster.nodes[1], cluster.nodes[0]));
}

// N-01
TEST(RealServers, AnErrorStandsInInfoUntilItIsOver) {
    auto cluster = two_nodes();
    show_answers(cluster, {no_answer, a_standby});
    EXPECT_EQ(cluster.nodes[0].replayed, "UNKNOWN");
    EXPECT_EQ(cluster.nodes[0].info, "connection refused");
    show_answers(cluster, {a_primary, a_standby});
    EXPECT_THAT(cluster.nodes[0].info, IsEmpty());
}

// N-03
TEST(RealServers, AnIdleNodeThatRunsAsAPrimaryIsTold) {
    auto cluster = two_nodes();
    become_idle(cluster, cluster.nodes[0]);
    show_answers(cluster, {a_primary, a_standby});
    EXPECT_EQ(cluster.nodes[0].info, "DB is not in recovery.");
    EXPECT_EQ(cluster.nodes[0].database_role(), Role::idle);
}

// N-02
TEST(RealServers, AStandbyAheadOfItsPrimaryWasAskedLater) {
    auto cluster = two_nodes();
    auto later = a_standby;
    later.replayed = "0/58";
    show_answers(cluster, {a_primary, later});
    EXPECT_TRUE(is_in_sync(cluster.nodes[1], cluster.nodes[0]));
    later.replayed = "0/48";
    show_answers(cluster, {a_primary, later});
    EXPECT_FALSE(is_in_sync(cluster.nodes[1], cluster.nodes[0]));
}

TEST(AgentView, RolesAreWhatTheServersSay) {
    auto cluster = two_nodes();
    show_answers(cluster, {no_answer, a_primary});
    find_roles(cluster);
    EXPECT_EQ(cluster.nodes[0].role, Role::idle);
    EXPECT_EQ(cluster.nodes[1].role, Role::primary);
    EXPECT_EQ(cluster.vip_holder, "b");
    EXPECT_THAT(cluster.priority, IsEmpty());
}

TEST(AgentView, OfTwoPrimariesTheOnePromotedLastIsRight) {
    auto cluster = two_nodes();
    cluster.last_promoted = "b";
    show_answers(cluster, {a_primary, a_primary});
    find_roles(cluster);
    EXPECT_EQ(cluster.nodes[0].role, Role::idle);
    EXPECT_EQ(cluster.nodes[1].role, Role::primary);
}

// C-10
TEST(AgentView, WhoIsNeverPromotedIsNotListedWhenAgentsStart) {
    const auto scenario = parse_scenario(R"({"failover_priority": ["c"], "nodes": [
        {"address": "a", "role": "Primary", "server":
            {"connection": "host=/x", "data_directory": "/a", "binaries": "/bin"}},
        {"address": "b", "role": "Standby", "server":
            {"connection": "host=/x", "data_directory": "/b", "binaries": "/bin"}},
        {"address": "c", "role": "Standby", "server":
            {"connection": "host=/x", "data_directory": "/c", "binaries": "/bin"}}]})",
                                         "x")
                              .scenario;
    ASSERT_TRUE(scenario);
    auto cluster = initial_state(*scenario).cluster;
    show_answers(cluster, {a_primary, a_standby, a_standby});
    find_roles(cluster);
    EXPECT_THAT(cluster.priority, ElementsAre("c"));
    EXPECT_EQ(choose_real_standby(cluster, {})->address, "c");
    become_idle(cluster, cluster.nodes[1]);
    become_standby(cluster, cluster.nodes[1]);
    EXPECT_THAT(cluster.priority, ElementsAre("c"));
}

TEST(AgentView, AStandbyPromotedByHandIsAPrimaryOnlyWhereThereIsNone) {
    auto cluster = two_nodes();
    show_answers(cluster, {a_primary, a_primary});
    notice_changes(cluster);
    EXPECT_EQ(cluster.nodes[0].role, Role::primary);
    EXPECT_EQ(cluster.nodes[1].role, Role::idle);

    cluster = two_nodes();
    become_idle(cluster, cluster.nodes[0]);
    show_answers(cluster, {no_answer, a_primary});
    notice_changes(cluster);
    EXPECT_EQ(cluster.nodes[1].role, Role::primary);
}

TEST(AgentView, WhoDoesNotAnswerIsNotChosen) {
    auto cluster = two_nodes();
    cluster.nodes.push_back(real_node("c", Role::standby));
    cluster.priority = {"b", "c"};
    show_answers(cluster, {no_answer, no_answer, a_standby});
    const auto* const chosen = choose_real_standby(cluster, {});
    ASSERT_NE(chosen, nullptr);
    EXPECT_EQ(chosen->address, "c");
    show_answers(cluster, {no_answer, no_answer, no_answer});
    EXPECT_EQ(choose_real_standby(cluster, {}), nullptr);
}

// E-03 E-04
TEST(AgentView, FailoverIsRefusedAsWithoutRealServers) {
    auto cluster = two_nodes();
    Behaviour behaviour;
    EXPECT_EQ(failover_refusal(cluster, behaviour), "");
    cluster.minimum_standbys = 1;
    EXPECT_EQ(failover_refusal(cluster, behaviour),
              "fewer than the minimum number of standbys would be left");
    cluster.nodes.push_back(real_node("c", Role::standby));
    EXPECT_EQ(failover_refusal(cluster, behaviour), "");
    cluster.priority.clear();
    EXPECT_EQ(failover_refusal(cluster, behaviour), "there is no standby that can be promoted");
    behaviour.auto_failover = false;
    EXPECT_EQ(failover_refusal(cluster, behaviour), "auto_failover is off");
}

TEST(Conninfo, KeepsAllButThePlace) {
    EXPECT_EQ(conninfo_for("user=repl passfile='/a b' host=old hostaddr=192.0.2.1 port=1 application_name=x",
                           "host=new port=2 user=admin dbname=postgres", ""),
              "application_name='x' host='new' passfile='/a b' port='2' user='repl'");
    EXPECT_EQ(conninfo_for("", "host=new user=admin dbname=postgres", "n'ame"),
              "application_name='n\\'ame' host='new' user='admin'");
}

class ADataDirectory : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = "/tmp/efm_data_XXXXXX";
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        path_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(path_); }

    void write(const std::string& name, const std::string& content) const {
        std::ofstream{path_ + "/" + name} << content;
    }
    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream file{path_ + "/" + name};
        return {std::istreambuf_iterator<char>{file}, {}};
    }

    std::string path_;
};

// N-05
TEST_F(ADataDirectory, IsMadeOneOfAStandby) {
    write("postgresql.auto.conf", "work_mem = '1MB'\nprimary_conninfo = 'old'\n");
    const DataDirectory directory{path_};
    EXPECT_FALSE(directory.is_standby());
    EXPECT_FALSE(directory.make_standby("host='new'"));
    EXPECT_TRUE(directory.is_standby());
    EXPECT_EQ(read("postgresql.auto.conf"), "work_mem = '1MB'\nprimary_conninfo = 'host=''new'''\n");
}

// N-04
TEST_F(ADataDirectory, IsFencedUntilTheFenceGoes) {
    const DataDirectory directory{path_};
    EXPECT_FALSE(directory.fence());
    EXPECT_TRUE(directory.is_fenced());
    EXPECT_FALSE(directory.remove_fence());
    EXPECT_FALSE(directory.remove_fence()) << "a second time";
    EXPECT_FALSE(directory.is_fenced());
}

TEST_F(ADataDirectory, ALockFileWithAnotherProcessIsStale) {
    // A process that lives, and works elsewhere.
    write("postmaster.pid", std::to_string(getpid()) + "\n" + path_ + "\n0\n5432\n" + path_ + "\n\n");
    write(".s.PGSQL.5432.lock", std::to_string(getpid()) + "\n");
    const DataDirectory directory{path_};
    EXPECT_FALSE(directory.is_in_use());
    directory.remove_stale_locks();
    EXPECT_FALSE(std::filesystem::exists(path_ + "/postmaster.pid"));
    EXPECT_FALSE(std::filesystem::exists(path_ + "/.s.PGSQL.5432.lock"));
}

TEST_F(ADataDirectory, OptionsAreThoseOfTheLastStart) {
    write("postmaster.opts", "/bin/postgres \"-D\" \"/data\" \"-c\" \"port=1\"\n");
    EXPECT_EQ(DataDirectory{path_}.last_options(), "\"-c\" \"port=1\"");
    write("postmaster.opts", "/bin/postgres \"-D\" \"/data\"\n");
    EXPECT_THAT(DataDirectory{path_}.last_options(), IsEmpty());
}

TEST_F(ADataDirectory, MistakesAreTold) {
    EXPECT_THAT(DataDirectory{path_ + "/none"}.mistake(), HasSubstr("No such file"));
    EXPECT_THAT(DataDirectory{path_}.mistake(), HasSubstr("PG_VERSION"));
    write("PG_VERSION", "15\n");
    EXPECT_THAT(DataDirectory{path_}.mistake(), IsEmpty());
}

TEST(RunProgram, BothStreamsAndHowItEnded) {
    const auto well = run_program({"/bin/sh", "-c", "echo one; echo two >&2"}, std::chrono::seconds{10});
    EXPECT_TRUE(well.succeeded);
    EXPECT_EQ(well.output, "one\ntwo\n");
    EXPECT_FALSE(run_program({"/bin/false"}, std::chrono::seconds{10}).succeeded);
    EXPECT_THAT(run_program({"/no/such"}, std::chrono::seconds{10}).output, HasSubstr("cannot run /no/such"));
    const auto slow = run_program({"/bin/sleep", "60"}, std::chrono::milliseconds{50});
    EXPECT_FALSE(slow.succeeded);
    EXPECT_THAT(slow.output, HasSubstr("took longer"));
    EXPECT_EQ(one_line(" a\n\t b \n"), "a b");
}

}  // namespace
