#include "backends/efm/sudoers.h"

#include <range/v3/algorithm/all_of.hpp>
#include <range/v3/algorithm/any_of.hpp>
#include <range/v3/algorithm/find.hpp>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/join.hpp>
#include <stdexcept>

#include "backends/checks/argument_check.h"

namespace efm {

namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view aliases = "EFM_READONLY,EFM_WRITE,EFM_CRITICAL";

// What sudo's regular expressions, which are POSIX extended ones, say of an address. sudo joins the arguments
// with blanks before it compares, so none of them may match a blank.
constexpr std::string_view ip_address = "([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)";
constexpr std::string_view ip_address_or_host_name =
    "([0-9A-Za-z][0-9A-Za-z.-]*|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)";
constexpr std::string_view priority = "[0-9]{1,3}";

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '/';
}

bool is_one_of(char c, std::string_view characters) {
    return characters.find(c) != std::string_view::npos;
}

void refuse_control_characters(std::string_view text) {
    if (ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
        throw std::invalid_argument("a sudoers file cannot hold \"" + printable(text) + "\"");
}

std::string user(std::string_view name) {
    refuse_control_characters(name);
    std::string result;
    for (const char c : name) {
        if (!is_plain(c))
            result += '\\';
        result += c;
    }
    // A name of capitals could be taken for an alias, and "ALL" is everybody.
    if (!result.empty() && result.front() >= 'A' && result.front() <= 'Z')
        result.insert(0, 1, '\\');
    return result;
}

std::string path(std::string_view text) {
    refuse_control_characters(text);
    std::string result;
    for (const char c : text) {
        if (c == '\\')  // sudo has no way to write one in a path
            throw std::invalid_argument("a sudoers file cannot hold the path \"" + printable(text) + "\"");
        if (is_one_of(c, "*?[]"))
            result.append({'[', c, ']'});
        else if (is_one_of(c, ",:= #"))
            result.append({'\\', c});
        else
            result += c;
    }
    return result;
}

std::string in_regular_expression(std::string_view text) {
    refuse_control_characters(text);
    std::string result;
    for (const char c : text) {
        if (is_one_of(c, ".[]\\()*+?{}|^$#"))
            result += '\\';
        result += c;
    }
    return result;
}

// Words that must be there exactly: as plain words where that can be said, since sudo before 1.9.10 knows no
// regular expressions, and in plain words sudo would take `*` and its like for wildcards.
std::string exactly(const Lines& words) {
    const auto joined = words | ranges::views::join(' ') | ranges::to<std::string>();
    refuse_control_characters(joined);
    if (!ranges::all_of(joined, [](char c) { return is_plain(c) || is_one_of(c, " ,:=#@%+~"); }))
        return '^' + in_regular_expression(joined) + '$';
    std::string result;
    for (const char c : joined) {
        if (is_one_of(c, ",:=#"))
            result += '\\';
        result += c;
    }
    return result;
}

std::string matching(std::string_view subcommand, std::string_view cluster, std::string_view arguments) {
    return '^' + std::string{subcommand} + ' ' + in_regular_expression(cluster) + std::string{arguments} +
           '$';
}

void add_alias(Lines& lines, std::string_view name, const std::string& program, const Lines& commands) {
    lines.push_back("Cmnd_Alias " + std::string{name} + " = \\");
    for (std::size_t i = 0; i < commands.size(); ++i)
        lines.push_back("    " + program + ' ' + commands[i] + (i + 1 < commands.size() ? ", \\" : ""));
}

// In the list of env_keep a blank separates, a quote ends, and a `*` is a wildcard: such a value goes by name
// only.
std::string kept_variable(const std::string& word) {
    refuse_control_characters(word);
    const bool can_be_pinned = !ranges::any_of(word, [](char c) { return is_one_of(c, " \"*\\"); });
    return can_be_pinned ? word : word.substr(0, word.find('='));
}

// Lets these variables through for these commands. Not the tag SETENV, which would let LD_PRELOAD through as
// well. PATH is on sudo's own list, and has to be taken from it before one value of it can be put there.
std::string keep_environment(std::string_view commands, const Lines& environment) {
    std::string names;
    std::string kept;
    for (const auto& word : environment) {
        names += (names.empty() ? "" : " ") + word.substr(0, word.find('='));
        kept += (kept.empty() ? "" : " ") + kept_variable(word);
    }
    return "Defaults!" + std::string{commands} + " env_reset, !secure_path, env_keep -= \"" + names +
           "\", env_keep += \"" + kept + '"';
}

}  // namespace

Lines sudoers_lines(const SudoersSettings& settings) {
    const auto& cluster = settings.cluster;
    const std::string address{settings.allow_host_names ? ip_address_or_host_name : ip_address};
    const std::string word_address = ' ' + address;
    const auto program = path(settings.command_path);

    Lines lines{
        "# Lets the PostgreSQL server call EDB Failover Manager through sudo, for efm_extension.",
        "# Keep it as /etc/sudoers.d/efm_extension, owner root, mode 0440; check it with: visudo -c -f FILE",
        "# Needs sudo 1.9.10 or later, for the regular expressions (^...$) in arguments that vary.",
        "# To narrow it, take an alias from the last line, or a command from an alias: EFM_READONLY reads,",
        "# EFM_WRITE manages nodes, EFM_CRITICAL promotes a standby and stops the cluster.",
        ""};
    add_alias(lines, "EFM_READONLY", program,
              {exactly({"cluster-status", cluster}), exactly({"cluster-status-json", cluster}),
               exactly({"node-status-json", cluster})});
    add_alias(
        lines, "EFM_WRITE", program,
        {matching("allow-node", cluster, word_address), matching("disallow-node", cluster, word_address),
         matching("set-priority", cluster, word_address + ' ' + std::string{priority}),
         exactly({"resume", cluster})});
    // The user guide is not clear on whether -quiet and -noscripts need -switchover; both are allowed
    // without.
    add_alias(lines, "EFM_CRITICAL", program,
              {matching("promote", cluster,
                        "( -switchover( -sourcenode " + address + ")?)?( -quiet)?( -noscripts)?"),
               exactly({"stop-cluster", cluster}), exactly({"reset-members", cluster})});
    lines.emplace_back();
    if (settings.with_java_home || !settings.environment.empty()) {
        lines.emplace_back("# The command line sets these two; sudo refuses all other variables.");
        if (settings.environment.empty())
            lines.push_back(keep_environment(aliases, {"PATH", "JAVA_HOME"}));
        else
            lines.push_back(keep_environment(aliases, settings.environment));
    }
    lines.push_back(user(settings.server_user) + " ALL=(" + user(settings.sudo_user) +
                    ") NOPASSWD: NOSETENV: EFM_READONLY, EFM_WRITE, EFM_CRITICAL");
    return lines;
}

Lines sudoers_lines_for(std::string_view server_user, std::string_view sudo_user, const Lines& words,
                        const Lines& environment) {
    const auto program = path(words.empty() ? std::string_view{} : words.front());
    Lines lines;
    if (!environment.empty())
        lines.push_back(keep_environment(program, environment));
    auto rule = user(server_user) + " ALL=(" + user(sudo_user) + ") NOPASSWD: " + program;
    if (words.size() > 1)
        rule += ' ' + exactly({words.begin() + 1, words.end()});
    lines.push_back(rule);
    return lines;
}

}  // namespace efm
