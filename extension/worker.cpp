// The background worker: asks EFM every efm.bgw_interval and puts the answer into the cache, so that sessions
// find it fresh. Connected to no database, so that it is in nobody's way; what needs one, the history, is
// done by a short-lived worker of its own (history_writer.cpp).

#include "extension/worker.h"

#include <algorithm>
#include <csignal>
#include <cstring>

#include "extension/guard.h"
#include "extension/history_writer.h"
#include "extension/settings.h"
#include "extension/shared_state.h"
#include "extension/status_cache.h"

namespace efm {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int restart_after_seconds = 1;
constexpr seconds longest_pause{300};

/// What the loop remembers from one poll to the next.
struct Poller {
    int failures_in_a_row = 0;
    char said[512] = "";            ///< the error that was logged last; empty: none since the last success
    milliseconds last_duration{0};  ///< of the last command that brought an answer
    std::uint64_t answer_seen = 0;  ///< the answer in the cache when the last poll ended
};

volatile std::sig_atomic_t is_asking = 0;

/// The command that hangs may be just what the new settings mend, so it is not waited for.
extern "C" void take_reload(SIGNAL_ARGS) {
    SignalHandlerForConfigReload(postgres_signal_arg);
    if (is_asking != 0) {
        QueryCancelPending = 1;
        InterruptPending = 1;
    }
}

template <std::size_t size>
void copy(char (&to)[size], const char* from) {
    strlcpy(to, from, size);
}

/// Shown in pg_stat_activity, too.
void tell(const char* doing) {
    {
        const SharedStateLock lock;
        copy(shared_state().worker.doing, doing);
    }
    pgstat_report_activity(std::strcmp(doing, "waiting") == 0 ? STATE_IDLE : STATE_RUNNING, doing);
}

extern "C" void forget_worker(int /*code*/, Datum /*argument*/) {
    const SharedStateLock lock;
    if (shared_state().worker.process == MyProcPid)
        shared_state().worker.process = 0;
}

void begin_work() {
    {
        const SharedStateLock lock;
        auto& worker = shared_state().worker;
        worker.process = MyProcPid;
        worker.started_at = GetCurrentTimestamp();
        worker.failures_in_a_row = 0;
    }
    before_shmem_exit(forget_worker, Datum{0});
}

// Who sees in efm_worker_status() what happened finds it in the log already.
void note_success(Poller& poller) {
    if (poller.said[0] != '\0')
        ereport(LOG, (errmsg("efm_extension worker: EFM answers again")));
    poller.said[0] = '\0';
    poller.failures_in_a_row = 0;
    const SharedStateLock lock;
    auto& worker = shared_state().worker;
    ++worker.polls;
    worker.failures_in_a_row = 0;
    worker.last_success = GetCurrentTimestamp();
}

/// Once for each change, not for each poll: the same trouble every ten seconds helps nobody.
void log_failure(Poller& poller, const guard::Report& report) {
    if (std::strncmp(poller.said, report.message, sizeof(poller.said) - 1) == 0)
        return;
    copy(poller.said, report.message);
    ereport(LOG, (errmsg("efm_extension worker: %s", report.message),
                  report.detail[0] != '\0' ? errdetail("%s", report.detail) : 0,
                  report.hint[0] != '\0' ? errhint("%s", report.hint) : 0));
}

void note_failure(Poller& poller, const guard::Report& report) {
    log_failure(poller, report);
    ++poller.failures_in_a_row;
    const SharedStateLock lock;
    auto& worker = shared_state().worker;
    ++worker.polls;
    ++worker.failures;
    worker.failures_in_a_row = poller.failures_in_a_row;
    worker.last_failure = GetCurrentTimestamp();
    copy(worker.last_error.sqlstate, report.sqlstate);
    copy(worker.last_error.message, report.message);
    copy(worker.last_error.detail, report.detail);
    copy(worker.last_error.hint, report.hint);
}

/// What DROP DATABASE and others wait for, too. A cancel ends a command; where none runs it means nothing.
void serve_interrupts() {
    QueryCancelPending = 0;
    CHECK_FOR_INTERRUPTS();
}

/// Another number for each answer that is put into the cache, by whomever.
std::uint64_t answer_in_cache() {
    const auto answer = published_status();
    return answer ? answer->generation : 0;
}

enum class PollEnd { answered, failed, interrupted };

/// Asks EFM once. What it brings is fresh until the next poll is through, even if that takes as long as this.
PollEnd poll(Poller& poller, milliseconds interval) {
    guard::Report report;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled where there is one
    tell("asking EFM for the status of the cluster");
    const auto begun = monotonic_ms();
    const auto fresh_ms = (interval + 2 * poller.last_duration + milliseconds{500}).count();
    is_asking = 1;
    const bool went_well =
        ConfigReloadPending == 0 &&
        guard::attempt([&] { refresh_cluster_status("background worker", fresh_ms); }, report);
    is_asking = 0;
    QueryCancelPending = 0;
    if (went_well) {
        poller.last_duration = milliseconds{monotonic_ms() - begun};
        note_success(poller);
        return PollEnd::answered;
    }
    if (ConfigReloadPending != 0)
        return PollEnd::interrupted;
    note_failure(poller, report);
    poller.answer_seen = answer_in_cache();
    return PollEnd::failed;
}

/// A failing EFM is asked less often: the pause doubles with each failure.
milliseconds pause_after(const Poller& poller, seconds interval) {
    constexpr int most_doublings = 5;
    const auto factor = 1 << std::min(poller.failures_in_a_row, most_doublings);
    return std::max<milliseconds>(interval, std::min<milliseconds>(interval * factor, longest_pause));
}

/// Until it is time, or the configuration was reloaded, or a session has had an answer after this failed.
void wait_until(const Poller& poller, std::int64_t next_ms, milliseconds interval) {
    tell("waiting");
    const bool has_failed = poller.failures_in_a_row > 0;
    auto look_ms = has_failed ? monotonic_ms() + interval.count() : next_ms;
    for (;;) {
        serve_interrupts();
        const auto now = monotonic_ms();
        if (now >= next_ms || ConfigReloadPending != 0)
            return;
        if (has_failed && now >= look_ms) {
            if (answer_in_cache() != poller.answer_seen)
                return;
            look_ms = now + interval.count();
        }
        WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
                  static_cast<long>(std::min(look_ms, next_ms) - now), pg::worker_wait_event());
        ResetLatch(MyLatch);
    }
}

