#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "backends/command/command.h"
#include "backends/command/command_result.h"
#include "backends/command/waiter.h"

namespace efm {

/// The bounds of one run.
struct Limits {
    std::chrono::milliseconds timeout{60'000};
    std::size_t max_output = 16U * 1024 * 1024;  ///< bytes of standard output; more ends the command
    std::size_t max_errors = 8U * 1024;  ///< bytes of standard error kept (its end); more is thrown away
};

/// Runs `efm` commands. The contract, which one test (tests/contract) holds every implementation to:
///
/// * run() returns when the command has ended, or when it has been ended because the time was over, the
/// output
///   grew too large or the waiter was interrupted. It returns within the runner's stop time of that (50 ms
///   for a direct child, 250 ms under sudo), whatever the command does.
/// * On return nothing of the command is left: no process, no zombie, no descriptor. What could not be ended
/// is in
///   `left_running`. A background process that a command leaves behind when it ends by itself is its own
///   affair, and does not hold the caller even if it keeps the output open.
/// * A non-zero exit is a result and no error: whether it is a failure is for the outcome table to say.
/// * Every expected outcome is in the CommandResult. The only exceptions are those of memory allocation, and
/// they
///   leave nothing behind either.
/// * Words are passed as they are, in order; none is interpreted. A word with a NUL byte is refused
///   (`could_not_start`, errc::invalid_argument).
/// * command_line() runs nothing and needs no program to be there.
/// * A runner may be used for any number of commands, one at a time, from one thread.
class CommandRunner {
  public:
    CommandRunner() = default;
    CommandRunner(const CommandRunner&) = delete;
    CommandRunner& operator=(const CommandRunner&) = delete;
    virtual ~CommandRunner() = default;

    virtual CommandResult run(const Command& command, const Limits& limits, Waiter& waiter) = 0;

    /// The argument vector that run() would start; element 0 is the program.
    [[nodiscard]] virtual std::vector<std::string> command_line(const Command& command) const = 0;
};

}  // namespace efm
