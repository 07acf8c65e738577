#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace efm::fake {

/// Where the fake EFM speaks: real standard streams and real time for `mock-efm`, buffers and a Waiter for
/// the mock runner. Each call answers whether to go on; after a `false` (the caller has stopped the command)
/// the fake returns at once and calls nothing more.
class Console {
  public:
    virtual ~Console() = default;

    [[nodiscard]] virtual bool write_output(std::string_view text) = 0;
    [[nodiscard]] virtual bool write_errors(std::string_view text) = 0;

    enum class Answer { yes, no, end_of_file, stopped };
    /// Asks what was just written (the question itself has gone through write_output) and reads one line.
    [[nodiscard]] virtual Answer read_answer(std::string_view question) = 0;

    /// Lets time pass. A negative duration is forever: it ends with a `false`.
    [[nodiscard]] virtual bool pause(std::chrono::milliseconds duration) = 0;

    /// Leaves a background process behind that keeps the output open for this long (nothing in-process).
    virtual void leave_child(std::chrono::milliseconds duration) = 0;

    // The rest matters to a program with processes, signals and a terminal of its own. In-process nothing of
    // it is needed: there is no one to type a password, and a child to wait for is no more than time that
    // passes.

    /// Reads one line that is no answer to a yes-or-no question; nothing at the end of the input.
    [[nodiscard]] virtual std::optional<std::string> read_line() { return std::nullopt; }

    /// The password that `encrypt --from-env` is given; nothing when there is none.
    [[nodiscard]] virtual std::optional<std::string> password_variable() { return std::nullopt; }

    /// Goes on when asked to end (HUP, INT, TERM, PIPE).
    virtual void ignore_signals() {}

    /// Waits for a child that takes this long, as a launcher script does. Answers whether to go on.
    [[nodiscard]] virtual bool wait_for_child(std::chrono::milliseconds duration) { return pause(duration); }
};

}  // namespace efm::fake
