#pragma once

#include <string>

#include "backends/command/command_result.h"
#include "backends/command/command_runner.h"
#include "backends/runners/runner_settings.h"

namespace efm {

/// Hands on the fake cluster that the backend `mock` plays, inside this process: the same state as its calls.
/// Each answers as a command does: exit status 0 with its output; or not 0 with lines of standard error that
/// say what is wrong, and then nothing has changed. A wait for the state's lock can be cancelled and timed
/// out.
class MockControl {
  public:
    MockControl(const RunnerSettings& settings, const Limits& limits, Waiter& waiter)
        : scenario_file_(settings.mock_scenario), limits_(limits), waiter_(waiter) {}

    /// All mistakes in the scenario, one a line; empty when it is valid.
    [[nodiscard]] std::string scenario_mistakes() const;

    /// Begins anew from the scenario, with no calls received.
    [[nodiscard]] CommandResult reset() const;
    /// Lets something happen: `event` is a JSON object.
    [[nodiscard]] CommandResult apply(const std::string& event) const;
    /// The state: one JSON object.
    [[nodiscard]] CommandResult state() const;
    /// The calls received since the last reset: one JSON object a line.
    [[nodiscard]] CommandResult calls() const;

  private:
    template <typename Act>
    CommandResult run(const Act& act) const;

    std::string scenario_file_;
    Limits limits_;
    Waiter& waiter_;
};

}  // namespace efm
