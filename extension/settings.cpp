#include "extension/settings.h"

#include <climits>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "backends/checks/argument_check.h"
#include "extension/guard.h"
#include "extension/setting_checks.h"

namespace efm {

namespace {

int backend = static_cast<int>(Backend::sudo);
char* cluster_name = nullptr;
char* command_path = nullptr;
char* sudo_path = nullptr;
char* sudo_user = nullptr;
char* properties_location = nullptr;
char* java_home = nullptr;
char* mock_scenario = nullptr;
char* bgw_database = nullptr;
char* edb_sudo = nullptr;
char* encryption_key = nullptr;
double command_timeout = 60;
int max_output = 16 * 1024;
int cache_ttl = 5;
int bgw_interval = 10;
int history_retention = 7;
bool allow_host_names = false;
bool bgw_enabled = false;
bool bgw_persist_history = false;
bool debug = false;

const config_enum_entry backend_names[] = {{"sudo", static_cast<int>(Backend::sudo), false},
                                           {"direct", static_cast<int>(Backend::direct), false},
                                           {"mock", static_cast<int>(Backend::mock), false},
                                           {nullptr, 0, false}};

constexpr double longest_timeout = 24 * 60 * 60;
constexpr int largest_output = 512 * 1024;

/// JAVA_HOME of the server, where it is fit to be a setting's default.
const char* inherited_java_home() {
    const char* inherited = std::getenv("JAVA_HOME");
    return inherited != nullptr && is_full_path(inherited) ? inherited : "";
}

void note_new_text(const char* /*value*/, void* /*extra*/) {
    ++settings_version;
}

void note_new_number(int /*value*/, void* /*extra*/) {
    ++settings_version;
}

void define_string(const char* name, const char* what, const char* more, char** place, const char* value,
                   GucContext who, bool (*check)(char**, void**, GucSource) = nullptr, int flags = 0) {
    DefineCustomStringVariable(name, what, more, place, value, who, flags, check, note_new_text, nullptr);
}

void define_bool(const char* name, const char* what, const char* more, bool* place, GucContext who) {
    DefineCustomBoolVariable(name, what, more, place, *place, who, 0, nullptr, nullptr, nullptr);
}

void define_int(const char* name, const char* what, const char* more, int* place, int least, int most,
                GucContext who, int flags) {
    DefineCustomIntVariable(name, what, more, place, *place, least, most, who, flags, nullptr, nullptr,
                            nullptr);
}

std::string text_of(const char* value) {
    return value == nullptr ? std::string{} : std::string{value};
}

}  // namespace

std::uint64_t settings_version = 1;

std::int64_t cache_ttl_ms() noexcept {
    return std::int64_t{cache_ttl} * 1000;
}

void define_settings() {
    // What can only be set at server start cannot be defined later: without shared_preload_libraries these
    // two are accepted from the configuration file and have no effect, as in a server that was started
    // without them.
    const GucContext at_start = process_shared_preload_libraries_in_progress ? PGC_POSTMASTER : PGC_SIGHUP;
    define_bool("efm.allow_host_names", "Accepts host names where a node address is expected.",
                "Off: IP addresses only. On: host names by RFC 1123 too.", &allow_host_names, PGC_SUSET);
    DefineCustomEnumVariable(
        "efm.backend", "Sets how efm commands are run.",
        "\"sudo\" and \"direct\" run the program; \"mock\" answers from a scripted fake EFM.", &backend,
        backend, backend_names, PGC_SUSET, 0, nullptr, note_new_number, nullptr);
    define_string("efm.bgw_database", "Sets the database that the background worker keeps the history in.",
                  nullptr, &bgw_database, "postgres", at_start);
    define_bool("efm.bgw_enabled", "Starts the background worker.",
                "It keeps the status of the cluster fresh. Needs shared_preload_libraries.", &bgw_enabled,
                at_start);
    define_int("efm.bgw_interval", "Sets the time between two polls of the background worker.",
               "What it brings is fresh until its next poll, whatever efm.cache_ttl says.", &bgw_interval, 1,
               3600, PGC_SIGHUP, GUC_UNIT_S);
    define_bool("efm.bgw_persist_history", "Keeps a history of the cluster status.",
                "Written by the background worker while this server is a primary.", &bgw_persist_history,
                PGC_SIGHUP);
    define_int("efm.cache_ttl", "Sets how long a cluster status is served from the cache.",
               "0: every call asks EFM.", &cache_ttl, 0, 300, PGC_SUSET, GUC_UNIT_S);
    define_string(
        "efm.cluster_name", "Sets the name of the EFM cluster.",
        "The base name of its properties file; or, where efm runs without sudo, the full path of that file.",
        &cluster_name, "", PGC_SUSET, check_cluster_name);
    define_string("efm.command_path", "Sets the path of the efm program.", nullptr, &command_path,
                  "/usr/edb/efm-4.9/bin/efm", PGC_SUSET, check_path);
    DefineCustomRealVariable("efm.command_timeout",
                             "Sets the time after which a running efm command is ended.", nullptr,
                             &command_timeout, command_timeout, 0.001, longest_timeout, PGC_SUSET, GUC_UNIT_S,
                             nullptr, nullptr, nullptr);
    define_bool("efm.debug", "Logs every efm command.",
                "Commands that change the cluster are logged in any case.", &debug, PGC_SUSET);
    define_string("efm.edb_sudo", "Has no effect.",
                  "Release 1.0 had it; accepted so that a configuration file that still sets it is valid.",
                  &edb_sudo, "", PGC_SUSET);
    define_string("efm.encryption_key", "Sets the key of the pgpool helpers of release 1.1.",
                  "Kept for databases that still have these functions.", &encryption_key, "efm", PGC_SUSET,
                  nullptr, GUC_SUPERUSER_ONLY);
    define_int("efm.history_retention", "Sets how many days of history are kept.", nullptr,
               &history_retention, 1, 36500, PGC_SIGHUP, 0);
    define_string("efm.java_home", "Sets the Java installation that efm uses.",
                  "The default is JAVA_HOME of the server's environment. Empty: efm finds its own.",
                  &java_home, inherited_java_home(), PGC_SUSET, check_path);
    define_int("efm.max_output", "Sets the largest output of an efm command that is accepted.", nullptr,
               &max_output, 1, largest_output, PGC_SUSET, GUC_UNIT_KB);
    define_string("efm.mock_scenario", "Sets the scenario file of the fake EFM of the backend \"mock\".",
                  "Empty: a built-in healthy cluster.", &mock_scenario, "", PGC_SUSET, check_path);
    define_string("efm.properties_location", "Sets the directory of the cluster properties file.", nullptr,
                  &properties_location, "/etc/edb/efm-4.9", PGC_SUSET, check_path);
    define_string("efm.sudo_path", "Sets the path of the sudo program.", nullptr, &sudo_path, "/usr/bin/sudo",
                  PGC_SUSET, check_path);
    define_string("efm.sudo_user", "Sets the operating system user that efm runs as under sudo.", nullptr,
                  &sudo_user, "efm", PGC_SUSET, check_user_name);
    pg::reserve_setting_prefix("efm");
}

Settings current_settings() {
    Settings settings;
    const char* home = std::getenv("HOME");
    settings.runner = {.backend = static_cast<Backend>(backend),
                       .command_path = text_of(command_path),
                       .sudo_path = text_of(sudo_path),
                       .sudo_user = text_of(sudo_user),
                       .java_home = text_of(java_home),
                       .home = home != nullptr && *home == '/' ? home : "/",
                       .mock_scenario = text_of(mock_scenario)};
    // Rounded: 200 ms arrive here as a little less than 0.2.
    settings.limits.timeout = std::chrono::milliseconds{std::lround(command_timeout * 1000)};
    settings.limits.max_output = static_cast<std::size_t>(max_output) * 1024;
    settings.cluster_name = text_of(cluster_name);
    settings.properties_location = text_of(properties_location);
    settings.cache_ttl = std::chrono::seconds{cache_ttl};
    settings.allow_host_names = allow_host_names;
    settings.debug = debug;
    return settings;
}

WorkerSettings worker_settings() {
    return {.enabled = bgw_enabled,
            .database = text_of(bgw_database),
            .interval = std::chrono::seconds{bgw_interval},
            .persist_history = bgw_persist_history,
            .history_retention = history_retention};
}

const std::string& required_cluster_name(const Settings& settings) {
    if (settings.cluster_name.empty())
        throw SqlError{
            "22023", "efm.cluster_name is not set", "Every efm command needs the name of its cluster.",
            "Set it in postgresql.conf, or with ALTER SYSTEM SET efm.cluster_name = '...' and a reload."};
    return settings.cluster_name;
}

}  // namespace efm
