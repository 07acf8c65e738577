// What only a server that was set up for it has: shared memory, the worker, the cache.

#include <algorithm>

#include "backends/setup/preload_list.h"
#include "backends/setup/quoting.h"
#include "backends/setup/setup_check.h"

namespace efm {

void SetupCheck::preload() {
    if (facts_.is_preloaded)
        return pass("preload", "The library is in shared_preload_libraries.");
    fail("preload",
         "The library is not in shared_preload_libraries: each session has a cache of its own, and there "
         "is no worker.",
         "ALTER SYSTEM SET shared_preload_libraries = " +
             preload_list_with(facts_.preload_libraries, "efm_extension") + "; and restart the server.");
}

/// Other workers take places as well: no less than the server's own default.
std::string SetupCheck::more_workers() const {
    constexpr int usual = 8;
    return "ALTER SYSTEM SET max_worker_processes = " +
           std::to_string(std::max(facts_.max_worker_processes + 1, usual)) + "; and restart the server.";
}

/// By what the history writer says of itself (extension/history_writer.cpp).
std::string SetupCheck::history_hint() const {
    const auto says = [&](std::string_view part) {
        return facts_.history_error.find(part) != std::string::npos;
    };
    const auto there = "In the database " + in_quotes(facts_.worker_database) + " (efm.bgw_database): ";
    if (says("max_worker_processes"))
        return more_workers();
    if (says("is not installed"))
        return there + "CREATE EXTENSION efm_extension;";
    if (says("is older than"))
        return there + "ALTER EXTENSION efm_extension UPDATE;";
    if (says("does not exist"))
        return "ALTER SYSTEM SET efm.bgw_database = 'postgres'; and restart the server. The extension "
               "must "
               "be in that database.";
    return "The server log has the whole error.";
}

void SetupCheck::worker() {
    if (!facts_.worker_enabled)
        return pass("worker", "The background worker is not enabled.");
    if (is_blocked("worker", {"preload"}))
        return;
    if (!facts_.worker_running)
        return fail("worker", "The background worker is enabled and does not run.",
                    more_workers() + " If it does not run then either, the server log says why.");
    if (!facts_.history_error.empty())
        return fail("worker", "The background worker writes no history: " + facts_.history_error,
                    history_hint());
    // It asks as the settings of the server say, which may not be those of this session. Where this
    // session has no answer either, that is the check to mend.
    const bool same_here = std::any_of(checks_.begin(), checks_.end(), [](const Check& check) {
        return check.name == "status" && !check.passed;
    });
    if (!facts_.worker_error.empty() && !same_here)
        return fail("worker", "The last poll of the background worker failed: " + facts_.worker_error,
                    "SELECT pg_reload_conf(); makes it ask again at once. It uses the settings of "
                    "postgresql.conf, not those of a session.");
    pass("worker", facts_.worker_error.empty()
                       ? "The background worker runs."
                       : "The background worker runs, and EFM does not answer it either.");
}

void SetupCheck::cache() {
    if (facts_.cache_ttl > 0)
        return pass("cache", "A status is served for " + std::to_string(facts_.cache_ttl) + " s.");
    fail("cache", "efm.cache_ttl is 0: every call starts efm.", set_line("efm.cache_ttl", "5s"));
}

}  // namespace efm
