// What a promotion needs, looked at before it.

#include <unistd.h>

#include "backends/outcome/outcome_table.h"
#include "backends/promotion/preflight.h"
#include "extension/check_rows.h"
#include "extension/settings.h"
#include "extension/sql_arguments.h"
#include "extension/sql_function.h"
#include "extension/status_cache.h"
#include "extension/sudo_question.h"

namespace efm {

namespace {

/// Who is about to promote is not helped by what was true some time ago.
constexpr std::int64_t longest_age_ms = 1000;

Check permission_check(const Settings& settings, bool switchover) {
    constexpr const char* passed = "The command can be started; whether EFM lets this user is not asked.";
    if (settings.runner.backend == Backend::direct) {
        const bool is_fit = access(settings.runner.command_path.c_str(), X_OK) == 0;
        return {
            "permission", is_fit,
            is_fit ? passed : "The server's user cannot execute \"" + settings.runner.command_path + "\".",
            is_fit ? "" : "Check efm.command_path; efm_check_setup() has more."};
    }
    if (settings.runner.backend == Backend::sudo) {
        const Command command{
            .subcommand = "promote",
            .cluster = settings.cluster_name,
            .arguments = switchover ? std::vector<std::string>{"-switchover"} : std::vector<std::string>{}};
        const auto answer = answer_of_sudo(settings, command);
        if (answer.ending != Ending::exited || answer.exit_status != 0)
            return {"permission", false, "sudo does not allow it: " + last_words(answer),
                    "Put the lines of efm_sudoers() into a file in /etc/sudoers.d."};
    }
    return {"permission", true, passed, ""};
}

Datum preflight(FunctionCallInfo fcinfo) {
    if (fcinfo->args[0].isnull)
        throw SqlError{"22004", "argument \"switchover\" must not be null"};
    const bool switchover = DatumGetBool(fcinfo->args[0].value);
    const std::string caller = called_function(fcinfo);
    const auto& session = recent_cluster_status(caller, longest_age_ms);
    auto checks = preflight_checks(session.status, switchover);
    checks.push_back(permission_check(current_settings(), switchover));
    return return_checks(fcinfo, checks);
}

}  // namespace

}  // namespace efm

EFM_SQL_FUNCTION(efm_preflight) {
    return efm::guard::enter([&] { return efm::preflight(fcinfo); });
}
