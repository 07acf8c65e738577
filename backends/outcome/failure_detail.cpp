#include "backends/outcome/failure_detail.h"

#include <range/v3/range/conversion.hpp>
#include <range/v3/view/join.hpp>
#include <range/v3/view/transform.hpp>

#include "backends/checks/argument_check.h"
#include "backends/outcome/redact.h"
#include "backends/outcome/status_answer.h"

namespace efm {

namespace {

// What follows a colon: on the same line if it has only one.
std::string after_colon(const std::string& text) {
    return (text.find('\n') == std::string::npos ? ": " : ":\n") + text;
}

std::string exit_sentence(const Command& command, const CommandResult& result) {
    const auto status = "Exit status " + std::to_string(result.exit_status);
    // Of a long text in the place of a status its first part tells what came; of a message its last.
    constexpr std::size_t longest_message = 1000;
    const bool is_no_status = promises_json(command.subcommand) && result.output.size() > longest_message &&
                              result.errors.find_first_not_of(" \t\r\n") == std::string::npos;
    const bool is_broken_answer =
        (result.exit_status == 0 && result.refused_question.empty()) || is_no_status;
    if (is_broken_answer && !result.output.empty())
        return status + ", and the output begins: " + printable(redact(result.output.substr(0, 4000)), 200);
    const auto words = last_words(result);
    return status + (words.empty() ? ", and nothing was printed." : after_colon(words));
}

std::string start_sentence(const CommandResult& result, const OutcomeContext& context) {
    const auto& program = context.command_line.empty() ? context.program : context.command_line.front();
    return "Starting \"" + printable(program, 300) + "\" failed: " + printable(result.error.message(), 200) +
           '.';
}

std::string left_running(const std::vector<int>& processes) {
    const auto numbers = processes |
                         ranges::views::transform([](int process) { return std::to_string(process); }) |
                         ranges::views::join(std::string{", "}) | ranges::to<std::string>();
    return processes.size() == 1 ? "Process " + numbers + " could not be ended and is left running."
                                 : "Processes " + numbers + " could not be ended and are left running.";
}

void add(std::string& text, const std::string& sentence) {
    if (!text.empty())
        text += text.find('\n') == std::string::npos ? ' ' : '\n';
    text += sentence;
}

// The program says that it has done its part, or a shell that it was killed in the middle (128 and the
// signal).
bool has_failed_after_acceptance(const Command& command, const CommandResult& result) {
    constexpr int killed_below_shell = 128;
    return command.subcommand == "promote" && result.exit_status != 0 &&
           (result.exit_status > killed_below_shell ||
            result.output.find("accepted by local agent") != std::string::npos);
}

}  // namespace

bool has_unknown_outcome(const Command& command, const CommandResult& result) {
    if (result.ending == Ending::could_not_start || !result.refused_question.empty() ||
        only_reads(command.subcommand))
        return false;
    return result.ending != Ending::exited || has_failed_after_acceptance(command, result);
}

std::string failure_detail(const Command& command, const CommandResult& result,
                           const OutcomeContext& context) {
    std::string text;
    if (!result.refused_question.empty())
        add(text, "The question was \"" + printable(redact(result.refused_question), 500) + "\".");
    if (has_unknown_outcome(command, result))
        add(text, command.subcommand == "promote"
                      ? "The outcome is unknown: a promotion may have been accepted."
                      : "The outcome is unknown: the command may have taken effect.");
    if (!result.left_running.empty())
        add(text, left_running(result.left_running));
    switch (result.ending) {
        case Ending::exited:
            add(text, exit_sentence(command, result));
            return text;
        case Ending::could_not_start:
            add(text, start_sentence(result, context));
            return text;
        case Ending::too_much_output:  // the end of what was too large is no help
            return text;
        case Ending::io_error:
            add(text, "Reading failed: " + printable(result.error.message(), 200) + '.');
            break;
        case Ending::timed_out:
        case Ending::cancelled:
        case Ending::signalled:
            break;
    }
    const auto words = last_words(result);
    if (!words.empty())
        add(text, "The last that was printed" + after_colon(words));
    return text;
}

}  // namespace efm
