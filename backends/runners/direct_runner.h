#pragma once

#include <string>
#include <vector>

#include "backends/command/command_runner.h"
#include "backends/runners/runner_settings.h"

namespace efm {

/// Runs the program as the operating system user of this process, which EFM allows to members of the group
/// `efm`.
class DirectRunner final : public CommandRunner {
  public:
    explicit DirectRunner(RunnerSettings settings) : settings_(std::move(settings)) {}

    CommandResult run(const Command& command, const Limits& limits, Waiter& waiter) override;
    [[nodiscard]] std::vector<std::string> command_line(const Command& command) const override;

  private:
    RunnerSettings settings_;
};

}  // namespace efm
