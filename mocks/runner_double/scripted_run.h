#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "backends/command/command_runner.h"

namespace efm {

/// What a command does that only exists on paper, in the order of the members.
struct ScriptedRun {
    std::chrono::milliseconds delay{0};  ///< passes first; negative: it never gets any further
    std::string output{};
    std::string errors{};
    std::string
        question{};  ///< is written to the output and waits for an answer; any but `y` ends it with status 1
    std::string output_after_question{};
    bool hangs = false;  ///< after all of it
    int exit_status = 0;
    int signal = 0;  ///< that ends it; 0 for none
};

/// Plays one under the contract of CommandRunner: bounds, waiter, confirmation policy and endings are those
/// of a real runner, so that what is built on one can be tested without any.
class ScriptedPlay {
  public:
    ScriptedPlay(const Command& command, const Limits& limits, Waiter& waiter)
        : command_(command), limits_(limits), waiter_(waiter), deadline_(Clock::now() + limits.timeout) {}

    CommandResult play(const ScriptedRun& script) {
        const auto start = Clock::now();
        if (has_nul())
            result_.error = std::make_error_code(std::errc::invalid_argument);
        else if (const auto status = speak(script))
            end(script, *status);
        result_.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
        return result_;
    }

  private:
    using Clock = std::chrono::steady_clock;
    using milliseconds = std::chrono::milliseconds;
    static constexpr milliseconds for_ever{-1};

    [[nodiscard]] bool has_nul() const {
        return std::ranges::any_of(
            command_.words(), [](const std::string& word) { return word.find('\0') != std::string::npos; });
    }

    /// The exit status that it has come to, or nothing when the run was stopped.
    std::optional<int> speak(const ScriptedRun& script) {
        if (!passes(script.delay) || !write(script.output))
            return std::nullopt;
        const auto kept = std::min(script.errors.size(), limits_.max_errors);
        result_.errors = script.errors.substr(script.errors.size() - kept);
        if (!script.question.empty()) {
            if (!write(script.question))
                return std::nullopt;
            if (!is_accepted(script.question))
                return 1;
        }
        if (!write(script.output_after_question) || !passes(script.hangs ? for_ever : milliseconds{0}))
            return std::nullopt;
        return script.exit_status;
    }

    bool write(std::string_view text) {
        const auto room = limits_.max_output - std::min(limits_.max_output, result_.output.size());
        result_.output.append(text.substr(0, room));
        if (text.size() > room)
            result_.ending = Ending::too_much_output;
        return text.size() <= room;
    }

    bool is_accepted(std::string_view question) {
        const auto pending = pending_question(question);
        if (command_.confirmation == Confirmation::none || pending.empty())
            return false;
        const bool accepted = is_confirmed(classify_question(pending), command_.confirmation);
        if (!accepted)
            result_.refused_question = pending;
        return accepted;
    }

    bool passes(milliseconds duration) {
        const auto end = duration == for_ever ? deadline_ : std::min(deadline_, Clock::now() + duration);
        do {
            const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
            if (waiter_.wait(-1, std::max(left, milliseconds{0})) == WaitResult::interrupted) {
                result_.ending = Ending::cancelled;
                return false;
            }
        } while (Clock::now() < end);
        if (Clock::now() < deadline_)
            return true;
        result_.ending = Ending::timed_out;
        return false;
    }

    void end(const ScriptedRun& script, int status) {
        if (script.signal != 0) {
            result_.ending = Ending::signalled;
            result_.signal = script.signal;
        } else {
            result_.ending = Ending::exited;
            result_.exit_status = status;
        }
    }

    const Command& command_;
    const Limits& limits_;
    Waiter& waiter_;
    Clock::time_point deadline_;
    CommandResult result_;
};

}  // namespace efm
