#include "backends/outcome/outcome_table.h"

#include <array>
#include <cstring>
#include <range/v3/algorithm/any_of.hpp>
#include <range/v3/algorithm/find.hpp>
#include <range/v3/algorithm/find_if.hpp>
#include <utility>

#include "backends/checks/argument_check.h"
#include "backends/outcome/advice.h"
#include "backends/outcome/failure_detail.h"
#include "backends/outcome/lines.h"
#include "backends/outcome/status_answer.h"

namespace efm {

namespace {

/// What a failure is called, whatever showed it.
struct Verdict {
    std::string_view sqlstate;
    std::string_view message;  ///< what follows: efm "…" failed:
    Advice advice = Advice::none;
};

enum class Speaker {
    sudo,  ///< the text counts in sudo's own lines only, and only under sudo
    efm
};

struct TextRule {
    Speaker speaker;
    std::string_view part;
    Verdict verdict;
};

constexpr Verdict asks_for_password{"42501", "sudo asks for a password", Advice::allow_in_sudoers};
constexpr Verdict not_allowed{"42501", "sudo does not allow it", Advice::allow_in_sudoers};
constexpr Verdict not_found{"58P01", "sudo does not find the program", Advice::check_efm_path};
constexpr Verdict no_java{"F0000", "no Java runtime was found", Advice::set_java_home};

// The first rule that is met counts. What only a program that runs can say stands before what stops it from
// running: its launcher may complain about Java and go on.
constexpr std::array text_rules{
    TextRule{Speaker::sudo, "command not found", not_found},
    TextRule{Speaker::sudo,
             "unable to execute",
             {"58P01", "sudo cannot execute the program", Advice::check_efm_path}},
    TextRule{
        Speaker::sudo, "unknown user", {"42501", "sudo does not know the user", Advice::check_sudo_user}},
    TextRule{Speaker::sudo,
             "no new privileges",
             {"42501", "sudo may not change the user", Advice::allow_new_privileges}},
    TextRule{Speaker::sudo, "a password is required", asks_for_password},
    TextRule{Speaker::sudo, "a terminal is required", asks_for_password},
    TextRule{Speaker::sudo, "no tty present", asks_for_password},
    TextRule{Speaker::sudo, "not allowed", not_allowed},
    TextRule{Speaker::sudo, "is not in the sudoers file", not_allowed},
    TextRule{Speaker::sudo, "may not run sudo", not_allowed},
    TextRule{Speaker::efm,
             "Authorization file not found",
             {"08006", "local agent is not running", Advice::start_agent}},
    TextRule{Speaker::efm,
             "Not authorized to run this command",
             {"42501", "the operating system user may not run it", Advice::join_group}},
    TextRule{Speaker::efm, "already in progress", {"55P03", "another promotion is under way"}},
    TextRule{Speaker::efm, "JRE", no_java},
    TextRule{Speaker::efm, "no java in", no_java},
};

struct ExitRule {
    int status;
    Verdict verdict;
};

// efm documents 0 and non-zero, no more. The numbers below 100 are what the predecessor of this extension
// took them for, so no hint is built on them; 126 and 127 are what shells and launchers return.
constexpr std::array exit_rules{
    ExitRule{2, {"F0000", "configuration error"}},
    ExitRule{3, {"08006", "connection to the agent failed"}},
    ExitRule{4, {"55000", "cluster is not in the required state"}},
    ExitRule{5, {"42501", "permission denied"}},
    ExitRule{10, {"08006", "connection to the database failed"}},
    ExitRule{20, {"55P03", "another operation is in progress"}},
    ExitRule{126, {"58P01", "program could not be executed"}},
    ExitRule{127, {"58P01", "program not found"}},
};

constexpr std::string_view other_exit = "38000";
constexpr std::string_view no_resources = "53000";

struct EndingRule {
    Ending ending;
    Verdict verdict;
};

constexpr std::array ending_rules{
    EndingRule{Ending::could_not_start, {"58P01", "program could not be started", Advice::check_program}},
    EndingRule{Ending::timed_out, {"57014", "timed out", Advice::raise_timeout}},
    EndingRule{Ending::cancelled, {"57014", "canceled"}},
    EndingRule{Ending::too_much_output, {"54000", "output is too large", Advice::raise_max_output}},
    EndingRule{Ending::signalled, {"58000", "terminated by signal"}},
    EndingRule{Ending::io_error, {"58000", "output could not be read"}},
};

constexpr Verdict question_refused{"55000", "a question was answered \"n\"", Advice::answer_by_hand};
constexpr Verdict no_json{"22P02", "output is not the JSON that it promises"};

bool is_sudos_own(std::string_view line, const OutcomeContext& context) {
    return line.starts_with("sudo:") || line.starts_with("Sorry, user") ||
           (!context.server_user.empty() &&
            line.starts_with(context.server_user + " is not in the sudoers file"));
}

bool is_met(const TextRule& rule, const CommandResult& result, const OutcomeContext& context) {
    if (rule.speaker == Speaker::sudo) {
        return context.under_sudo && any_line(result.errors, [&](std::string_view line) {
                   return is_sudos_own(line, context) && line.find(rule.part) != std::string_view::npos;
               });
    }
    return result.errors.find(rule.part) != std::string::npos ||
           result.output.find(rule.part) != std::string::npos;
}

bool is_lack_of_resources(const std::error_code& error) {
    constexpr std::array causes{std::errc::too_many_files_open, std::errc::too_many_files_open_in_system,
                                std::errc::not_enough_memory, std::errc::resource_unavailable_try_again};
    return ranges::any_of(causes, [&](std::errc cause) { return error == cause; });
}

std::optional<Verdict> find_verdict(const Command& command, const CommandResult& result,
                                    const OutcomeContext& context) {
    if (!result.refused_question.empty())
        return question_refused;
    if (result.ending != Ending::exited) {
        const auto rule = ranges::find(ending_rules, result.ending, &EndingRule::ending);
        if (result.ending == Ending::could_not_start && is_lack_of_resources(result.error))
            return Verdict{no_resources, rule->verdict.message};
        if (result.error == std::errc::argument_list_too_long)
            return Verdict{"54000", "its arguments are too long"};
        return rule->verdict;
    }
    if (result.exit_status == 0) {
        const bool is_broken =
            promises_json(command.subcommand) && !is_promised_status(command.subcommand, result.output);
        return is_broken ? std::optional{no_json} : std::nullopt;
    }
    // These commands exit non-zero for every cluster that is not perfectly well: their answer is an answer
    // all the same. No other command gets away with a non-zero exit, whatever it prints.
    if (is_promised_status(command.subcommand, result.output))
        return std::nullopt;
    const auto text =
        ranges::find_if(text_rules, [&](const auto& rule) { return is_met(rule, result, context); });
    if (text != text_rules.end())
        return text->verdict;
    const auto exit = ranges::find(exit_rules, result.exit_status, &ExitRule::status);
    return exit != exit_rules.end() ? exit->verdict : Verdict{other_exit, "exit status"};
}

std::string duration(long milliseconds) {
    return milliseconds % 1000 == 0 ? std::to_string(milliseconds / 1000) + " s"
                                    : std::to_string(milliseconds) + " ms";
}

std::string size(std::size_t bytes) {
    constexpr std::size_t kilo = 1024;
    if (bytes % (kilo * kilo) == 0)
        return std::to_string(bytes / kilo / kilo) + " MB";
    return bytes % kilo == 0 ? std::to_string(bytes / kilo) + " kB" : std::to_string(bytes) + " bytes";
}

// The numbers that belong to the message of a verdict.
std::string message_numbers(const Verdict& verdict, const CommandResult& result,
                            const OutcomeContext& context) {
    if (verdict.sqlstate == other_exit)
        return ' ' + std::to_string(result.exit_status);
    if (!result.refused_question.empty())
        return {};
    if (result.ending == Ending::timed_out && context.timeout_ms > 0)
        return " after " + duration(context.timeout_ms);
    if (result.ending == Ending::too_much_output && context.max_output > 0)
        return " (more than " + size(context.max_output) + ')';
    if (result.ending == Ending::signalled)
        return ' ' + std::to_string(result.signal) + " (" + printable(strsignal(result.signal)) + ')';
    return {};
}

}  // namespace

std::optional<Failure> judge(const Command& command, const CommandResult& result,
                             const OutcomeContext& context) {
    const auto verdict = find_verdict(command, result, context);
    if (!verdict)
        return std::nullopt;
    Failure failure;
    failure.sqlstate = verdict->sqlstate;
    failure.message = "efm \"" + printable(command.subcommand) +
                      "\" failed: " + std::string{verdict->message} +
                      message_numbers(*verdict, result, context);
    failure.detail = failure_detail(command, result, context);
    failure.hint = advice_text(verdict->advice, command, result, context);
    if (has_unknown_outcome(command, result))
        failure.hint = "Look at the cluster status before trying again." +
                       (failure.hint.empty() ? "" : ' ' + failure.hint);
    if (!result.left_running.empty())
        failure.hint +=
            (failure.hint.empty() ? "" : " ") +
            std::string{"What is left running can be ended on the host, by its own user or by root."};
    return failure;
}

}  // namespace efm
