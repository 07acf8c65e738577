// Functions that show what would run and what sudo must allow. They run nothing.

#include <algorithm>
#include <cctype>

#include "backends/checks/argument_check.h"
#include "backends/efm/sudoers.h"
#include "backends/runners/child_environment.h"
#include "backends/runners/runner_factory.h"
#include "extension/result_conversion.h"
#include "extension/server_user.h"
#include "extension/settings.h"
#include "extension/sql_arguments.h"
#include "extension/sql_function.h"

namespace efm {

namespace {

/// The elements of a text array argument; a NULL among them is an error.
std::vector<std::string> text_array_argument(FunctionCallInfo fcinfo, int index) {
    struct Elements {
        Datum* values;
        bool* nulls;
        int count;
    };
    const Datum array = fcinfo->args[index].value;
    const auto elements = guard::call([&] {
        Elements found{};
        deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &found.values,
                          &found.nulls, &found.count);
        return found;
    });
    std::vector<std::string> words;
    for (int element = 0; element < elements.count; ++element) {
        if (elements.nulls[element])
            throw SqlError{"22004", "argument of an efm command must not be null",
                           "Argument number " + std::to_string(element + 1) + " is null."};
        const Datum value = elements.values[element];
        words.emplace_back(guard::call([&] { return static_cast<const char*>(TextDatumGetCString(value)); }));
    }
    return words;
}

bool is_subcommand(std::string_view word) {
    return !word.empty() && std::islower(static_cast<unsigned char>(word.front())) != 0 &&
           std::ranges::all_of(word, [](unsigned char byte) {
               return std::islower(byte) != 0 || std::isdigit(byte) != 0 || byte == '-';
           });
}

Datum command_line(FunctionCallInfo fcinfo) {
    const auto settings = current_settings();
    const auto subcommand = text_argument(fcinfo, 0);
    if (!is_subcommand(subcommand))
        throw SqlError{"22023", "invalid efm subcommand", "The value is \"" + printable(subcommand) + "\".",
                       "It is a word of lower-case letters, digits and hyphens, for example allow-node."};
    Command command{.subcommand = subcommand,
                    .cluster = required_cluster_name(settings),
                    .arguments = text_array_argument(fcinfo, 1),
                    .confirmation = default_confirmation(subcommand)};
    for (const auto& argument : command.arguments) {
        // An option is as good as any other word here: nothing runs.
        const auto value = argument.starts_with('-') ? argument.substr(1) : argument;
        if (const auto failure = check_value(value, ValueKind::any))
            throw SqlError{"22023", failure->message, failure->detail, failure->hint};
    }
    const auto words = make_runner(settings.runner)->command_line(command);
    return text_array_datum(words);
}

Datum sudoers(FunctionCallInfo fcinfo) {
    const auto settings = current_settings();
    const auto& runner = settings.runner;
    SudoersSettings wanted;
    wanted.server_user = server_user_name();
    wanted.sudo_user = runner.sudo_user;
    wanted.command_path = runner.command_path;
    wanted.cluster = required_cluster_name(settings);
    wanted.with_java_home = !runner.java_home.empty();
    wanted.allow_host_names = settings.allow_host_names;
    if (wanted.with_java_home)
        wanted.environment = {"PATH=" + search_path(runner), "JAVA_HOME=" + runner.java_home};
    if (runner.command_path.find('\\') != std::string::npos)
        throw SqlError{"22023", "efm.command_path cannot be written in a sudoers file",
                       "The value is \"" + printable(runner.command_path, 300) + "\".",
                       "Choose a path without a backslash."};
    // sudo can hold such a value to nothing: every PATH would be accepted, and with it every program named
    // java.
    if (runner.java_home.find_first_of(" \t\"*?[]\\,") != std::string::npos)
        throw SqlError{
            "22023", "efm.java_home cannot be written in a sudoers file",
            "The value is \"" + printable(runner.java_home, 300) + "\".",
            "Choose a path without blanks, quotes, commas, backslashes and wildcards, for example a "
            "symbolic link."};
    const auto lines = sudoers_lines(wanted);
    std::string text;
    for (const auto& line : lines)
        text += line + '\n';
    return_lines(text, false, fcinfo);
    return Datum{0};
}

}  // namespace

}  // namespace efm

EFM_SQL_FUNCTION(efm_command_line) {
    return efm::guard::enter([&] { return efm::command_line(fcinfo); });
}

EFM_SQL_FUNCTION(efm_sudoers) {
    return efm::guard::enter([&] { return efm::sudoers(fcinfo); });
}
