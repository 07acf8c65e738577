#include "mocks/recorder/host_names.h"

#include <limits.h>
#include <unistd.h>

#include <array>
#include <regex>
#include <sstream>

#include <range/v3/algorithm/contains.hpp>
#include <range/v3/algorithm/find.hpp>

#include "mocks/recorder/status_answer.h"

namespace efm::fake {

namespace {

using Names = std::vector<std::string>;

void add_from_words(const std::vector<std::string>& words, Names& names) {
    constexpr std::array<std::string_view, 3> about_a_node{"allow-node", "disallow-node", "set-priority"};
    constexpr std::size_t first_argument = 2;
    if (words.size() > first_argument && ranges::contains(about_a_node, std::string_view{words.front()}))
        names.push_back(words[first_argument]);
    const auto option = ranges::find(words, "-sourcenode");
    if (option != words.end() && option + 1 != words.end())
        names.push_back(*(option + 1));
}

// The tables have the address in the second column; the lists are the line below their heading.
void add_from_report(const std::string& text, Names& names) {
    constexpr std::array<std::string_view, 8> types{"Primary", "Master",    "Standby", "Witness",
                                                    "Idle",    "Promoting", "DOWN",    "UNKNOWN"};
    std::istringstream lines{text};
    bool is_list = false;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream cells{line};
        std::string word;
        if (line.starts_with("Membership coordinator: ")) {
            names.push_back(line.substr(line.rfind(' ') + 1));
        } else if (line.starts_with('\t') && cells >> word) {
            if (ranges::contains(types, std::string_view{word}) && cells >> word)
                names.push_back(word);
            while (is_list && word != "(List") {
                names.push_back(word);
                if (!(cells >> word))
                    break;
            }
        }
        is_list = line.ends_with("host list:");
    }
}

void add_from_messages(const std::string& text, Names& names) {
    static const std::regex pattern{
        R"re((?:Connection to |host name "?|UnknownHostException: |connection to server at "?)([A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]))re"};
    for (std::sregex_iterator at{text.begin(), text.end(), pattern}, end; at != end; ++at)
        names.push_back((*at)[1]);
}

}  // namespace

std::vector<std::string> find_host_names(const std::vector<std::string>& words, std::string_view output,
                                         std::string_view errors) {
    Names names;
    std::array<char, HOST_NAME_MAX + 1> own{};
    if (gethostname(own.data(), own.size() - 1) == 0)
        names.emplace_back(own.data());
    add_from_words(words, names);
    if (const auto status = find_status(output)) {
        for (auto& address : addresses_in(*status))
            names.push_back(std::move(address));
    } else if (!words.empty() && words.front() == "cluster-status") {
        add_from_report(std::string{output}, names);
    }
    add_from_messages(std::string{output}, names);
    add_from_messages(std::string{errors}, names);
    return names;
}

}  // namespace efm::fake
