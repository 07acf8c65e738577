#include "backends/outcome/advice.h"

#include <range/v3/algorithm/all_of.hpp>
#include <range/v3/algorithm/find.hpp>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/join.hpp>
#include <stdexcept>

#include "backends/checks/argument_check.h"
#include "backends/efm/sudoers.h"

namespace efm {

namespace {

using Words = std::vector<std::string>;

std::string in_one_line(const Words& words, char separator) {
    return words | ranges::views::join(separator) | ranges::to<std::string>();
}

Words efm_words(const Command& command, const OutcomeContext& context) {
    Words words{context.program};
    for (auto& word : command.words())
        words.push_back(std::move(word));
    return words;
}

// The NAME=value words that stand between sudo's own options and the program.
Words environment_words(const OutcomeContext& context) {
    const auto& line = context.command_line;
    Words words;
    for (auto at = ranges::find(line, context.program); at != line.begin() && at != line.end();) {
        --at;
        if (at->find('=') == std::string::npos)
            break;
        words.insert(words.begin(), *at);
    }
    return words;
}

// The lines for this very command; empty where sudo has no way to say it, or a message has none.
std::string sudoers_lines_text(const Command& command, const OutcomeContext& context) {
    try {
        const auto lines =
            in_one_line(sudoers_lines_for(context.server_user, context.sudo_user, efm_words(command, context),
                                          environment_words(context)),
                        '\n');
        const bool is_showable =
            ranges::all_of(lines, [](char c) { return c == '\n' || (c >= 0x20 && c <= 0x7e); });
        return is_showable ? lines : std::string{};
    } catch (const std::invalid_argument&) {
        return {};
    }
}

std::string sudoers_advice(const Command& command, const OutcomeContext& context) {
    const auto lines = sudoers_lines_text(command, context);
    if (lines.empty())
        return "The function efm_extension.efm_sudoers() shows the lines that sudo needs.";
    return "Add to a file in /etc/sudoers.d:\n" + lines +
           "\nThe function efm_extension.efm_sudoers() shows all lines that the extension needs.";
}

std::string question_advice(const Command& command, const CommandResult& result,
                            const OutcomeContext& context) {
    return why_answered_no(result.refused_question) + " To go on all the same, let an operator run \"" +
           printable(in_one_line(efm_words(command, context), ' '), 300) + "\" on the host and answer it.";
}

std::string start_advice(const OutcomeContext& context) {
    const std::string setting = context.under_sudo ? "efm.sudo_path" : "efm.command_path";
    return "Check the setting " + setting + ": the server's operating system user" +
           (context.server_user.empty() ? "" : " \"" + printable(context.server_user) + '"') +
           " must be able to execute that file.";
}

// Groups count from the login of a user, or from the start of a server.
std::string group_advice(const OutcomeContext& context) {
    if (context.under_sudo)
        return "The operating system user \"" + printable(context.sudo_user) +
               "\" (setting efm.sudo_user) must be \"efm\", root or a member of the group \"efm\".";
    return "The operating system user \"" + printable(context.server_user) +
           "\" must be a member of the group \"efm\". The server must be restarted after it has been added.";
}

}  // namespace

bool is_about_vip(const std::string& question) {
    return question.find("VIP") != std::string::npos;
}

std::string why_answered_no(const std::string& question) {
    if (is_about_vip(question))
        return "It was answered \"n\" because the virtual IP address answers: a primary may "
               "still be running, and two primaries lose data.";
    if (classify_question(question) == QuestionKind::data_loss)
        return "It was answered \"n\" because going on may lose data.";
    return "It was answered \"n\" because it is not known what it means, and going on may lose data.";
}

std::string advice_text(Advice advice, const Command& command, const CommandResult& result,
                        const OutcomeContext& context) {
    switch (advice) {
        case Advice::none:
            return {};
        case Advice::check_program:
            return start_advice(context);
        case Advice::check_efm_path:
            return "Check the setting efm.command_path: the operating system user \"" +
                   printable(context.sudo_user) + "\" must be able to execute that file.";
        case Advice::check_sudo_user:
            return "Check the setting efm.sudo_user. " + sudoers_advice(command, context);
        case Advice::allow_in_sudoers:
            return sudoers_advice(command, context);
        case Advice::allow_new_privileges:
            return "The server runs where sudo cannot work: look for NoNewPrivileges in its systemd unit, or "
                   "for the "
                   "same option of its container.";
        case Advice::set_java_home:
            return "Set efm.java_home to the directory of a Java runtime.";
        case Advice::start_agent:
            return "Start the EFM agent on this host.";
        case Advice::join_group:
            return group_advice(context);
        case Advice::answer_by_hand:
            return question_advice(command, result, context);
        case Advice::raise_timeout:
            return "Raise the setting efm.command_timeout if the command needs longer.";
        case Advice::raise_max_output:
            return "Raise the setting efm.max_output if so much output is expected.";
    }
    return {};
}

}  // namespace efm
