// Functions that read the properties file of the cluster.

#include "backends/efm/properties_file.h"
#include "extension/server_user.h"
#include "extension/settings.h"
#include "extension/sql_function.h"

namespace efm {

namespace {

[[noreturn]] void throw_unreadable(const std::string& path, const std::error_code& error) {
    const bool is_missing =
        error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
    const bool is_closed = error == std::errc::permission_denied;
    throw SqlError{
        is_missing  ? "58P01"
        : is_closed ? "42501"
                    : "58030",
        "could not read properties file \"" + path + "\": " + error.message(),
        {},
        is_missing ? "Check efm.properties_location and efm.cluster_name."
        : is_closed
            ? "The server runs as \"" + server_user_name() +
                  "\": put that user into the group that owns the file (and restart the server), or let "
                  "others read the file."
            : "It must be a regular file of at most 1 MB."};
}

std::vector<Property> cluster_properties() {
    const auto settings = current_settings();
    const auto& cluster = required_cluster_name(settings);
    if (settings.properties_location.empty() && cluster.front() != '/')
        throw SqlError{"22023", "efm.properties_location is not set",
                       "It is the directory of the cluster properties file.",
                       "For EFM 4.9, for example, it is /etc/edb/efm-4.9."};
    const auto path = properties_path(settings.properties_location, cluster);
    const auto content = read_regular_file(path);
    if (const auto* error = std::get_if<std::error_code>(&content))
        throw_unreadable(path, *error);
    auto parsed = parse_properties(std::get<std::string>(content));
    if (const auto* error = std::get_if<PropertiesError>(&parsed))
        throw SqlError{"F0000",
                       "properties file \"" + path + "\" is not valid",
                       "The file has " + error->reason + ".",
                       {}};
    return std::move(std::get<std::vector<Property>>(parsed));
}

/// Values that may hold a secret never leave here.
Datum properties(FunctionCallInfo fcinfo) {
    const auto all = cluster_properties();
    guard::call([&] { pg::begin_rows(fcinfo); });
    auto* const info = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    for (const auto& property : all) {
        const auto shown = shown_value(property);
        const char* const name = property.name.c_str();
        const char* const value = shown.c_str();
        const auto name_size = static_cast<int>(property.name.size());
        const auto value_size = static_cast<int>(shown.size());
        guard::call([&] {
            Datum values[] = {CStringGetTextDatum(pg_any_to_server(name, name_size, PG_UTF8)),
                              CStringGetTextDatum(pg_any_to_server(value, value_size, PG_UTF8))};
            bool nulls[] = {false, false};
            tuplestore_putvalues(info->setResult, info->setDesc, values, nulls);
        });
    }
    return Datum{0};
}

}  // namespace

}  // namespace efm

EFM_SQL_FUNCTION(efm_properties) {
    return efm::guard::enter([&] { return efm::properties(fcinfo); });
}
