#pragma once

#include <string_view>

#include "backends/command/command_result.h"
#include "backends/command/command_runner.h"
#include "mocks/fake/console.h"

namespace efm {

/// Lets the fake EFM speak into a CommandResult, under the bounds, the policy and the waiter of one run.
class MemoryConsole final : public fake::Console {
  public:
    MemoryConsole(Confirmation policy, const Limits& limits, Waiter& waiter);

    [[nodiscard]] bool write_output(std::string_view text) override;
    [[nodiscard]] bool write_errors(std::string_view text) override;
    [[nodiscard]] Answer read_answer(std::string_view question) override;
    [[nodiscard]] bool pause(std::chrono::milliseconds duration) override;
    void leave_child(std::chrono::milliseconds duration) override;

    /// `exited` unless the run was stopped.
    [[nodiscard]] CommandResult take_result();

  private:
    bool stop(Ending ending);

    Confirmation policy_;
    const Limits& limits_;
    Waiter& waiter_;
    std::chrono::steady_clock::time_point deadline_;
    CommandResult result_;
};

}  // namespace efm
