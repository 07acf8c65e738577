#include "mocks/mock_efm/command_line.h"

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/variables_map.hpp>
#include <filesystem>
#include <sstream>

#include "mocks/mock_efm/scenario_library.h"

namespace efm::fake {

namespace {

namespace options = boost::program_options;

options::options_description own_options() {
    options::options_description all{"Options, before the subcommand"};
    auto add = all.add_options();
    add("scenario", options::value<std::string>()->value_name("FILE"),
        "the cluster to play: a file, or the name of a scenario of the library (default: FILE.json beside "
        "the program FILE when it is called with a path and there is one, else a built-in healthy cluster)");
    add("scenarios", options::value<std::string>()->value_name("DIR"),
        "the library of scenarios (default: the one that was installed with the program)");
    add("state", options::value<std::string>()->value_name("FILE"), "where the cluster's state is kept");
    add("node", options::value<std::string>()->value_name("ADDRESS"), "the node to be on");
    add("reset", "begin anew from the scenario; without a subcommand that is all");
    add("help", "this text, as -h and help");
    return all;
}

bool takes_value(const options::options_description& known, const std::string& word) {
    if (word.find('=') != std::string::npos)
        return false;
    const auto* const option = known.find_nothrow(word.substr(2), false);
    return option != nullptr && option->semantic()->max_tokens() > 0;
}

/// How many of the words are options of mock-efm and their values.
std::size_t count_own_words(const options::options_description& known,
                            const std::vector<std::string>& words) {
    std::size_t count = 0;
    while (count < words.size() && words[count] != "--" && words[count].starts_with("--"))
        count += takes_value(known, words[count]) ? 2U : 1U;
    return std::min(count, words.size());
}

std::string scenario_beside(const std::string& program) {
    if (program.find('/') == std::string::npos)
        return {};
    auto file = program + ".json";
    std::error_code error;
    return std::filesystem::exists(file, error) ? file : std::string{};
}

/// The option that is given no name where there must be one; empty when there is none.
std::string find_empty_name(const options::variables_map& values) {
    for (const auto* const name : {"scenario", "state"}) {
        if (values.count(name) > 0 && values[name].as<std::string>().empty())
            return name;
    }
    return {};
}

std::string absolute(const std::string& file) {
    std::error_code error;
    const auto path = std::filesystem::absolute(file, error);
    return file.empty() || error ? file : path.lexically_normal().string();
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments) {
    CommandLine line;
    const auto program = arguments.empty() ? std::string{} : arguments.front();
    const std::vector<std::string> words(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
    // By another name it is an efm, whose options are its own.
    const bool has_own_name = std::filesystem::path{program}.filename() == "mock-efm";
    const auto known = own_options();
    const auto own = has_own_name ? static_cast<std::ptrdiff_t>(count_own_words(known, words)) : 0;

    options::variables_map values;
    try {
        using style = options::command_line_style::style_t;
        options::store(
            options::command_line_parser(std::vector<std::string>(words.begin(), words.begin() + own))
                .options(known)
                .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
                .run(),
            values);
    } catch (const options::error& error) {
        line.mistake = error.what();
        return line;
    }
    const auto value = [&](const char* name) {
        return values.count(name) == 0 ? std::string{} : values[name].as<std::string>();
    };
    if (const auto empty = find_empty_name(values); !empty.empty()) {
        line.mistake = "--" + empty + ": expected the name of a file, found ''";
        return line;
    }
    line.library = values.count("scenarios") == 0 ? find_scenario_library() : absolute(value("scenarios"));
    line.installation.scenario_file = values.count("scenario") == 0
                                          ? absolute(scenario_beside(program))
                                          : absolute(find_scenario(value("scenario"), line.library));
    line.installation.state_file = absolute(value("state"));
    line.installation.local_node = value("node");
    line.reset = values.count("reset") > 0;
    line.unknown_scenario = why_unknown(value("scenario"), line.library);
    const auto rest = words.begin() + own;
    const bool ends_own = has_own_name && rest != words.end() && *rest == "--";
    line.words.assign(ends_own ? rest + 1 : rest, words.end());
    line.has_hands = has_own_name && !ends_own;
    line.help = values.count("help") > 0 || (line.has_hands && !line.words.empty() &&
                                             (line.words.front() == "-h" || line.words.front() == "help"));
    return line;
}

std::string own_help() {
    std::ostringstream text;
    text
        << "mock-efm plays the command line of the EDB Failover Manager on a cluster that does not exist.\n\n"
           "Usage: mock-efm [options] [--] <subcommand> <cluster_name> ... as efm is called\n"
           "       mock-efm [options] control <command> ...             hands on the cluster; control "
           "--help\n"
           "       mock-efm agent --scenario FILE                       watches real servers; agent --help\n"
           "       mock-efm record --program FILE --to FILE ...         a scenario from a real efm; record "
           "--help\n\n"
        << own_options();
    return text.str();
}

}  // namespace efm::fake
