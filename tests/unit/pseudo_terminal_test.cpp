#include "backends/process/pseudo_terminal.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/engine_test.h"

namespace efm::test {
namespace {

using testing::SizeIs;

TEST(PseudoTerminalTest, BothSidesAreClosedOnExec) {
    const auto made = PseudoTerminal::open();
    ASSERT_TRUE(std::holds_alternative<PseudoTerminal>(made));
    const auto& terminal = std::get<PseudoTerminal>(made);
    for (const int side : {terminal.master.get(), terminal.slave.get()}) {
        EXPECT_EQ(::fcntl(side, F_GETFD), FD_CLOEXEC);
        EXPECT_EQ(::isatty(side), 1);
    }
    EXPECT_NE(::fcntl(terminal.master.get(), F_GETFL) & O_NONBLOCK, 0);
}

class UnderATerminal : public EngineTest {};

TEST_F(UnderATerminal, WhatIsWrittenToItHoldsNobody) {
    auto what = request({"sleep=100", "flood-tty=1000000", "out=done"});
    what.under_terminal = true;
    const auto result = run_request(what);
    EXPECT_EQ(result.ending, Ending::exited);
    EXPECT_EQ(result.output, "done") << "what goes to the terminal is not output";
}

TEST_F(UnderATerminal, ACommandThatReadsFromItIsEndedByTheTimeout) {
    const auto script =
        directory_.write("reads", "#!/bin/sh\nread line < /dev/tty\necho \"got $line\"\n", true);
    limits_.timeout = std::chrono::milliseconds{200};
    const auto result =
        run_request({.command_line = {script, before_.mark()}, .environment = {}, .under_terminal = true});
    EXPECT_EQ(result.ending, Ending::timed_out);
    EXPECT_EQ(result.output, "");
}

/// A host may have been started without standard descriptors: what the engine opens is then numbered from 0
/// and must not get into the way of the child's own.
TEST_F(UnderATerminal, AHostWithoutStandardDescriptorsGivesItsChildAllThree) {
    const auto child_is_whole = [this](ProcessRequest what) {
        return in_forked_process([&] {
            for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
                ::close(standard);
            const auto result = run_request(what);
            const auto terminal = told(result.output, "terminal");
            return result.ending == Ending::exited && told(result.output, "descriptor").size() == 3 &&
                   terminal.size() == 1 && (terminal[0] != "none") == what.under_terminal;
        });
    };
    auto what = request({"show=descriptors", "show=terminal"});
    EXPECT_EQ(child_is_whole(what), EXIT_SUCCESS);
    what.confirmation = Confirmation::routine;
    EXPECT_EQ(child_is_whole(what), EXIT_SUCCESS);
    what.under_terminal = true;
    EXPECT_EQ(child_is_whole(what), EXIT_SUCCESS);
    what.confirmation = Confirmation::none;
    EXPECT_EQ(child_is_whole(what), EXIT_SUCCESS);
}

}  // namespace
}  // namespace efm::test
