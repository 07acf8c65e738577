// What a new installation needs, and what is wrong with this one.

#include "backends/runners/child_environment.h"
#include "backends/setup/setup_checks.h"
#include "extension/check_rows.h"
#include "extension/server_user.h"
#include "extension/settings.h"
#include "extension/shared_state.h"
#include "extension/sql_arguments.h"
#include "extension/sql_function.h"
#include "extension/status_cache.h"
#include "extension/sudo_question.h"

namespace efm {

namespace {

constexpr const char* library_version = EFM_VERSION;

/// EFM is asked now: an answer from the cache would hide what has broken since.
std::optional<SetupFacts::Trouble> status_trouble(const std::string& caller) {
    try {
        recent_cluster_status(caller, 0);
        return std::nullopt;
    } catch (const SqlError& error) {
        return SetupFacts::Trouble{
            error.sqlstate, error.message + (error.detail.empty() ? "." : ": " + error.detail), error.hint};
    }
}

std::string setting_text(const char* name) {
    const char* const value = guard::call([&] { return GetConfigOption(name, true, false); });
    return value == nullptr ? std::string{} : std::string{value};
}

Datum check_setup(FunctionCallInfo fcinfo) {
    const auto settings = current_settings();
    const auto caller = called_function(fcinfo);
    SetupFacts facts;
    facts.runner = settings.runner;
    facts.cluster_name = settings.cluster_name;
    facts.properties_location = settings.properties_location;
    facts.server_user = server_user_name();
    facts.ask_sudo = [&](const Command& command) { return answer_of_sudo(settings, command); };
    facts.ask_status = [&] { return status_trouble(caller); };
    facts.java_path = search_path(settings.runner);
    facts.is_preloaded = has_shared_state();
    facts.preload_libraries = setting_text("shared_preload_libraries");
    facts.worker_enabled = worker_settings().enabled;
    facts.max_worker_processes = max_worker_processes;
    facts.worker_database = worker_settings().database;
    WorkerState worker{};
    {
        const SharedStateLock lock{SharedStateLock::Mode::shared};
        worker = shared_state().worker;
    }
    facts.worker_running = worker.process != 0;
    if (worker.failures_in_a_row > 0)
        facts.worker_error = worker.last_error.message;
    if (worker_settings().persist_history)
        facts.history_error = worker.history_error;
    facts.cache_ttl = static_cast<long>(settings.cache_ttl.count());
    facts.schema_version = text_argument(fcinfo, 0);
    facts.library_version = library_version;

    return return_checks(fcinfo, setup_checks(facts));
}

}  // namespace

}  // namespace efm

EFM_SQL_FUNCTION(efm_setup_checks) {
    return efm::guard::enter([&] { return efm::check_setup(fcinfo); });
}
