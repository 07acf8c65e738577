#include "mocks/recorder/recording.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <regex>
#include <system_error>

#include "mocks/fake/file.h"
#include "mocks/fake/scenario.h"
#include "mocks/recorder/cleaning.h"
#include "mocks/recorder/host_names.h"
#include "mocks/recorder/recorded_answer.h"
#include "mocks/recorder/status_answer.h"

namespace efm::fake {

namespace {

namespace json = boost::json;

constexpr std::size_t most_bytes = 64U * 1024 * 1024;
constexpr const char* description =
    "Recorded by mock-efm record. Hosts have aliases, secrets are masked; look through it before you give it "
    "away.";

/// The object in `file`; an empty one when the file is empty or not there.
json::object read_object(const std::string& file, std::string& trouble) {
    const auto text = read_file(file, most_bytes);
    if (text.error == std::errc::no_such_file_or_directory || (!text.error && text.content.empty()))
        return {};
    boost::system::error_code error;
    auto value = text.error ? json::value{} : json::parse(text.content, error);
    if (text.error || error || !value.is_object())
        trouble = file + ": expected a JSON object, found " +
                  (text.error ? text.error.message()
                   : error    ? error.message()
                              : "another value");
    return value.is_object() ? std::move(value.as_object()) : json::object{};
}

json::object& object_at(json::object& keys, std::string_view key) {
    auto& value = keys[key];
    if (!value.is_object())
        value = json::object{};
    return value.as_object();
}

/// A list of objects has an element a line, so that people can read it and mistakes can name the line.
std::string laid_out(const json::object& scenario) {
    std::string text = "{";
    for (const auto& [key, value] : scenario) {
        text += text.size() == 1 ? "\n    " : ",\n    ";
        text += json::serialize(json::value(key)) + ": ";
        const auto* const list = value.if_array();
        if (list == nullptr || list->empty() || !list->front().is_object()) {
            text += json::serialize(value);
            continue;
        }
        for (std::size_t index = 0; index < list->size(); ++index)
            text += (index == 0 ? "[\n        " : ",\n        ") + json::serialize((*list)[index]);
        text += "\n    ]";
    }
    return text + "\n}\n";
}

std::string version_in(const std::string& program) {
    static const std::regex pattern{R"re(/efm-([345]\.\d{1,2})/)re"};
    std::smatch found;
    return std::regex_search(program, found, pattern) ? found[1].str() : std::string{};
}

/// What an answer says of its version: the last with Master, the first with lsn.
std::string version_shown(const std::string& subcommand, const std::string& output) {
    static const std::regex master{R"re("type" ?: ?"Master"|(^|\n)\tMaster\s)re"};
    if (!subcommand.starts_with("cluster-status") && subcommand != "node-status-json")
        return {};
    if (output.find("\"lsn\"") != std::string::npos)
        return "5.0";
    return std::regex_search(output, master) ? "3.10" : "";
}

/// Those keys first that say what the cluster is; `faults` last.
json::object assemble(const std::string& version, const json::object& cluster, json::array faults) {
    json::object scenario{{"description", description}};
    if (!version.empty())
        scenario["efm_version"] = version;
    for (const auto& [key, value] : cluster)
        scenario[key] = value;
    // What was not recorded fails loudly: the fake knows nothing of what the real one would have answered.
    scenario["foreseen"] = json::array{};
    scenario["faults"] = std::move(faults);
    return scenario;
}

/// The keys of the cluster in a recording that is there.
json::object cluster_in(const json::object& scenario) {
    auto cluster = scenario;
    for (const auto* const key : {"description", "efm_version", "foreseen", "faults"})
        cluster.stable_erase(key);
    return cluster.contains("nodes") ? cluster : unknown_cluster();
}

/// Why it may not be written to: somebody else's scenario would be replaced.
std::string find_foreign(const std::string& file, const std::string& keeper) {
    struct stat found {};
    if (stat(file.c_str(), &found) != 0 || found.st_size == 0 || stat(keeper.c_str(), &found) == 0)
        return {};
    return file + " is there and no recording that can be continued: expected " + keeper +
           " beside it. Name another file, or remove this one";
}

std::string mistakes_in(const std::string& text, const std::string& name) {
    const auto reading = parse_scenario(text, name);
    return reading.scenario ? std::string{} : reading.mistakes;
}

}  // namespace

Descriptor Recording::open_lock() const {
    const auto name = file_ + ".lock";
    return Descriptor{
        open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW, 0600)};
}

