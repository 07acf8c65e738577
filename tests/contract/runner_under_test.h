#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "backends/command/command_runner.h"
#include "backends/runners/runner_settings.h"
#include "tests/support/child_program.h"

namespace efm::test {

enum class Kind { direct, sudo, mock, runner_double };

/// The name of a kind, as it stands in the name of a test.
std::string to_string(Kind kind);

/// What the fake `efm` is told to do, in the order of the members; the same on every kind of runner.
struct Script {
    bool ignores_signals = false;             ///< HUP, INT, TERM, PIPE
    std::chrono::milliseconds slow_child{0};  ///< waits for a child as a launcher script does
    std::chrono::milliseconds delay{0};
    std::size_t flood_output = 0;  ///< bytes of some text
    std::size_t flood_errors = 0;
    std::string question{};
    std::string output = "answer\n";
    std::string errors{};
    std::optional<std::chrono::milliseconds> child_keeps_pipe{};
    bool hangs = false;  ///< after all of it
    int signal = 0;      ///< that ends it
    int exit_status = 0;
};

/// One implementation of CommandRunner, with a fake `efm` that does what a script says.
class RunnerUnderTest {
  public:
    /// Why this kind cannot be tested here; empty when it can.
    static std::string missing(Kind kind);

    explicit RunnerUnderTest(Kind kind);
    ~RunnerUnderTest();
    RunnerUnderTest(const RunnerUnderTest&) = delete;
    RunnerUnderTest& operator=(const RunnerUnderTest&) = delete;

    /// The runner; its next commands do what `script` says.
    CommandRunner& that_does(const Script& script);

    /// The runner with another program in the place of `efm`.
    CommandRunner& with_program(const std::string& path);

    [[nodiscard]] RunnerSettings& settings() { return settings_; }
    [[nodiscard]] bool has_process() const { return kind_ == Kind::direct || kind_ == Kind::sudo; }

  private:
    Kind kind_;
    TemporaryDirectory directory_;
    RunnerSettings settings_;
    std::unique_ptr<CommandRunner> runner_;
};

}  // namespace efm::test
