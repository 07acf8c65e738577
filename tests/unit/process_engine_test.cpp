// One run of a program, from the call to the CommandResult.
#include "backends/process/process_engine.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>

#include "backends/process/unique_descriptor.h"
#include "tests/support/process_census.h"
#include "tests/unit/engine_test.h"

namespace efm::test {
namespace {

using std::chrono::milliseconds;
using testing::IsEmpty;
using testing::SizeIs;

class ProcessEngine : public EngineTest {};

TEST_F(ProcessEngine, RunsOnTheKernelThatThisTestIsFor) {
    const char* const named = std::getenv("EFM_TEST_KERNEL_WITHOUT");  // set by old-kernel
    const std::string missing = named == nullptr ? "" : named;
    const bool has_pidfd = missing.find("pidfd_open") == std::string::npos;
    const bool has_close_range = missing.find("close_range") == std::string::npos;
    const UniqueDescriptor self{static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0))};
    EXPECT_EQ(self.is_open(), has_pidfd);
    constexpr unsigned int close_on_exec = 4;
    EXPECT_EQ(::syscall(SYS_close_range, ~0U, ~0U, close_on_exec) == 0, has_close_range);
}

TEST_F(ProcessEngine, KeepsBothStreamsApart) {
    const auto result = run({"out=to the one", "err=to the other", "out= end"});
    EXPECT_EQ(result.ending, Ending::exited);
    EXPECT_EQ(result.exit_status, 0);
    EXPECT_EQ(result.output, "to the one end");
    EXPECT_EQ(result.errors, "to the other");
    EXPECT_EQ(result.refused_question, "");
    EXPECT_THAT(result.left_running, IsEmpty());
    EXPECT_GT(result.elapsed.count(), 0);
    EXPECT_FALSE(result.error);
}

TEST_F(ProcessEngine, TellsEveryExitStatus) {
    for (int status = 0; status < 256; ++status) {
        const auto result = run({"exit=" + std::to_string(status)});
        ASSERT_EQ(result.ending, Ending::exited);
        ASSERT_EQ(result.exit_status, status);
        ASSERT_EQ(result.signal, 0);
    }
}

TEST_F(ProcessEngine, TellsTheSignalThatEndedACommand) {
    for (const int signal : {SIGHUP, SIGINT, SIGABRT, SIGKILL, SIGSEGV, SIGPIPE, SIGTERM, SIGUSR1}) {
        const auto result = run({"out=so far", "raise=" + std::to_string(signal)});
        ASSERT_EQ(result.ending, Ending::signalled);
        ASSERT_EQ(result.signal, signal);
        ASSERT_EQ(result.exit_status, -1);
        ASSERT_EQ(result.output, "so far");
    }
}

TEST_F(ProcessEngine, GivesBytesAsTheyAre) {
    const auto result = run({"out-hex=00ff0a0d80c3280000", "err-hex=fe00"});
    EXPECT_EQ(result.output, (std::string{"\0\xff\n\r\x80\xc3(\0\0", 9}));
    EXPECT_EQ(result.errors, (std::string{"\xfe\0", 2}));
}

TEST_F(ProcessEngine, GivesHalfALine) {
    EXPECT_EQ(run({"out=a line\nand half"}).output, "a line\nand half");
}

TEST_F(ProcessEngine, ReadsLoudErrorsBesideLittleOutput) {
    constexpr long flood = 100L * 1024 * 1024;
    const auto resident = resident_kilobytes();
    const auto result = run({"out=first ", "flood-err=" + std::to_string(flood), "err=the end", "out=last"});
    EXPECT_EQ(result.ending, Ending::exited);
    EXPECT_EQ(result.output, "first last");
    EXPECT_THAT(result.errors, SizeIs(limits_.max_errors));
    EXPECT_THAT(result.errors, testing::EndsWith("the end"));
    const auto grown = resident_kilobytes() - resident;
    std::cout << "memory grew by " << grown << " kB while 100 MB went by\n";
    EXPECT_LT(grown, 10 * 1024);
}

TEST_F(ProcessEngine, KeepsOutputUpToTheCapAndNotAByteMore) {
    limits_.max_output = 1'000'000;
    const auto exact = run({"flood-out=1000000"});
    EXPECT_EQ(exact.ending, Ending::exited);
    EXPECT_THAT(exact.output, SizeIs(1'000'000));

    const auto more = run({"flood-out=1000001"});
    EXPECT_EQ(more.ending, Ending::too_much_output);
    EXPECT_THAT(more.output, SizeIs(1'000'000));
    EXPECT_EQ(more.exit_status, -1);
}

TEST_F(ProcessEngine, EndsACommandThatWritesTooMuch) {
    limits_.max_output = 4096;
    const auto result = run({"flood-out=1000000000", "touch=" + directory_.file("finished")});
    EXPECT_EQ(result.ending, Ending::too_much_output);
    EXPECT_THAT(result.output, SizeIs(4096));
    EXPECT_FALSE(std::filesystem::exists(directory_.file("finished")));
}

TEST_F(ProcessEngine, ACapOfZeroAllowsACommandThatSaysNothing) {
    limits_.max_output = 0;
    limits_.max_errors = 0;
    EXPECT_EQ(run({"err=noise"}).ending, Ending::exited);
    EXPECT_EQ(run({"out=x"}).ending, Ending::too_much_output);
}

