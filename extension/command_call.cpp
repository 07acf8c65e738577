#include "extension/command_call.h"

#include "backends/outcome/status_answer.h"
#include "backends/runners/runner_factory.h"
#include "extension/audit_log.h"
#include "extension/backend_waiter.h"
#include "extension/command_counters.h"
#include "extension/exit_callback.h"
#include "extension/guard.h"
#include "extension/server_user.h"
#include "extension/status_cache.h"

namespace efm {

namespace {

OutcomeContext outcome_context(const Settings& settings, const std::vector<std::string>& command_line) {
    return {.command_line = command_line,
            .under_sudo = settings.runner.backend == Backend::sudo,
            .sudo_user = settings.runner.sudo_user,
            .server_user = server_user_name(),
            .program = settings.runner.command_path,
            .timeout_ms = static_cast<long>(settings.limits.timeout.count()),
            .max_output = settings.limits.max_output};
}

void require_paths(const RunnerSettings& settings) {
    if (settings.backend == Backend::mock)
        return;
    if (settings.command_path.empty())
        throw SqlError{"22023", "efm.command_path is not set", "It is the path of the efm program.",
                       "For EFM 4.9, for example, it is /usr/edb/efm-4.9/bin/efm."};
    if (settings.backend == Backend::sudo && settings.sudo_path.empty())
        throw SqlError{"22023", "efm.sudo_path is not set",
                       "The backend \"sudo\" needs the path of the sudo program.",
                       "Set efm.sudo_path, or choose another efm.backend."};
}

/// Whether a command runs that may change the cluster.
bool is_changing = false;

extern "C" void note_abandoned_change(int /*code*/, Datum /*argument*/) {
    if (is_changing)
        invalidate_cluster_status();
}

/// A session that ends while it waits for such a command makes the status stale, too.
class ClusterChange {
  public:
    explicit ClusterChange(bool changes) {
        static bool registered = false;
        if (changes && !registered) {
            guard::call([] { before_shmem_exit(note_abandoned_change, 0); });
            registered = true;
        }
        is_changing = changes;
    }
    ~ClusterChange() { is_changing = false; }
    ClusterChange(const ClusterChange&) = delete;
    ClusterChange& operator=(const ClusterChange&) = delete;
};

}  // namespace

CommandOutcome run_command(const Command& command, const Settings& settings, const std::string& caller) {
    require_paths(settings.runner);
    const auto runner = make_runner(settings.runner);
    CommandOutcome outcome;
    outcome.command_line = runner->command_line(command);
    register_exit_callback();

    const ClusterChange change{!only_reads(command.subcommand)};
    BackendWaiter waiter;
    const bool is_played = settings.runner.backend == Backend::mock;
    const AuditEntry audit{command, outcome.command_line, is_played ? caller + ", backend mock" : caller,
                           settings.debug};
    outcome.result = runner->run(command, settings.limits, waiter);
    audit.finished(outcome.result);
    outcome.failure = judge(command, outcome.result, outcome_context(settings, outcome.command_line));
    count_command(command.subcommand, outcome.result, outcome.failure.has_value());
    // Also when it has failed: how far it came before that is not known.
    if (!only_reads(command.subcommand) && outcome.result.ending != Ending::could_not_start)
        invalidate_cluster_status();
    if (outcome.result.ending == Ending::cancelled)
        waiter.throw_interrupt(outcome.failure ? outcome.failure->detail : "",
                               outcome.failure ? outcome.failure->hint : "");
    return outcome;
}

CommandOutcome run_command_or_throw(const Command& command, const Settings& settings,
                                    const std::string& caller) {
    auto outcome = run_command(command, settings, caller);
    if (outcome.failure)
        throw SqlError{outcome.failure->sqlstate.c_str(), outcome.failure->message, outcome.failure->detail,
                       outcome.failure->hint};
    return outcome;
}

}  // namespace efm
