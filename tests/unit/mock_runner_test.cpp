// The runner without a process: the same bytes as the program mock-efm, and nothing started or opened.
#include "backends/runners/mock_runner.h"

#include <gmock/gmock.h>

#include <csignal>

#include "tests/support/child_program.h"
#include "tests/support/leftover_check.h"
#include "tests/support/poll_waiter.h"
#include "tests/support/process_census.h"

namespace efm::test {
namespace {

struct MockRunnerTest : testing::Test {
    CommandResult run(const std::string& subcommand, std::vector<std::string> arguments = {}) {
        const Command command{subcommand, "efm", std::move(arguments), Confirmation::none};
        return MockRunner{settings}.run(command, limits, waiter);
    }
    void play(const std::string& keys) {
        settings.mock_scenario = directory.write(
            "efm.json", R"({"nodes": [{"address": "10.0.0.1", "role": "Primary"},)"
                        R"( {"address": "10.0.0.2", "role": "Standby"}], "state_file": "efm.state", )" +
                            keys + "}");
    }
    void SetUp() override {
        settings.backend = Backend::mock;
        settings.command_path = "/nowhere/efm";
        play(R"("faults": [])");
    }

    TemporaryDirectory directory;
    RunnerSettings settings;
    PollWaiter waiter;
    Limits limits;
};

TEST_F(MockRunnerTest, AnswersWithoutAnyProgram) {
    const LeftoverCheck before;
    const auto result = run("cluster-status-json");
    EXPECT_EQ(result.ending, Ending::exited);
    EXPECT_THAT(result.output, testing::HasSubstr("10.0.0.1"));
    EXPECT_TRUE(before.nothing_left());
    EXPECT_EQ(waiter.most_reserved(), 0);
}

TEST_F(MockRunnerTest, RemembersWhatWasDone) {
    EXPECT_EQ(run("allow-node", {"10.0.0.9"}).exit_status, 0);
    const auto status = run("cluster-status");
    EXPECT_THAT(status.output, testing::HasSubstr("10.0.0.9"));
}

TEST_F(MockRunnerTest, AMistakeInTheScenarioIsSaidOnStandardError) {
    play(R"("mistake": 1)");
    const auto result = run("cluster-status");
    EXPECT_EQ(result.ending, Ending::exited);
    EXPECT_EQ(result.exit_status, 70);
    EXPECT_THAT(result.errors, testing::HasSubstr("mistake"));
    EXPECT_EQ(result.output, "");
}

TEST_F(MockRunnerTest, AMissingScenarioIsSaidWithItsPath) {
    settings.mock_scenario = "/nowhere/scenario.json";
    const auto result = run("cluster-status");
    EXPECT_EQ(result.exit_status, 70);
    EXPECT_THAT(result.errors, testing::HasSubstr("/nowhere/scenario.json"));
}

TEST_F(MockRunnerTest, ASignalOfAScenarioDoesNotHitThisProcess) {
    play(R"("faults": [{"signal": 9}])");
    const auto result = run("cluster-status");
    EXPECT_EQ(result.ending, Ending::signalled);
    EXPECT_EQ(result.signal, SIGKILL);
}

TEST_F(MockRunnerTest, ThousandsOfCallsLeaveDescriptorsAndMemoryAsTheyWere) {
    const LeftoverCheck before;
    const auto run_many = [this](int calls) {
        for (int call = 0; call < calls; ++call)
            ASSERT_EQ(run("cluster-status-json").ending, Ending::exited);
    };
    run_many(200);
    const auto resident = resident_kilobytes();
    run_many(5000);
    std::cout << "memory grew by " << resident_kilobytes() - resident << " kB in 5000 calls\n";
    EXPECT_TRUE(before.nothing_left());
#ifndef __SANITIZE_ADDRESS__
    EXPECT_LT(resident_kilobytes() - resident, 1024);
#endif
}

}  // namespace
}  // namespace efm::test
