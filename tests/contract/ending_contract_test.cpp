// How a command that ends by itself is reported.
#include <csignal>

#include "tests/contract/contract_test.h"

namespace efm::test {
namespace {

using std::chrono::milliseconds;
using testing::IsEmpty;

using EndOfItsOwn = Contract;

INSTANTIATE_TEST_SUITE_P(Contract, EndOfItsOwn, every_runner, name_of_kind);

TEST_P(EndOfItsOwn, ACommandThatSucceeds) {
    const auto result = run({.output = "out", .errors = "err"});
    EXPECT_EQ(result.ending, Ending::exited);
    EXPECT_EQ(result.exit_status, 0);
    EXPECT_EQ(result.signal, 0);
    EXPECT_EQ(result.output, "out");
    EXPECT_EQ(result.errors, "err");
    EXPECT_FALSE(result.error);
    EXPECT_EQ(result.refused_question, "");
    EXPECT_THAT(result.left_running, IsEmpty());
    EXPECT_GT(result.elapsed.count(), 0);
}

TEST_P(EndOfItsOwn, ANonZeroStatusIsAResultAndNoError) {
    for (const int status : {1, 2, 20, 70, 126, 127, 128, 255}) {
        const auto result = run({.errors = "why", .exit_status = status});
        EXPECT_EQ(result.ending, Ending::exited);
        EXPECT_EQ(result.exit_status, status);
        EXPECT_EQ(result.output, "answer\n");
        EXPECT_EQ(result.errors, "why");
        EXPECT_FALSE(result.error);
    }
}

TEST_P(EndOfItsOwn, ASignalThatEndedACommandIsTold) {
    for (const int signal : {SIGTERM, SIGKILL, SIGSEGV, SIGABRT, SIGHUP}) {
        const auto result = run({.output = "so far", .signal = signal});
        EXPECT_EQ(result.ending, Ending::signalled) << signal;
        EXPECT_EQ(result.signal, signal);
        EXPECT_EQ(result.exit_status, -1);
        EXPECT_EQ(result.output, "so far");
    }
}

TEST_P(EndOfItsOwn, ADelayWithinTheTimeoutIsWaitedFor) {
    const auto result = run({.delay = milliseconds{100}});
    EXPECT_EQ(result.ending, Ending::exited);
    EXPECT_EQ(result.output, "answer\n");
    EXPECT_GE(result.elapsed, milliseconds{100});
}

TEST_P(EndOfItsOwn, ALauncherIsWaitedForWithItsChild) {
    const auto result = run({.slow_child = milliseconds{100}, .exit_status = 3});
    EXPECT_EQ(result.exit_status, 3);
    EXPECT_GE(result.elapsed, milliseconds{100});
}

TEST_P(EndOfItsOwn, ABackgroundProcessDoesNotHoldTheCaller) {
    const auto result = run({.output = "done", .child_keeps_pipe = milliseconds{3000}});
    EXPECT_EQ(result.ending, Ending::exited);
    EXPECT_EQ(result.exit_status, 0);
    EXPECT_EQ(result.output, "done");
    EXPECT_LT(result.elapsed, milliseconds{2000});
    if (runner_.has_process()) {
        EXPECT_FALSE(before_.nothing_left()) << "it is its own affair, and nobody ends it";
        EXPECT_TRUE(comes_true([this] { return before_.processes_left().empty(); }));
        // Elsewhere init reaps it; what was adopted under sudo the next command does.
        EXPECT_TRUE(comes_true([this] {
            run({});
            return static_cast<bool>(before_.nothing_left());
        }));
    }
}

TEST_P(EndOfItsOwn, ARunnerMayBeUsedForManyCommands) {
    auto& runner = runner_.that_does({.output = "x", .exit_status = 1});
    const auto once = [&] {
        const auto result = runner.run(command(), limits_, waiter_);
        return result.ending == Ending::exited && result.exit_status == 1 && result.output == "x";
    };
    for (int call = 0; call < 5; ++call)
        ASSERT_TRUE(once());
    EXPECT_TRUE(before_.nothing_left());
    for (int call = 0; call < 30; ++call)
        ASSERT_TRUE(once());
}

}  // namespace
}  // namespace efm::test
