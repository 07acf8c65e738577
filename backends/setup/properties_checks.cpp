// The properties file of the cluster.

#include <filesystem>
#include <system_error>
#include <variant>

#include "backends/efm/properties_file.h"
#include "backends/setup/efm_version_path.h"
#include "backends/setup/file_permission.h"
#include "backends/setup/quoting.h"
#include "backends/setup/setup_check.h"

namespace efm {

void SetupCheck::properties() {
    if (is_blocked("properties", {"cluster_name"}))
        return;
    const auto path = properties_path(facts_.properties_location, facts_.cluster_name);
    const auto contents = read_regular_file(path);
    const std::string purpose = " Only efm_properties() and what is made of it need this file.";
    if (const auto* const error = std::get_if<std::error_code>(&contents)) {
        if (*error == std::errc::no_such_file_or_directory || *error == std::errc::not_a_directory)
            return fail("properties", "There is no " + in_quotes(path) + '.' + purpose, properties_hint());
        if (*error == std::errc::permission_denied)
            return fail(
                "properties",
                in_quotes(path) + " cannot be read by " + in_quotes(facts_.server_user) + '.' + purpose,
                permission_hint(path, FileUse::read, facts_.server_user));
        return fail("properties", in_quotes(path) + " cannot be read: " + error->message() + '.' + purpose,
                    "It must be a regular file of at most 1 MB.");
    }
    const auto parsed = parse_properties(std::get<std::string>(contents));
    if (const auto* const error = std::get_if<PropertiesError>(&parsed))
        return fail("properties", in_quotes(path) + ": " + error->reason + '.' + purpose,
                    "Correct that line of " + shell_word(path) + ".");
    pass("properties", in_quotes(path) + " can be read.");
}

std::string SetupCheck::properties_hint() const {
    if (facts_.cluster_name.front() == '/')
        return "Correct the setting efm.cluster_name, which is the path of that file.";
    const VersionPath usual{"/etc/edb/efm-", "", ""};
    const auto& location = facts_.properties_location;
    const auto file = '/' + facts_.cluster_name + ".properties";
    const auto configured = split_version_path(location);
    if (const auto found = latest_installed(configured.value_or(usual), file))
        return set_line("efm.properties_location", *found);
    // The packages of EFM bring a template and no file.
    const std::string from = "/efm.properties.in";
    std::error_code unknown;
    auto directory = location;
    bool is_installed = std::filesystem::is_regular_file(location + from, unknown);
    if (const auto found = latest_installed(configured.value_or(usual), from); found && !is_installed) {
        directory = *found;
        is_installed = true;
    } else if (const auto program = split_version_path(facts_.runner.command_path);
               program && !configured && !is_installed) {
        directory = usual.with(program->version);
    }
    return (is_installed ? "" : "Install EFM on this host, then: ") + std::string{"cp "} +
           shell_word(directory + from) + ' ' + shell_word(directory + file) + " && chown efm:efm " +
           shell_word(directory + file) + ", and fill it in." +
           (directory == location ? "" : ' ' + set_line("efm.properties_location", directory));
}

}  // namespace efm
