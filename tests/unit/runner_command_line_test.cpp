// What each runner would start, word by word: sudoers files are written for exactly this.
#include <gmock/gmock.h>

#include "backends/runners/child_environment.h"
#include "backends/runners/direct_runner.h"
#include "backends/runners/mock_runner.h"
#include "backends/runners/runner_factory.h"
#include "backends/runners/sudo_runner.h"

namespace efm::test {
namespace {

using testing::ElementsAre;

const std::string system_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

RunnerSettings settings_for(Backend backend, std::string java_home = "") {
    return {.backend = backend,
            .command_path = "/usr/edb/efm-4.9/bin/efm",
            .sudo_path = "/usr/bin/sudo",
            .sudo_user = "efm",
            .java_home = std::move(java_home),
            .home = "/var/lib/postgresql",
            .mock_scenario = ""};
}

const Command allow_node{.subcommand = "allow-node",
                         .cluster = "main",
                         .arguments = {"10.0.0.3", "a b"},
                         .confirmation = Confirmation::none};

TEST(DirectRunnerTest, StartsTheProgramItself) {
    EXPECT_THAT(DirectRunner{settings_for(Backend::direct)}.command_line(allow_node),
                ElementsAre("/usr/edb/efm-4.9/bin/efm", "allow-node", "main", "10.0.0.3", "a b"));
}

TEST(DirectRunnerTest, DoesNotNameJavaOnTheCommandLine) {
    EXPECT_THAT(DirectRunner{settings_for(Backend::direct, "/opt/java")}.command_line(allow_node),
                ElementsAre("/usr/edb/efm-4.9/bin/efm", "allow-node", "main", "10.0.0.3", "a b"));
}

TEST(SudoRunnerTest, StartsItAsTheOtherUserAndNeverAsksForAPassword) {
    EXPECT_THAT(SudoRunner{settings_for(Backend::sudo)}.command_line(allow_node),
                ElementsAre("/usr/bin/sudo", "-n", "-u", "efm", "/usr/edb/efm-4.9/bin/efm", "allow-node",
                            "main", "10.0.0.3", "a b"));
}

TEST(SudoRunnerTest, PassesJavaOnBeforeTheProgram) {
    EXPECT_THAT(SudoRunner{settings_for(Backend::sudo, "/opt/java")}.command_line(allow_node),
                ElementsAre("/usr/bin/sudo", "-n", "-u", "efm", "PATH=/opt/java/bin:" + system_path,
                            "JAVA_HOME=/opt/java", "/usr/edb/efm-4.9/bin/efm", "allow-node", "main",
                            "10.0.0.3", "a b"));
}

TEST(MockRunnerCommandLine, IsTheOneOfADirectRunner) {
    EXPECT_EQ(MockRunner{settings_for(Backend::mock)}.command_line(allow_node),
              DirectRunner{settings_for(Backend::direct)}.command_line(allow_node));
}

TEST(ChildEnvironment, HoldsFourVariablesAtMost) {
    EXPECT_THAT(child_environment(settings_for(Backend::direct)),
                ElementsAre("LC_ALL=C", "PATH=" + system_path, "HOME=/var/lib/postgresql"));
    EXPECT_THAT(child_environment(settings_for(Backend::direct, "/opt/java")),
                ElementsAre("LC_ALL=C", "PATH=/opt/java/bin:" + system_path, "HOME=/var/lib/postgresql",
                            "JAVA_HOME=/opt/java"));
}

TEST(RunnerFactory, MakesTheOneThatTheSettingNames) {
    const auto direct = make_runner(settings_for(Backend::direct));
    const auto sudo = make_runner(settings_for(Backend::sudo));
    const auto mock = make_runner(settings_for(Backend::mock));
    EXPECT_NE(dynamic_cast<DirectRunner*>(direct.get()), nullptr);
    EXPECT_NE(dynamic_cast<SudoRunner*>(sudo.get()), nullptr);
    EXPECT_NE(dynamic_cast<MockRunner*>(mock.get()), nullptr);
}

}  // namespace
}  // namespace efm::test
