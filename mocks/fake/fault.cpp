#include "mocks/fake/fault.h"

#include <algorithm>

namespace efm::fake {

namespace {

// Lets the first bytes of the output through and says nothing about the rest.
class CuttingConsole final : public Console {
  public:
    CuttingConsole(Console& console, std::uint64_t bytes) : console_(console), left_(bytes) {}

    [[nodiscard]] bool write_output(std::string_view text) override {
        const auto kept =
            text.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, text.size())));
        left_ -= kept.size();
        return kept.empty() || console_.write_output(kept);
    }
    [[nodiscard]] bool write_errors(std::string_view text) override { return console_.write_errors(text); }
    [[nodiscard]] Answer read_answer(std::string_view question) override {
        return console_.read_answer(question);
    }
    [[nodiscard]] bool pause(std::chrono::milliseconds duration) override { return console_.pause(duration); }
    void leave_child(std::chrono::milliseconds duration) override { console_.leave_child(duration); }
    [[nodiscard]] std::optional<std::string> read_line() override { return console_.read_line(); }
    [[nodiscard]] std::optional<std::string> password_variable() override {
        return console_.password_variable();
    }

  private:
    Console& console_;
    std::uint64_t left_;
};

bool write(Console& console, bool on_errors, std::string_view text) {
    return text.empty() || (on_errors ? console.write_errors(text) : console.write_output(text));
}

bool flood(Console& console, const Fault::Flood& flood) {
    constexpr std::size_t chunk_size = 64U * 1024;
    std::string chunk;
    while (chunk.size() < chunk_size)
        chunk += "The fake EFM floods this stream because its scenario says so. .........\n";
    chunk.resize(chunk_size);
    chunk.back() = '\n';
    for (auto left = flood.bytes; left > 0;) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, chunk_size));
        if (!write(console, flood.on_errors, std::string_view{chunk}.substr(0, size)))
            return false;
        left -= size;
    }
    return true;
}

bool before_command(const Fault& fault, Console& console) {
    if (fault.ignore_signals)
        console.ignore_signals();
    if (fault.slow_child.count() > 0 && !console.wait_for_child(fault.slow_child))
        return false;
    if (fault.delay.count() > 0 && !console.pause(fault.delay))
        return false;
    if (fault.hang && !console.pause(std::chrono::milliseconds{-1}))
        return false;
    return write(console, true, fault.errors_before) && write(console, false, fault.prefix) &&
           (!fault.flood || flood(console, *fault.flood));
}

MaybeEnded answer(const Fault& fault, Console& console, const std::function<MaybeEnded(Console&)>& command) {
    if (!fault.question.empty()) {
        if (!console.write_output(fault.question))
            return std::nullopt;
        const auto given = console.read_answer(fault.question);
        if (given == Console::Answer::stopped)
            return std::nullopt;
        if (given != Console::Answer::yes)
            return Ended{.exit_status = 1};
    }
    if (!fault.gives_whole_answer())
        return command(console);
    if (!write(console, false, fault.output.value_or("")) || !write(console, true, fault.errors.value_or("")))
        return std::nullopt;
    return Ended{};
}

}  // namespace

bool Fault::matches(const std::vector<std::string>& words) const {
    if (subcommand != "*" && (words.empty() || words.front() != subcommand))
        return false;
    if (!arguments)
        return true;
    constexpr std::size_t before_arguments = 2;
    if (words.size() != arguments->size() + before_arguments)
        return arguments->empty() && words.size() < before_arguments;
    return std::equal(
        arguments->begin(), arguments->end(), words.begin() + before_arguments,
        [](const auto& pattern, const auto& word) { return pattern == "*" || pattern == word; });
}

bool Fault::covers(std::int64_t earlier, std::int64_t elapsed_ms) const {
    const auto number = earlier - after_calls + 1;
    return number > 0 && (!calls || number <= *calls) && number % every == 0 && elapsed_ms >= from_ms &&
           (!for_ms || elapsed_ms - from_ms < *for_ms);
}

MaybeEnded run_with_fault(const Fault& fault, Console& console, const std::function<MaybeEnded()>& confirm,
                          const std::function<MaybeEnded(Console&)>& command) {
    if (!before_command(fault, console))
        return std::nullopt;
    if (const auto confirmed = confirm(); !confirmed || confirmed->exit_status != 0)
        return confirmed;
    MaybeEnded ended;
    if (fault.cut_at) {
        CuttingConsole cutting{console, *fault.cut_at};
        ended = answer(fault, cutting, command);
    } else {
        ended = answer(fault, console, command);
    }
    if (!ended)
        return std::nullopt;
    if (fault.child_keeps_pipe)
        console.leave_child(*fault.child_keeps_pipe);
    if (fault.hang_after && !console.pause(std::chrono::milliseconds{-1}))
        return std::nullopt;
    ended->signal = fault.signal;
    ended->exit_status = fault.exit_status.value_or(ended->exit_status);
    return ended;
}

}  // namespace efm::fake
