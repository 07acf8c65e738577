// What the fake EFM says inside this process comes to a CommandResult as if a process had said it.
#include "backends/runners/memory_console.h"

#include <gmock/gmock.h>

#include "tests/support/poll_waiter.h"

namespace efm::test {
namespace {

using std::chrono::milliseconds;
using Answer = fake::Console::Answer;

const std::string routine =
    "The primary database will be shut down and a standby will be promoted. Continue? [y/N]: ";
const std::string unknown = "Do you like it? [y/N]: ";

struct MemoryConsoleTest : testing::Test {
    PollWaiter waiter;
    Limits limits;
};

TEST_F(MemoryConsoleTest, KeepsOutputToTheCapAndSaysToStopBeyondIt) {
    limits.max_output = 5;
    MemoryConsole console{Confirmation::none, limits, waiter};
    EXPECT_TRUE(console.write_output("12345"));
    EXPECT_FALSE(console.write_output("6"));
    const auto result = console.take_result();
    EXPECT_EQ(result.ending, Ending::too_much_output);
    EXPECT_EQ(result.output, "12345");
}

TEST_F(MemoryConsoleTest, KeepsTheEndOfTheErrors) {
    limits.max_errors = 5;
    MemoryConsole console{Confirmation::none, limits, waiter};
    EXPECT_TRUE(console.write_errors("abc"));
    EXPECT_TRUE(console.write_errors("defgh"));
    EXPECT_EQ(console.take_result().errors, "defgh");
}

TEST_F(MemoryConsoleTest, ServesTheHostWithEveryWrite) {
    MemoryConsole console{Confirmation::none, limits, waiter};
    EXPECT_TRUE(console.write_output("one"));
    EXPECT_TRUE(console.write_errors("two"));
    EXPECT_EQ(waiter.waits(), 2);
    waiter.interrupt_at_wait(3);
    EXPECT_FALSE(console.write_output("three"));
    EXPECT_EQ(console.take_result().ending, Ending::cancelled);
}

TEST_F(MemoryConsoleTest, APauseEndsAtTheTimeout) {
    limits.timeout = milliseconds{50};
    MemoryConsole console{Confirmation::none, limits, waiter};
    EXPECT_TRUE(console.pause(milliseconds{1}));
    EXPECT_FALSE(console.pause(milliseconds{60'000}));
    EXPECT_EQ(console.take_result().ending, Ending::timed_out);
}

TEST_F(MemoryConsoleTest, APauseForEverEndsAtTheTimeoutToo) {
    limits.timeout = milliseconds{50};
    MemoryConsole console{Confirmation::none, limits, waiter};
    EXPECT_FALSE(console.pause(milliseconds{-1}));
    EXPECT_EQ(console.take_result().ending, Ending::timed_out);
}

TEST_F(MemoryConsoleTest, AnswersByThePolicy) {
    EXPECT_EQ((MemoryConsole{Confirmation::none, limits, waiter}.read_answer(routine)), Answer::end_of_file);
    EXPECT_EQ((MemoryConsole{Confirmation::routine, limits, waiter}.read_answer(routine)), Answer::yes);
    EXPECT_EQ((MemoryConsole{Confirmation::force, limits, waiter}.read_answer(unknown)), Answer::no);
}

TEST_F(MemoryConsoleTest, AfterARefusalNothingIsAnsweredAnyMore) {
    // The process engine closes the command's standard input with the refusal.
    MemoryConsole console{Confirmation::force, limits, waiter};
    EXPECT_EQ(console.read_answer(unknown), Answer::no);
    EXPECT_EQ(console.read_answer(routine), Answer::end_of_file);
    EXPECT_EQ(console.take_result().refused_question, "Do you like it? [y/N]:");
}

TEST_F(MemoryConsoleTest, AQuestionThatNobodyRecognisesIsWaitedForAsWithAProcess) {
    limits.timeout = milliseconds{50};
    MemoryConsole console{Confirmation::force, limits, waiter};
    EXPECT_EQ(console.read_answer("Password: "), Answer::stopped);
    EXPECT_EQ(console.take_result().ending, Ending::timed_out);
}

}  // namespace
}  // namespace efm::test
