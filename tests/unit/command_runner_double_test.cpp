// How the double is used: expectations as of any GoogleMock class, a script for the rest.
#include "mocks/runner_double/command_runner_double.h"

#include <gmock/gmock.h>

#include "tests/support/poll_waiter.h"

namespace efm::test {
namespace {

using testing::_;
using testing::Field;
using testing::Return;

const Command resume{"resume", "main", {}, Confirmation::none};

TEST(CommandRunnerDoubleTest, SaysWhatTheTestSays) {
    CommandRunnerDouble runner;
    CommandResult broken;
    broken.ending = Ending::io_error;
    EXPECT_CALL(runner, run(Field(&Command::subcommand, "resume"), _, _)).WillOnce(Return(broken));
    PollWaiter waiter;
    EXPECT_EQ(runner.run(resume, {}, waiter).ending, Ending::io_error);
}

TEST(CommandRunnerDoubleTest, PlaysItsScriptOtherwise) {
    testing::NiceMock<CommandRunnerDouble> runner;
    runner.will_do({.output = "out", .errors = "err", .exit_status = 4});
    PollWaiter waiter;
    const auto result = runner.run(resume, {}, waiter);
    EXPECT_EQ(result.exit_status, 4);
    EXPECT_EQ(result.output, "out");
    EXPECT_EQ(result.errors, "err");
}

}  // namespace
}  // namespace efm::test