[[noreturn]] void work() {
    begin_work();
    static Poller poller;
    const MemoryContext memory = guard::call([] {
        return AllocSetContextCreate(TopMemoryContext, "efm_extension worker", ALLOCSET_DEFAULT_SIZES);
    });
    for (;;) {
        // The end of a transaction leaves another context behind.
        MemoryContextSwitchTo(memory);
        MemoryContextReset(memory);
        serve_interrupts();
        if (ConfigReloadPending != 0) {
            ConfigReloadPending = 0;
            ProcessConfigFile(PGC_SIGHUP);
            // What has been mended is tried at once.
            poller.failures_in_a_row = 0;
        }
        const auto interval = worker_settings().interval;
        const auto polled_ms = monotonic_ms();
        const auto end = poll(poller, interval);
        if (end == PollEnd::interrupted)
            continue;
        if (end == PollEnd::answered)
            start_history_writer();
        const auto next_ms = std::max(polled_ms + pause_after(poller, interval).count(), monotonic_ms());
        const auto due = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), next_ms - monotonic_ms());
        {
            const SharedStateLock lock;
            shared_state().worker.next_poll = due;
        }
        wait_until(poller, next_ms, interval);
    }
}

}  // namespace

void register_worker() {
    if (!process_shared_preload_libraries_in_progress || IsBinaryUpgrade || !worker_settings().enabled)
        return;
    BackgroundWorker worker{};
    worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    worker.bgw_start_time = BgWorkerStart_ConsistentState;
    worker.bgw_restart_time = restart_after_seconds;
    copy(worker.bgw_library_name, "efm_extension");
    copy(worker.bgw_function_name, "efm_worker_main");
    copy(worker.bgw_name, "efm_extension worker");
    copy(worker.bgw_type, "efm_extension worker");
    guard::call([&] { RegisterBackgroundWorker(&worker); });
}

}  // namespace efm

extern "C" PGDLLEXPORT void efm_worker_main(Datum argument);

void efm_worker_main(Datum /*argument*/) {
    pqsignal(SIGHUP, efm::take_reload);
    pqsignal(SIGTERM, die);
    BackgroundWorkerUnblockSignals();
    BackgroundWorkerInitializeConnection(nullptr, nullptr, 0);
    efm::guard::enter([] { efm::work(); });
}
