#include "mocks/mock_efm/control_command.h"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/variables_map.hpp>
#include <filesystem>
#include <iomanip>
#include <sstream>
#include <string_view>

#include "mocks/fake/calls_expectation.h"
#include "mocks/fake/control.h"
#include "mocks/fake/event.h"
#include "mocks/fake/scenario.h"
#include "mocks/mock_efm/duration.h"
#include "mocks/mock_efm/exit_status.h"
#include "mocks/mock_efm/expectation_words.h"
#include "mocks/mock_efm/scenario_library.h"

namespace efm::fake {

namespace {

namespace options = boost::program_options;
using Words = std::vector<std::string>;

/// What a command of `control` is given.
struct Given {
    const CommandLine& line;
    RealConsole& console;
    options::variables_map values;  ///< its options
    Words words;                    ///< what is no option
    Words meant;                    ///< what stands after `--`
};

int refuse(RealConsole& console, const std::string& mistake, const std::string& usage) {
    static_cast<void>(
        console.write_errors("mock-efm: " + mistake + "\nUsage: mock-efm [options] control " + usage + "\n"));
    return bad_usage;
}

std::string absolute(const std::string& file) {
    return std::filesystem::absolute(file).lexically_normal().string();
}

int reset(Given& given) {
    auto installation = given.line.installation;
    if (!given.words.empty()) {
        if (const auto why = why_unknown(given.words.front(), given.line.library); !why.empty()) {
            static_cast<void>(given.console.write_errors("mock-efm: " + why + "\n"));
            return fake_failed;
        }
        installation.scenario_file = absolute(find_scenario(given.words.front(), given.line.library));
    }
    return reset_and_tell(installation, given.console).exit_status;
}

int event(Given& given) {
    auto text = given.words.front();
    if (text == "-") {
        constexpr std::size_t most = 16U * 1024 * 1024;
        auto input = RealConsole::read_all(most);
        if (!input) {
            static_cast<void>(given.console.write_errors(
                "mock-efm: event: expected at most 16 MiB on standard input, found more\n"));
            return fake_failed;
        }
        text = std::move(*input);
    }
    return apply_event(given.line.installation, text, given.console).exit_status;
}

int advance(Given& given) {
    const auto duration = parse_duration(given.words.front());
    if (!duration)
        return refuse(
            given.console,
            "advance: expected a duration as 500ms, 5s, 2min, 1h or 3d, found " + given.words.front(),
            "advance DURATION");
    const boost::json::object event{{"event", "advance_clock"}, {"ms", duration->count()}};
    return apply_event(given.line.installation, boost::json::serialize(event), given.console).exit_status;
}

int state(Given& given) {
    return show_state(given.line.installation, given.console).exit_status;
}

int validate(Given& given) {
    int status = 0;
    for (const auto& word : given.words) {
        const auto file = find_scenario(word, given.line.library);
        auto reading = read_scenario(file);
        if (!reading.scenario) {
            status = 1;
            if (const auto why = why_unknown(word, given.line.library); !why.empty())
                reading.mistakes = "mock-efm: " + why + "\n";
        }
        const bool goes_on = reading.scenario ? given.console.write_output(file + ": valid\n")
                                              : given.console.write_errors(reading.mistakes);
        if (!goes_on)
            break;
    }
    return status;
}

int scenarios(Given& given) {
    const auto library = given.values.count("scenarios") > 0 ? given.values["scenarios"].as<std::string>()
                                                             : given.line.library;
    const auto all = list_scenarios(library);
    if (all.empty()) {
        static_cast<void>(given.console.write_errors(
            library.empty() ? "mock-efm: no library of scenarios is installed with this program; name one "
                              "with --scenarios DIR\n"
                            : "mock-efm: " + library + ": expected a directory with scenarios\n"));
        return fake_failed;
    }
    std::size_t width = 0;
    for (const auto& scenario : all)
        width = std::max(width, scenario.name.size());
    std::ostringstream text;
    for (const auto& scenario : all)
        text << std::left << std::setw(static_cast<int>(width) + 2) << scenario.name << scenario.description
             << '\n';
    static_cast<void>(given.console.write_output(text.str()));
    return 0;
}

int calls(Given& given) {
    return show_calls(given.line.installation, given.console).exit_status;
}

int verify(Given& given) {
    std::string expectation;
    std::string mistake;
    if (given.words.empty())
        expectation = expectation_from_words(given.values, given.meant, mistake);
    else if (!given.meant.empty() || has_expectation(given.values))
        mistake = "expected either JSON or options and a call after --";
    else
        expectation = given.words.front();
    // A scenario with mistakes is told about by who opens it.
    if (mistake.empty() && given.words.empty()) {
        const auto reading = read_scenario(given.line.installation.scenario_file);
        const auto& subcommand = given.meant.front();
        if (reading.scenario && !can_be_expected(subcommand, *reading.scenario))
            mistake =
                "expected a subcommand of efm, or one that the scenario's faults name, found " + subcommand;
    }
    if (!mistake.empty())
        return refuse(given.console, "verify: " + mistake, "verify JSON | COUNT -- SUBCOMMAND [WORD...]");
    return verify_calls(given.line.installation, expectation, given.console).exit_status;
}

struct Rule {
    std::string_view name;
    std::string_view syntax;
    std::string_view meaning;
    std::size_t least_words = 0;
    std::size_t most_words = 0;
    int (*run)(Given&) = nullptr;
};

constexpr std::array rules{
    Rule{"reset", "reset [SCENARIO]", "begin anew from the scenario, with no calls received", 0, 1, reset},
    Rule{"event", "event JSON|-", "let something happen to the cluster (- reads it from standard input)", 1,
         1, event},
    Rule{"advance", "advance DURATION", "move the clock: 500ms, 5s, 2min, 1h, 3d", 1, 1, advance},
    Rule{"state", "state", "show the cluster's state as JSON", 0, 0, state},
    Rule{"validate", "validate FILE...", "tell all mistakes in scenarios; exit status 1 when there are any",
         1, 1000, validate},
    Rule{"scenarios", "scenarios [--scenarios DIR]", "list the scenarios of the library", 0, 0, scenarios},
    Rule{"calls", "calls", "list the calls received since the last reset, one JSON object a line", 0, 0,
         calls},
    Rule{"verify", "verify JSON | COUNT -- SUBCOMMAND [WORD...]",
         "hold the calls received against what is expected; exit status 1 when they differ", 0, 1, verify},
};

options::options_description options_of(std::string_view name) {
    options::options_description known{"Options"};
    auto add = known.add_options();
    add("help", "this text");
    if (name == "scenarios")
        add("scenarios", options::value<std::string>()->value_name("DIR"), "the library to list");
    if (name == "verify")
        known.add(expectation_options());
    return known;
}

std::string general_help() {
    std::ostringstream text;
    text << "Hands on the fake cluster.\n\nUsage: mock-efm [options] control <command> ...\n\nCommands\n";
    for (const auto& rule : rules)
        text << "  " << std::left << std::setw(28) << (rule.name == "verify" ? "verify ..." : rule.syntax)
             << rule.meaning << '\n';
    text << "  " << std::left << std::setw(28) << "help"
         << "this text\n\n"
         << "The cluster is the one of mock-efm's own options --scenario, --state and --node, which stand "
            "before\n`control`. `mock-efm control <command> --help` tells more.\n";
    return text.str();
}

std::string events_help() {
    std::size_t width = 0;
    for (const auto& event : all_events())
        width = std::max(width, event.name.size());
    std::ostringstream text;
    text << "\nEvents, and the keys beside `event`\n";
    for (const auto& event : all_events()) {
        text << "  " << std::left << std::setw(static_cast<int>(width) + 2) << event.name << event.meaning;
        if (!event.keys.empty())
            text << " (" << event.keys << ')';
        text << '\n';
    }
    text << "\nExample\n"
            "  mock-efm control event '{\"event\": \"database_fails\", \"node\": \"10.0.0.2\"}'\n";
    return text.str();
}

/// What is wrong with the number of words; empty when nothing is.
std::string find_wrong_count(const Rule& rule, const Words& words) {
    if (words.size() > rule.most_words)
        return "unexpected argument '" + words[rule.most_words] + "'";
    if (words.size() < rule.least_words)
        return std::string{rule.syntax.substr(rule.name.size() + 1)} + " is missing";
    return {};
}

std::string help_of(const Rule& rule) {
    std::ostringstream text;
    text << "Usage: mock-efm [options] control " << rule.syntax << "\n\n"
         << rule.meaning << "\n\n"
         << options_of(rule.name);
    if (rule.name == "verify")
        text << expectation_help();
    if (rule.name == "event")
        text << events_help();
    return text.str();
}

int run_rule(const Rule& rule, const CommandLine& line, RealConsole& console) {
    Given given{line, console, {}, {}, {}};
    const auto first = line.words.begin() + 2;
    const auto dashes = rule.name == "verify" ? std::find(first, line.words.end(), "--") : line.words.end();
    if (dashes != line.words.end())
        given.meant.assign(dashes + 1, line.words.end());
    auto known = options_of(rule.name);
    known.add_options()("words", options::value<Words>(&given.words)->default_value({}, ""));
    options::positional_options_description rest;
    rest.add("words", -1);
    try {
        using style = options::command_line_style::style_t;
        options::store(options::command_line_parser(Words(first, dashes))
                           .options(known)
                           .positional(rest)
                           .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
                           .run(),
                       given.values);
        options::notify(given.values);
    } catch (const options::error& error) {
        return refuse(console, std::string{rule.name} + ": " + error.what(), std::string{rule.syntax});
    }
    if (given.values.count("help") > 0) {
        static_cast<void>(console.write_output(help_of(rule)));
        return 0;
    }
    if (const auto wrong = find_wrong_count(rule, given.words); !wrong.empty())
        return refuse(console, std::string{rule.name} + ": " + wrong, std::string{rule.syntax});
    return rule.run(given);
}

}  // namespace

int run_control(const CommandLine& line, RealConsole& console) {
    const auto name = line.words.size() < 2 ? std::string{} : line.words[1];
    if (name == "help" || name == "--help") {
        static_cast<void>(console.write_output(general_help()));
        return 0;
    }
    const auto* const rule = std::find_if(rules.begin(), rules.end(),
                                          [&](const Rule& candidate) { return candidate.name == name; });
    if (rule == rules.end())
        return refuse(console,
                      name.empty() ? "control: a command is missing"
                                   : "control: '" + name + "' is none of its commands",
                      "<command> ...   (see mock-efm control --help)");
    return run_rule(*rule, line, console);
}

}  // namespace efm::fake