std::string Recording::find_trouble() const {
    if (!open_lock().is_open())
        return "cannot open " + file_ + ".lock: " + std::generic_category().message(errno);
    auto trouble = find_foreign(file_, keeper_file());
    if (!trouble.empty())
        return trouble;
    const auto scenario = read_object(file_, trouble);
    if (trouble.empty() && !scenario.empty())
        trouble = mistakes_in(laid_out(scenario), file_);
    trouble = trouble.substr(0, trouble.find('\n'));
    if (trouble.empty())
        read_object(keeper_file(), trouble);
    return trouble;
}

std::string Recording::add(const std::string& program, const std::vector<std::string>& words,
                           const PassedThrough& seen) const {
    const auto held = open_lock();
    if (!held.is_open() || flock(held.number(), LOCK_EX) != 0)
        return "cannot lock " + file_ + ".lock: " + std::generic_category().message(errno);
    auto trouble = find_foreign(file_, keeper_file());
    if (!trouble.empty())
        return trouble;
    auto scenario = read_object(file_, trouble);
    auto keeper = read_object(keeper_file(), trouble);
    if (!trouble.empty())
        return trouble;

    Aliases aliases{object_at(keeper, "aliases")};
    auto faults = scenario.contains("faults") ? scenario.at("faults").as_array() : json::array{};
    auto cluster = cluster_in(scenario);
    bool is_new = false;
    for (const auto& name : find_host_names(words, seen.output, seen.errors))
        is_new = aliases.learn_host(name) || is_new;
    const auto rename_hosts = [&](const std::string& text) { return aliases.replace_hosts(text); };
    for (std::size_t index = 0; is_new && index < faults.size(); ++index)
        change_texts(faults[index].as_object(), rename_hosts);

    auto kept = seen;
    kept.output = clean_output(aliases, seen.output, words.front() == "cluster-status");
    kept.errors = clean_output(aliases, seen.errors, false);
    auto answer = make_answer(clean_words(aliases, words), kept);
    auto& count = object_at(keeper, "calls")[kind_of_answer(answer)];
    const auto earlier = count.is_int64() ? count.as_int64() : 0;
    count = earlier + 1;
    add_answer(faults, std::move(answer), earlier);

    auto version = version_in(program);
    if (version.empty() && scenario.contains("efm_version"))
        version = std::string{scenario.at("efm_version").as_string()};
    const auto status =
        words.front() == "cluster-status-json" ? find_status(kept.output) : std::optional<json::object>{};
    if (version.empty())
        version = version_shown(words.front(), kept.output);
    if (status)
        cluster = cluster_of_status(*status);
    if (asks_on_errors(kept) || scenario.contains("open_points"))
        cluster["open_points"] = json::object{{"questions_on", "errors"}};
    auto text = laid_out(assemble(version, cluster, faults));
    // What the fake has no word for is in the answer all the same.
    if (status && !mistakes_in(text, file_).empty())
        text = laid_out(assemble(version, cluster_in(scenario), faults));
    if (const auto mistakes = mistakes_in(text, file_); !mistakes.empty())
        return "it would be no valid scenario: " + mistakes.substr(0, mistakes.find('\n'));

    keeper["aliases"] = aliases.to_json();
    if (const auto error = replace_file(keeper_file(), json::serialize(keeper) + "\n", 0600))
        return "cannot write " + keeper_file() + ": " + error.message();
    if (const auto error = replace_file(file_, text, 0640))
        return "cannot write " + file_ + ": " + error.message();
    return {};
}

}  // namespace efm::fake
