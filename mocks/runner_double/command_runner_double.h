#pragma once

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

#include "backends/command/command_runner.h"
#include "mocks/runner_double/scripted_run.h"

namespace efm {

/// A CommandRunner for tests of what is built on one. Say what you expect as of any GoogleMock class:
///
///     CommandRunnerDouble runner;
///     runner.will_do({.output = "…", .exit_status = 1});
///     EXPECT_CALL(runner, run(testing::Field(&Command::subcommand, "resume"), _, _));
///
/// What is not said otherwise is done by the script, under the same contract as every real runner
/// (tests/contract). For what the contract cannot provoke, give the result itself:
/// `.WillOnce(Return(CommandResult{…}))`.
class CommandRunnerDouble : public CommandRunner {
  public:
    explicit CommandRunnerDouble(std::string program = "/usr/edb/efm-4.9/bin/efm")
        : program_(std::move(program)) {
        ON_CALL(*this, run)
            .WillByDefault([this](const Command& command, const Limits& limits, Waiter& waiter) {
                return ScriptedPlay{command, limits, waiter}.play(script_);
            });
        ON_CALL(*this, command_line).WillByDefault([this](const Command& command) {
            auto words = command.words();
            words.insert(words.begin(), program_);
            return words;
        });
    }

    MOCK_METHOD(CommandResult, run, (const Command& command, const Limits& limits, Waiter& waiter),
                (override));
    MOCK_METHOD(std::vector<std::string>, command_line, (const Command& command), (const, override));

    /// What every run does from now on. At first: ends at once with status 0 and says nothing.
    void will_do(ScriptedRun script) { script_ = std::move(script); }

  private:
    std::string program_;
    ScriptedRun script_;
};

}  // namespace efm
