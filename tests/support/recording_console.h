#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/fake/console.h"

namespace efm::fake {

/// Keeps everything that the fake EFM says, answers its questions from a list, and lets no time pass.
class RecordingConsole final : public Console {
  public:
    [[nodiscard]] bool write_output(std::string_view text) override { return record(output, text); }
    [[nodiscard]] bool write_errors(std::string_view text) override { return record(errors, text); }

    [[nodiscard]] Answer read_answer(std::string_view question) override {
        ++calls;
        questions.emplace_back(question);
        if (answers.empty())
            return Answer::end_of_file;
        const auto answer = answers.front();
        answers.pop_front();
        return answer;
    }

    [[nodiscard]] bool pause(std::chrono::milliseconds duration) override {
        ++calls;
        if (duration.count() < 0) {
            hung = true;
            return false;
        }
        paused += duration;
        return on_pause ? on_pause() : true;
    }

    void leave_child(std::chrono::milliseconds duration) override { child = duration; }

    [[nodiscard]] std::optional<std::string> read_line() override {
        if (lines.empty())
            return std::nullopt;
        auto line = lines.front();
        lines.pop_front();
        return line;
    }
    [[nodiscard]] std::optional<std::string> password_variable() override { return password; }
    void ignore_signals() override { ignores_signals = true; }
    [[nodiscard]] bool wait_for_child(std::chrono::milliseconds duration) override {
        waited_for_child = duration;
        return true;
    }

    // What was said and done.
    std::string output;
    std::string errors;
    std::vector<std::string> questions;
    std::chrono::milliseconds paused{0};
    std::chrono::milliseconds child{0};
    std::chrono::milliseconds waited_for_child{0};
    bool hung = false;
    bool ignores_signals = false;
    std::size_t calls = 0;

    // What is answered.
    std::deque<Answer> answers;
    std::deque<std::string> lines;
    std::optional<std::string> password;
    std::function<bool()> on_pause;              ///< empty: pauses are granted
    std::size_t most_bytes = std::string::npos;  ///< more than this in one stream stops the command

  private:
    bool record(std::string& stream, std::string_view text) {
        ++calls;
        if (text.size() > most_bytes - stream.size())
            return false;
        stream += text;
        return true;
    }
};

}  // namespace efm::fake
