#pragma once

#include <chrono>
#include <string_view>

namespace efm::fake {

/// Where the fake EFM speaks: real standard streams and real time for `mock-efm`, buffers and a Waiter for the mock
/// runner. Each call answers whether to go on; after a `false` (the caller has stopped the command) the fake returns
/// at once and calls nothing more.
class Console {
  public:
    virtual ~Console() = default;

    [[nodiscard]] virtual bool write_output(std::string_view text) = 0;
    [[nodiscard]] virtual bool write_errors(std::string_view text) = 0;

    enum class Answer { yes, no, end_of_file, stopped };
    /// Asks what was just written (the question itself has gone through write_output) and reads one line.
    [[nodiscard]] virtual Answer read_answer(std::string_view question) = 0;

    /// Lets time pass. A negative duration is forever.
    [[nodiscard]] virtual bool pause(std::chrono::milliseconds duration) = 0;

    /// Leaves a background process behind that keeps the output open for this long (nothing in-process).
    virtual void leave_child(std::chrono::milliseconds duration) = 0;
};

}  // namespace efm::fake
