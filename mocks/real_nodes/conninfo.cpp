#include "mocks/real_nodes/conninfo.h"

#include <libpq-fe.h>

#include <array>
#include <map>
#include <memory>
#include <string_view>

namespace efm::fake {

namespace {

using Options = std::map<std::string, std::string, std::less<>>;

Options parse(const std::string& conninfo) {
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed{
        PQconninfoParse(conninfo.c_str(), nullptr), PQconninfoFree};
    Options options;
    for (const auto* option = parsed.get(); option != nullptr && option->keyword != nullptr; ++option) {
        if (option->val != nullptr)
            options.emplace(option->keyword, option->val);
    }
    return options;
}

std::string quoted(std::string_view value) {
    std::string result = "'";
    for (const char letter : value) {
        if (letter == '\'' || letter == '\\')
            result += '\\';
        result += letter;
    }
    return result + "'";
}

}  // namespace

std::string conninfo_for(const std::string& standby_conninfo, const std::string& primary_connection,
                         const std::string& name) {
    const auto primary = parse(primary_connection);
    auto options = standby_conninfo.empty() ? primary : parse(standby_conninfo);
    for (const std::string_view key : std::array<std::string_view, 3>{"host", "hostaddr", "port"}) {
        options.erase(std::string{key});
        if (const auto found = primary.find(key); found != primary.end())
            options.insert(*found);
    }
    // The replication connection has no database, and its application_name is the standby's own.
    options.erase("dbname");
    if (!name.empty())
        options["application_name"] = name;
    std::string result;
    for (const auto& [key, value] : options)
        result += (result.empty() ? "" : " ") + key + "=" + quoted(value);
    return result;
}

}  // namespace efm::fake
