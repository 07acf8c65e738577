#pragma once

#include <string>
#include <vector>

#include "backends/command/command_runner.h"
#include "backends/runners/runner_settings.h"

namespace efm {

/// Answers from the fake EFM inside this process: the same scenario, state and bytes as the program
/// `mock-efm`, and no process. A delay of the scenario is waited for through the Waiter, so it is cancelled
/// and timed out like a command.
class MockRunner final : public CommandRunner {
  public:
    explicit MockRunner(RunnerSettings settings) : settings_(std::move(settings)) {}

    CommandResult run(const Command& command, const Limits& limits, Waiter& waiter) override;
    [[nodiscard]] std::vector<std::string> command_line(const Command& command) const override;

  private:
    RunnerSettings settings_;
};

}  // namespace efm
