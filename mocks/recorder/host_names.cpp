#include "mocks/recorder/host_names.h"

#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <regex>
#include <utility>

#include <range/v3/algorithm/contains.hpp>
#include <range/v3/algorithm/find.hpp>

#include "mocks/recorder/status_answer.h"

namespace efm::fake {

namespace {

using Names = std::vector<std::string>;

void add_from_messages(const std::string& text, Names& names) {
    static const std::regex pattern{
        R"re((?:Connection to |host name "?|UnknownHostException: |connection to server at "?)([A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]))re"};
    for (std::sregex_iterator at{text.begin(), text.end(), pattern}, end; at != end; ++at)
        names.push_back((*at)[1]);
}

/// Reads the lines of a report, and knows which table or list it is in.
class ReportLines {
  public:
    /// The line with its hosts changed.
    template <typename Change>
    std::string changed(std::string_view line, const Change& change) {
        constexpr std::string_view coordinator = "Membership coordinator: ";
        const bool is_list = std::exchange(is_before_list_, line.ends_with("host list:"));
        const auto header = std::exchange(before_, line);
        if (line.starts_with("\t-") && line.find_first_not_of('-', 1) == std::string_view::npos)
            cell_ = header.starts_with("\tAddress")                    ? 1
                    : header.find("Address") != std::string_view::npos ? 2
                                                                       : 0;
        else if (line.empty())
            cell_ = 0;
        else if (line.starts_with(coordinator))
            return std::string{coordinator} + change(line.substr(coordinator.size()));
        else if (line.starts_with('\t') && ((is_list && !line.starts_with("\t(")) || cell_ > 0))
            return changed_cells(line, is_list ? 0 : cell_, change);
        return std::string{line};
    }

  private:
    /// One cell, or all for 0.
    template <typename Change>
    static std::string changed_cells(std::string_view line, int cell, const Change& change) {
        std::string result;
        int number = 0;
        for (std::size_t at = 0; at < line.size();) {
            const auto start = std::min(line.find_first_not_of(" \t", at), line.size());
            const auto end = std::min(line.find_first_of(" \t", start), line.size());
            const auto word = line.substr(start, end - start);
            result += line.substr(at, start - at);
            result += ++number == cell || cell == 0 ? change(word) : std::string{word};
            at = end;
        }
        return result;
    }

    bool is_before_list_ = false;
    int cell_ = 0;  ///< which one of a table's rows has the address; 0 outside of tables
    std::string_view before_;
};

}  // namespace

std::vector<std::size_t> host_positions(const std::vector<std::string>& words) {
    constexpr std::array<std::string_view, 3> about_a_node{"allow-node", "disallow-node", "set-priority"};
    constexpr std::size_t first_argument = 2;
    std::vector<std::size_t> positions;
    if (words.size() > first_argument && ranges::contains(about_a_node, std::string_view{words.front()}))
        positions.push_back(first_argument);
    const auto option = ranges::find(words, "-sourcenode");
    if (option != words.end() && option + 1 != words.end())
        positions.push_back(static_cast<std::size_t>(option + 1 - words.begin()));
    return positions;
}

std::string change_report_hosts(std::string_view text,
                                const std::function<std::string(std::string_view)>& change) {
    std::string result;
    ReportLines lines;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        result += lines.changed(text.substr(at, end - at), change);
        result += text.substr(end, 1);
        at = end + 1;
    }
    return result;
}

std::vector<std::string> find_host_names(const std::vector<std::string>& words, std::string_view output,
                                         std::string_view errors) {
    Names names;
    std::array<char, HOST_NAME_MAX + 1> own{};
    if (gethostname(own.data(), own.size() - 1) == 0)
        names.emplace_back(own.data());
    for (const auto position : host_positions(words))
        names.push_back(words[position]);
    if (const auto status = find_status(output)) {
        for (auto& address : addresses_in(*status))
            names.push_back(std::move(address));
    } else if (!words.empty() && words.front() == "cluster-status") {
        change_report_hosts(output, [&names](std::string_view name) { return names.emplace_back(name); });
    }
    add_from_messages(std::string{output}, names);
    add_from_messages(std::string{errors}, names);
    return names;
}

}  // namespace efm::fake
