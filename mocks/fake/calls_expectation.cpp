#include "mocks/fake/calls_expectation.h"

#include <algorithm>
#include <boost/json/parse.hpp>

#include <range/v3/algorithm/contains.hpp>
#include <range/v3/algorithm/count_if.hpp>

#include "mocks/fake/command_table.h"
#include "mocks/fake/key_path.h"
#include "mocks/fake/key_reader.h"
#include "mocks/fake/scenario.h"

namespace efm::fake {

namespace {

constexpr std::int64_t most_calls = 1'000'000'000;

bool is_meant(const std::string& pattern, const std::string& word) {
    return pattern == "*" || pattern == word;
}

std::string to_string(const CallPattern& pattern) {
    Call call;
    call.subcommand = pattern.subcommand;
    call.cluster = pattern.cluster;
    if (!call.cluster && pattern.arguments)
        call.cluster = "*";
    call.arguments = pattern.arguments.value_or(std::vector<std::string>{"..."});
    return to_string(call);
}

std::string times(std::int64_t count) {
    return count == 1 ? "once" : std::to_string(count) + " times";
}

struct Difference {
    std::size_t words = 0;
    std::string text;
};

void add_difference(Difference& difference, const std::string& place, const std::string& expected,
                    const std::string& found) {
    ++difference.words;
    difference.text += "    " + place + ": expected " + expected + ", found " + found + "\n";
}

Difference compare(const CallPattern& pattern, const Call& call) {
    Difference difference;
    if (!is_meant(pattern.subcommand, call.subcommand))
        add_difference(difference, "subcommand", pattern.subcommand, call.subcommand);
    if (pattern.cluster && !(call.cluster && is_meant(*pattern.cluster, *call.cluster)))
        add_difference(difference, "cluster", *pattern.cluster, call.cluster.value_or("no such word"));
    if (!pattern.arguments)
        return difference;
    const auto& expected = *pattern.arguments;
    for (std::size_t index = 0; index < std::max(expected.size(), call.arguments.size()); ++index) {
        const auto place = "arguments[" + std::to_string(index) + "]";
        if (index >= call.arguments.size())
            add_difference(difference, place, expected[index], "no such word");
        else if (index >= expected.size())
            add_difference(difference, place, "no such word", call.arguments[index]);
        else if (!is_meant(expected[index], call.arguments[index]))
            add_difference(difference, place, expected[index], call.arguments[index]);
    }
    return difference;
}

/// The call among those from `start` on that differs in the fewest words, and in which.
std::string describe_nearest(const CallPattern& pattern, const std::vector<Call>& calls,
                             std::size_t start = 0) {
    const Call* nearest = nullptr;
    Difference least;
    for (auto index = start; index < calls.size(); ++index) {
        auto difference = compare(pattern, calls[index]);
        if (difference.words > 0 && (nearest == nullptr || difference.words < least.words)) {
            nearest = &calls[index];
            least = std::move(difference);
        }
    }
    return nearest == nullptr ? "" : "nearest call: " + to_string(*nearest) + "\n" + least.text;
}

std::optional<std::string> find_in_order(const CallExpectation& expectation, const std::vector<Call>& calls) {
    std::size_t at = 0;
    std::string before;
    for (std::size_t step = 0; step < expectation.patterns.size(); ++step) {
        const auto& pattern = expectation.patterns[step];
        const auto start = at;
        while (at < calls.size() && !pattern.matches(calls[at]))
            ++at;
        if (at == calls.size()) {
            const bool is_earlier =
                std::any_of(calls.begin(), calls.begin() + static_cast<std::ptrdiff_t>(start),
                            [&](const Call& call) { return pattern.matches(call); });
            return "expected, as number " + std::to_string(step + 1) +
                   " of the order: " + to_string(pattern) + "\nfound: none" +
                   (before.empty() ? "" : " after " + before) + (is_earlier ? ", only earlier" : "") + "\n" +
                   describe_nearest(pattern, calls, start);
        }
        before = to_string(calls[at++]);
    }
    return std::nullopt;
}

CallPattern read_pattern(KeyReader& reader, const Scenario& scenario) {
    CallPattern pattern;
    pattern.subcommand = reader.text("subcommand", "*");
    if (!can_be_expected(pattern.subcommand, scenario))
        reader.mistake("subcommand", "expected a subcommand of efm, or one that the scenario's faults name");
    if (reader.has("cluster"))
        pattern.cluster = reader.text("cluster");
    pattern.arguments = reader.texts("arguments");
    return pattern;
}

void read_count(KeyReader& reader, CallExpectation& expectation, const Scenario& scenario) {
    int kinds = 0;
    const auto given = [&](std::string_view key) { return reader.has(key) && ++kinds > 0; };
    if (given("exactly"))
        expectation.least = reader.number("exactly", 1, 0, most_calls), expectation.most = expectation.least;
    if (given("at_least"))
        expectation.least = reader.number("at_least", 1, 0, most_calls);
    if (given("at_most"))
        expectation.most = reader.number("at_most", 1, 0, most_calls);
    if (given("never")) {
        if (!reader.flag("never", true))
            reader.mistake("never", "expected true");
        expectation.most = 0;
    }
    if (kinds != 1)
        reader.mistake("exactly",
                       "expected one of \"exactly\", \"at_least\", \"at_most\", \"never\" and \"order\"");
    expectation.patterns.push_back(read_pattern(reader, scenario));
}

void read_order(KeyReader& reader, CallExpectation& expectation, const Scenario& scenario) {
    expectation.is_order = true;
    for (auto& step : reader.objects("order")) {
        expectation.patterns.push_back(read_pattern(step, scenario));
        step.refuse_other_keys();
    }
    if (expectation.patterns.empty())
        reader.mistake("order", "expected at least one call");
}

}  // namespace

bool CallPattern::matches(const Call& call) const {
    return compare(*this, call).words == 0;
}

bool can_be_expected(std::string_view subcommand, const Scenario& scenario) {
    // Whether there is an --version is one of the open points.
    return subcommand == "*" || subcommand == "--version" || find_command(subcommand) != nullptr ||
           ranges::contains(scenario.faults, subcommand, &Fault::subcommand);
}

ExpectationReading parse_expectation(std::string_view json, const Scenario& scenario) {
    boost::system::error_code error;
    const auto value = boost::json::parse(json, error);
    const auto* const object = value.if_object();
    if (error || object == nullptr)
        return {std::nullopt,
                "expectation: expected a JSON object" + (error ? ", found " + error.message() : "") + "\n"};
    if (const auto repeated = find_repeated_key(json))
        return {std::nullopt, "expectation: " + repeated->key + ": expected this key once\n"};
    Mistakes found;
    KeyReader reader{*object, {}, found};
    CallExpectation expectation;
    if (reader.has("order"))
        read_order(reader, expectation, scenario);
    else
        read_count(reader, expectation, scenario);
    reader.refuse_other_keys();
    ExpectationReading reading;
    for (const auto& mistake : found)
        reading.mistakes += "expectation: " + to_string(mistake.where) + ": " + mistake.text + "\n";
    if (found.empty())
        reading.expectation = std::move(expectation);
    return reading;
}

std::optional<std::string> find_difference(const CallExpectation& expectation,
                                           const std::vector<Call>& calls) {
    if (expectation.is_order)
        return find_in_order(expectation, calls);
    const auto& pattern = expectation.patterns.front();
    const std::int64_t count =
        ranges::count_if(calls, [&](const Call& call) { return pattern.matches(call); });
    if (count >= expectation.least && (!expectation.most || count <= *expectation.most))
        return std::nullopt;
    const auto expected = !expectation.most                       ? "at least " + times(expectation.least)
                          : *expectation.most == 0                ? std::string{"never"}
                          : expectation.least == expectation.most ? "exactly " + times(expectation.least)
                                                                  : "at most " + times(*expectation.most);
    const auto found = count == 0 ? std::string{"never"} : times(count);
    auto text = "expected " + expected + ": " + to_string(pattern) + "\nfound: " + found + ", among " +
                std::to_string(calls.size()) + (calls.size() == 1 ? " call\n" : " calls\n");
    if (count < expectation.least)
        return text + describe_nearest(pattern, calls);
    const auto matching =
        std::find_if(calls.begin(), calls.end(), [&](const Call& call) { return pattern.matches(call); });
    return text + "first such call: " + to_string(*matching) + "\n";
}

}  // namespace efm::fake
