#include "mocks/mock_efm/expectation_words.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <utility>

namespace efm::fake {

namespace {

namespace options = boost::program_options;

constexpr const char* counts[]{"exactly", "at-least", "at-most"};

}  // namespace

options::options_description expectation_options() {
    options::options_description known{"How often"};
    auto add = known.add_options();
    add("exactly", options::value<std::int64_t>()->value_name("N"), "so many times, no more and no less");
    add("at-least", options::value<std::int64_t>()->value_name("N"), "so many times or more");
    add("at-most", options::value<std::int64_t>()->value_name("N"), "so many times or fewer");
    add("never", "not once");
    return known;
}

bool has_expectation(const options::variables_map& values) {
    for (const auto* const name : counts) {
        if (values.count(name) > 0)
            return true;
    }
    return values.count("never") > 0;
}

std::string expectation_help() {
    return "\nJSON: an object with one of\n"
           "  exactly N, at_least N, at_most N, never true   as the options, with the call's keys\n"
           "  order [...]                                    calls one after the other, others between them\n"
           "and, of a call, what is left out being any\n"
           "  subcommand, cluster, arguments [...]           * is any one word\n"
           "\nExamples\n"
           "  mock-efm control verify --exactly 1 -- allow-node efm 10.0.0.9\n"
           "  mock-efm control verify --never -- promote                      with any arguments\n"
           "  mock-efm control verify --at-least 2 -- set-priority efm '*' 1  * is any one word\n"
           "  mock-efm control verify '{\"exactly\": 1, \"subcommand\": \"allow-node\", "
           "\"arguments\": [\"10.0.0.9\"]}'\n"
           "  mock-efm control verify '{\"order\": [{\"subcommand\": \"allow-node\"}, "
           "{\"subcommand\": \"promote\"}]}'\n";
}

std::string expectation_from_words(const options::variables_map& values,
                                   const std::vector<std::string>& words, std::string& mistake) {
    boost::json::object expectation;
    for (const auto* const name : counts) {
        if (values.count(name) == 0)
            continue;
        std::string key{name};
        if (const auto dash = key.find('-'); dash != std::string::npos)
            key[dash] = '_';
        expectation[key] = values[name].as<std::int64_t>();
    }
    if (values.count("never") > 0)
        expectation["never"] = true;
    if (expectation.size() != 1)
        mistake = "expected one of --exactly N, --at-least N, --at-most N and --never";
    else if (words.empty())
        mistake = "expected a call after --";
    if (!mistake.empty())
        return {};
    expectation["subcommand"] = words.front();
    if (words.size() > 1) {
        expectation["cluster"] = words[1];
        expectation["arguments"] = boost::json::array(words.begin() + 2, words.end());
    }
    return boost::json::serialize(expectation);
}

}  // namespace efm::fake
