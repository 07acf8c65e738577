// A command that does not end by itself: when control is back, and that nothing of it is left.
#include <iostream>

#include "tests/contract/contract_test.h"

namespace efm::test {
namespace {

using std::chrono::milliseconds;
using testing::IsEmpty;

/// Far above what the contract promises: a busy machine must not fail a test. What was measured is printed.
constexpr milliseconds generous{1500};

class Stop : public Contract {
  protected:
    /// Cancels the command when it has been at work for a while, and prints how long that took.
    CommandResult cancel(const Script& script, const std::string& what) {
        waiter_.interrupt_after(milliseconds{200});
        auto result = run(script);
        EXPECT_TRUE(waiter_.has_interrupted());
        const auto taken = waiter_.since_interrupt();
        std::cout << to_string(GetParam()) << ", " << what << ": back "
                  << static_cast<double>(taken.count()) / 1000 << " ms after the cancel\n";
        EXPECT_EQ(result.ending, Ending::cancelled);
        EXPECT_EQ(result.exit_status, -1);
        EXPECT_EQ(result.signal, 0) << "the signal was ours";
        EXPECT_LT(taken, generous);
        return result;
    }
};

INSTANTIATE_TEST_SUITE_P(Contract, Stop, every_runner, name_of_kind);

TEST_P(Stop, ACommandThatHangsIsCancelled) {
    const auto result =
        cancel({.output = "so far", .errors = "a word", .hangs = true}, "a command that hangs");
    EXPECT_EQ(result.output, "so far");
    EXPECT_EQ(result.errors, "a word");
    EXPECT_THAT(result.left_running, IsEmpty());
}

TEST_P(Stop, ADelayIsCancelled) {
    EXPECT_EQ(cancel({.delay = milliseconds{60'000}}, "a delay").output, "");
}

TEST_P(Stop, ALauncherIsCancelledWithItsSlowChild) {
    EXPECT_THAT(cancel({.slow_child = milliseconds{60'000}}, "a launcher with a slow child").left_running,
                IsEmpty());
}

TEST_P(Stop, TheTimeoutEndsACommandThatHangs) {
    limits_.timeout = milliseconds{300};
    const auto result = run({.output = "so far", .hangs = true});
    EXPECT_EQ(result.ending, Ending::timed_out);
    EXPECT_EQ(result.output, "so far");
    EXPECT_EQ(result.exit_status, -1);
    EXPECT_EQ(result.signal, 0);
    EXPECT_THAT(result.left_running, IsEmpty());
    EXPECT_GE(result.elapsed, milliseconds{300});
    EXPECT_LT(result.elapsed, milliseconds{300} + generous);
}

TEST_P(Stop, TheTimeoutEndsADelay) {
    limits_.timeout = milliseconds{300};
    const auto result = run({.delay = milliseconds{60'000}});
    EXPECT_EQ(result.ending, Ending::timed_out);
    EXPECT_EQ(result.output, "");
}

TEST_P(Stop, AnInterruptAtTheFirstWaitIsACancel) {
    waiter_.interrupt_at_wait(1);
    EXPECT_EQ(run({.delay = milliseconds{60'000}}).ending, Ending::cancelled);
    EXPECT_EQ(waiter_.waits(), 1);
}

TEST_P(Stop, AfterACancelTheRunnerGoesOnWorking) {
    cancel({.hangs = true}, "a command that hangs");
    PollWaiter another;
    const auto result = runner_.that_does({.exit_status = 4}).run(command(), limits_, another);
    EXPECT_EQ(result.ending, Ending::exited);
    EXPECT_EQ(result.exit_status, 4);
}

using StubbornStop = Stop;
INSTANTIATE_TEST_SUITE_P(Contract, StubbornStop, runners_with_a_process, name_of_kind);

TEST_P(StubbornStop, WhatCannotBeEndedIsNamed) {
    const auto result =
        cancel({.ignores_signals = true, .delay = milliseconds{3000}}, "a command that ignores signals");
    EXPECT_THAT(result.left_running, testing::IsSupersetOf(before_.processes_left()));
    if (GetParam() == Kind::sudo) {
        EXPECT_THAT(result.left_running, testing::Not(IsEmpty()))
            << "nobody may signal another user's process";
    }
    // It ends by itself at last, and the next command reaps it.
    EXPECT_TRUE(comes_true([this] { return before_.processes_left().empty(); }));
    PollWaiter another;
    EXPECT_TRUE(comes_true([&] {
        runner_.that_does({}).run(command(), limits_, another);
        return static_cast<bool>(before_.nothing_left());
    }));
}

}  // namespace
}  // namespace efm::test
