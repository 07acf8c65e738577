#pragma once

#include <string>
#include <vector>

#include "backends/command/command_runner.h"
#include "backends/runners/runner_settings.h"

namespace efm {

/// Runs the program as another user:
///
///     sudo -n -u USER [PATH=… JAVA_HOME=…] COMMAND SUBCOMMAND CLUSTER …
///
/// in exactly this order, so that a sudoers file written for it matches. The command gets a private terminal,
/// because a server may not signal another user's process, but a hang-up reaches everything below sudo.
class SudoRunner final : public CommandRunner {
  public:
    explicit SudoRunner(RunnerSettings settings) : settings_(std::move(settings)) {}

    CommandResult run(const Command& command, const Limits& limits, Waiter& waiter) override;
    [[nodiscard]] std::vector<std::string> command_line(const Command& command) const override;

  private:
    RunnerSettings settings_;
};

}  // namespace efm
