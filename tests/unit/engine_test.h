#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/process/child_process.h"
#include "backends/process/process_engine.h"
#include "tests/support/child_program.h"
#include "tests/support/leftover_check.h"
#include "tests/support/poll_waiter.h"
#include "tests/support/process_census.h"

namespace efm::test {

/// Runs a chameleon through the process engine. After every test: nothing is left of it, the host has got
/// back what it had reserved, and it was not asked to wait again after it had interrupted.
class EngineTest : public testing::Test {
  protected:
    [[nodiscard]] ProcessRequest request(std::vector<std::string> words,
                                         std::string_view program = "chameleon") const {
        words.insert(words.begin(), {test_program(program), before_.mark()});
        return {.command_line = std::move(words), .environment = {"PATH=/usr/bin:/bin"}};
    }
    CommandResult run_request(const ProcessRequest& what) {
        auto result = run_process(what, limits_, waiter_);
        was_named_ = was_named_ || !result.left_running.empty();
        return result;
    }
    CommandResult run(std::vector<std::string> words) { return run_request(request(std::move(words))); }

    void TearDown() override {
        // A very busy machine may need longer to end a process than the engine waits for it. Then it was
        // named, and is gone a moment later.
        if (was_named_)
            comes_true([this] {
                ChildProcess::clear_leftovers();
                return static_cast<bool>(before_.nothing_left());
            });
        EXPECT_TRUE(before_.nothing_left());
        EXPECT_EQ(waiter_.reserved(), 0);
        EXPECT_EQ(waiter_.waits_after_interrupt(), 0);
        before_.end_processes_left();
    }

    TemporaryDirectory directory_;
    LeftoverCheck before_;
    PollWaiter waiter_;
    Limits limits_;

  private:
    bool was_named_ = false;
};

/// What a host does in the middle of a wait, instead of waiting.
class ActingWaiter final : public Waiter {
  public:
    explicit ActingWaiter(std::function<WaitResult()> act) : act_(std::move(act)) {}
    WaitResult wait(int /*descriptor*/, std::chrono::milliseconds /*timeout*/) noexcept override {
        return act_();
    }
    bool reserve_descriptors(int /*count*/) noexcept override { return true; }
    void release_descriptors(int /*count*/) noexcept override {}

  private:
    std::function<WaitResult()> act_;
};

/// Runs `work` in a process that is forked off, for what may not happen in the test's own. Answers its exit
/// status: 0 when `work` said true.
inline int in_forked_process(const std::function<bool()>& work) {
    const pid_t id = ::fork();
    if (id == 0)
        ::_exit(work() ? EXIT_SUCCESS : EXIT_FAILURE);
    int status = 0;
    ::waitpid(id, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// The text after `name ` in the lines that begin so: what a chameleon says of itself.
inline std::vector<std::string> told(std::string_view output, std::string_view name) {
    std::vector<std::string> values;
    while (!output.empty()) {
        const auto line = output.substr(0, output.find('\n'));
        if (line.starts_with(name) && line.substr(name.size()).starts_with(' '))
            values.emplace_back(line.substr(name.size() + 1));
        output.remove_prefix(std::min(output.size(), line.size() + 1));
    }
    return values;
}

}  // namespace efm::test