TEST_F(ProcessEngine, AllowsAHundredMegabytesWhereTheLimitsDo) {
    constexpr std::size_t size = 100U * 1024 * 1024;
    limits_.max_output = size;
    const auto result = run({"flood-out=" + std::to_string(size)});
    EXPECT_EQ(result.ending, Ending::exited);
    EXPECT_THAT(result.output, SizeIs(size));
}

TEST_F(ProcessEngine, EndsACommandWhoseTimeIsOver) {
    limits_.timeout = milliseconds{100};
    const auto result = run({"out=so far", "err=a word", "hang"});
    EXPECT_EQ(result.ending, Ending::timed_out);
    EXPECT_EQ(result.output, "so far");
    EXPECT_EQ(result.errors, "a word");
    EXPECT_EQ(result.exit_status, -1);
    EXPECT_EQ(result.signal, 0) << "the signal was ours";
    EXPECT_GE(result.elapsed, milliseconds{100});
    EXPECT_LT(result.elapsed, milliseconds{2000});
}

TEST_F(ProcessEngine, ATimeoutOfZeroIsOverAtOnce) {
    limits_.timeout = milliseconds{0};
    EXPECT_EQ(run({"hang"}).ending, Ending::timed_out);
}

TEST_F(ProcessEngine, LoudErrorsDoNotPutOffTheTimeout) {
    limits_.timeout = milliseconds{200};
    const auto result = run({"flood-err=1000000000000"});
    EXPECT_EQ(result.ending, Ending::timed_out);
    EXPECT_LT(result.elapsed, milliseconds{2000});
}

TEST_F(ProcessEngine, AnInterruptAtTheFirstWaitEndsTheCommand) {
    waiter_.interrupt_at_wait(1);
    EXPECT_EQ(run({"hang"}).ending, Ending::cancelled);
    EXPECT_EQ(waiter_.waits(), 1);
}

TEST_F(ProcessEngine, StartsNothingWithoutRoomForItsDescriptors) {
    waiter_.set_room(3);
    const auto result = run({"touch=" + directory_.file("started")});
    EXPECT_EQ(result.ending, Ending::could_not_start);
    EXPECT_EQ(result.error, std::errc::too_many_files_open);
    EXPECT_EQ(waiter_.reservations_refused(), 1);
    EXPECT_EQ(waiter_.waits(), 0);
    EXPECT_FALSE(std::filesystem::exists(directory_.file("started")));
}

TEST_F(ProcessEngine, AGrandchildThatKeepsThePipeDoesNotHoldTheCaller) {
    const auto result = run({"out=done", "child", "exit=3"});
    EXPECT_EQ(result.ending, Ending::exited);
    EXPECT_EQ(result.exit_status, 3);
    EXPECT_EQ(result.output, "done");
    EXPECT_LT(result.elapsed, milliseconds{2000});
    EXPECT_THAT(before_.processes_left(), SizeIs(1)) << "what it left behind is its own affair";
    before_.end_processes_left();
}

TEST_F(ProcessEngine, ReadsWhatIsStillInThePipeWhenTheCommandHasEnded) {
    // More than is read at a time, and all of it is there, with the end of the command, before anything is
    // read.
    constexpr std::size_t size = 900'000;
    ActingWaiter waiter{[] {
        comes_true([] { return children().empty() || children().front().state == 'Z'; });
        return WaitResult::ready;
    }};
    const auto result = run_process(
        request({"pipe-size=1048576", "flood-out=" + std::to_string(size), "exit=0"}), limits_, waiter);
    EXPECT_EQ(result.ending, Ending::exited);
    EXPECT_THAT(result.output, SizeIs(size));

    // A socket holds less.
    constexpr std::size_t socket_size = 100'000;
    auto what = request({"flood-out=" + std::to_string(socket_size), "exit=0"});
    what.under_terminal = true;
    EXPECT_THAT(run_process(what, limits_, waiter).output, SizeIs(socket_size));
}

TEST_F(ProcessEngine, DoesNotSpinOnClosedPipes) {
    limits_.timeout = milliseconds{300};
    EXPECT_EQ(run({"close=1", "close=2", "hang"}).ending, Ending::timed_out);
    EXPECT_LT(waiter_.waits(), 100) << "a pipe at its end is ready for ever";
}

TEST_F(ProcessEngine, ManyCallsLeaveDescriptorsAndMemoryAsTheyWere) {
    const auto run_many = [this](int calls) {
        for (int call = 0; call < calls; ++call) {
            const auto result = run({"out=x", "exit=1"});
            ASSERT_EQ(result.exit_status, 1);
            ASSERT_EQ(result.output, "x") << "written just before the end, in call " << call;
        }
    };
    run_many(100);
    const auto resident = resident_kilobytes();
    run_many(2000);
    const auto grown = resident_kilobytes() - resident;
    std::cout << "memory grew by " << grown << " kB in 2000 calls\n";
    EXPECT_TRUE(before_.nothing_left());
#ifndef __SANITIZE_ADDRESS__
    EXPECT_LT(grown, 1024);
#endif
}

}  // namespace
}  // namespace efm::test
