#include "mocks/recorder/record_command.h"

#include <boost/json/parse.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/variables_map.hpp>
#include <filesystem>
#include <sstream>

#include "mocks/fake/file.h"
#include "mocks/fake/key_reader.h"
#include "mocks/mock_efm/exit_status.h"
#include "mocks/recorder/pass_through.h"
#include "mocks/recorder/recording.h"

namespace efm::fake {

namespace {

namespace fs = std::filesystem;
namespace options = boost::program_options;
using Words = std::vector<std::string>;

constexpr const char* suffix = ".record.json";

Ended fail(RealConsole& console, const std::string& text, int exit_status = fake_failed) {
    static_cast<void>(console.write_errors("mock-efm: " + text + "\n"));
    return {.exit_status = exit_status};
}

options::options_description own_options() {
    options::options_description known{"Options"};
    auto add = known.add_options();
    add("program", options::value<std::string>()->value_name("FILE"), "the real efm");
    add("to", options::value<std::string>()->value_name("FILE"), "the scenario that is made of its answers");
    add("help", "this text");
    return known;
}

std::string help() {
    std::ostringstream text;
    text << "Stands in for a real efm: passes a call on to it, and keeps what it answers as a scenario.\n\n"
            "Usage: mock-efm record --program FILE --to FILE [--] <subcommand> <cluster_name> ...\n\n"
         << own_options()
         << "\nWhere no options can be given: a link /x/efm to mock-efm, with a file /x/efm.record.json\n"
            "beside it: {\"program\": \"/usr/edb/efm-4.9/bin/efm\", \"to\": \"/var/tmp/site.json\"}\n";
    return text.str();
}

/// Where the options end: behind `--`, or at the first word that belongs to none.
Words::const_iterator end_of_options(const Words& words) {
    auto at = words.begin();
    while (at != words.end() && *at != "--" && at->starts_with("--")) {
        const bool takes_next = *at == "--program" || *at == "--to";
        at += takes_next && at + 1 != words.end() ? 2 : 1;
    }
    return at;
}

std::string absolute(const fs::path& directory, const std::string& file) {
    return file.empty() ? file : (directory / file).lexically_normal().string();
}

/// Would it be called for ever?
bool is_recorder(const std::string& program) {
    std::error_code error;
    return fs::exists(program + suffix, error);
}

}  // namespace

std::optional<RecordSettings> settings_beside(const std::string& program, std::string& mistake) {
    if (program.find('/') == std::string::npos || !is_recorder(program))
        return std::nullopt;
    constexpr std::size_t most_bytes = 64U * 1024;
    const auto file = program + suffix;
    const auto text = read_file(file, most_bytes);
    boost::system::error_code error;
    const auto value = text.error ? boost::json::value{} : boost::json::parse(text.content, error);
    if (text.error || error || !value.is_object()) {
        mistake = file + ": expected a JSON object, found " +
                  (text.error ? text.error.message()
                   : error    ? error.message()
                              : "another value");
        return std::nullopt;
    }
    Mistakes mistakes;
    KeyReader reader{value.as_object(), {}, mistakes};
    const auto directory = fs::absolute(program).parent_path();
    RecordSettings settings{absolute(directory, reader.text("program")),
                            absolute(directory, reader.text("to"))};
    if (settings.program.empty())
        reader.mistake("program", "expected the path of the real efm");
    if (settings.to.empty())
        reader.mistake("to", "expected the path of the scenario to be made");
    reader.refuse_other_keys();
    if (mistakes.empty())
        return settings;
    mistake = file + ": " + to_string(mistakes.front().where) + ": " + mistakes.front().text;
    return std::nullopt;
}

Ended run_record(const Words& words, RealConsole& console) {
    const auto known = own_options();
    auto end = end_of_options(words);
    options::variables_map values;
    std::string mistake;
    try {
        using style = options::command_line_style::style_t;
        options::store(options::command_line_parser(Words(words.begin(), end))
                           .options(known)
                           .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
                           .run(),
                       values);
    } catch (const options::error& error) {
        mistake = error.what();
    }
    if (values.count("help") > 0) {
        static_cast<void>(console.write_output(help()));
        return {};
    }
    if (mistake.empty() && (values.count("program") == 0 || values.count("to") == 0))
        mistake = "expected --program and --to";
    if (end != words.end() && *end == "--")
        ++end;
    if (mistake.empty() && end == words.end())
        mistake = "a subcommand is missing";
    if (!mistake.empty())
        return fail(console, "record: " + mistake + "\n\n" + help(), bad_usage);
    return record_call({absolute(fs::current_path(), values["program"].as<std::string>()),
                        absolute(fs::current_path(), values["to"].as<std::string>())},
                       Words(end, words.end()), console);
}

Ended record_call(const RecordSettings& settings, const Words& words, RealConsole& console) {
    if (is_recorder(settings.program))
        return fail(console, settings.program + " records itself: expected the real efm");
    const Recording recording{settings.to};
    if (const auto trouble = recording.find_trouble(); !trouble.empty())
        return fail(console, "record: " + trouble);
    const auto seen = pass_through(settings.program, words);
    if (seen.error)
        return fail(console, "cannot run " + settings.program + ": " + seen.error.message());
    // A password is near encrypt; an end that the caller has made says nothing about the cluster.
    const bool is_kept = !words.empty() && words.front() != "encrypt" && !seen.is_interrupted;
    const auto trouble = !is_kept           ? std::string{}
                         : seen.is_complete ? recording.add(settings.program, words, seen)
                                            : "its output is longer than what is kept";
    if (!trouble.empty())
        fail(console, "this call was not recorded: " + trouble);
    return {.exit_status = seen.exit_status, .signal = seen.signal};
}

}  // namespace efm::fake
