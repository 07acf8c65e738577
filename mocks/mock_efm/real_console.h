#pragma once

#include "mocks/fake/console.h"

namespace efm::fake {

/// The standard streams, time and processes of the calling process.
class RealConsole final : public Console {
  public:
    [[nodiscard]] bool write_output(std::string_view text) override;
    [[nodiscard]] bool write_errors(std::string_view text) override;
    [[nodiscard]] Answer read_answer(std::string_view question) override;
    [[nodiscard]] bool pause(std::chrono::milliseconds duration) override;
    void leave_child(std::chrono::milliseconds duration) override;
    [[nodiscard]] std::optional<std::string> read_line() override;
    [[nodiscard]] std::optional<std::string> password_variable() override;
    void ignore_signals() override;
    [[nodiscard]] bool wait_for_child(std::chrono::milliseconds duration) override;

    /// All that is left on standard input; nothing when it is more than `most` bytes.
    static std::optional<std::string> read_all(std::size_t most);

    /// Whether a stream could not be written: nobody reads it any more, or the disk is full.
    [[nodiscard]] bool is_broken() const { return is_broken_; }

  private:
    bool write(int descriptor, std::string_view text);

    bool is_broken_ = false;
};

}  // namespace efm::fake
