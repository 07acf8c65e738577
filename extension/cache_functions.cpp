// What the cache and the worker tell of themselves.

#include "extension/result_conversion.h"
#include "extension/row_writer.h"
#include "extension/settings.h"
#include "extension/shared_state.h"
#include "extension/sql_function.h"
#include "extension/status_cache.h"

namespace efm {

namespace {

Datum cache_stats(FunctionCallInfo fcinfo) {
    const auto numbers = cache_numbers();
    RowWriter<5> row;
    row.set(0, Int64GetDatum(static_cast<std::int64_t>(numbers.hits)));
    row.set(1, Int64GetDatum(static_cast<std::int64_t>(numbers.misses)));
    row.set(2, Int64GetDatum(static_cast<std::int64_t>(numbers.updates)));
    row.set_time(3, numbers.last_update);
    row.set(4, Int32GetDatum(static_cast<int>(cache_ttl_ms() / 1000)));
    constexpr std::array<Oid, 5> declared{INT8OID, INT8OID, INT8OID, TIMESTAMPTZOID, INT4OID};
    return row.as_composite(fcinfo, declared, "cache_stats");
}

/// The worker has no database, so it does not know in which encoding its errors will be shown.
std::string one_line(const FailureText& failure) {
    std::string text = failure.message;
    if (failure.detail[0] != '\0')
        text.append(" (").append(failure.detail).append(")");
    return as_valid_text(text);
}

Datum worker_status(FunctionCallInfo fcinfo) {
    WorkerState worker{};
    {
        const SharedStateLock lock{SharedStateLock::Mode::shared};
        worker = shared_state().worker;
    }
    const auto settings = worker_settings();
    enum Column : std::size_t {
        enabled,
        process,
        state,
        polls,
        failures,
        failures_in_a_row,
        last_success,
        last_failure,
        last_error,
        next_run,
        history_at,
        history_error,
        columns
    };
    RowWriter<columns> row;
    row.set(enabled, BoolGetDatum(settings.enabled));
    if (worker.process != 0)
        row.set(process, Int32GetDatum(worker.process));
    row.set_text(state, worker.process != 0 ? worker.doing : "not running");
    row.set(polls, Int64GetDatum(static_cast<std::int64_t>(worker.polls)));
    row.set(failures, Int64GetDatum(static_cast<std::int64_t>(worker.failures)));
    row.set(failures_in_a_row, Int32GetDatum(worker.failures_in_a_row));
    row.set_time(last_success, worker.last_success);
    row.set_time(last_failure, worker.last_failure);
    row.set_text(last_error, one_line(worker.last_error));
    row.set_time(next_run, worker.process != 0 ? worker.next_poll : 0);
    row.set_time(history_at, worker.history_at);
    if (settings.persist_history)
        row.set_text(history_error, as_valid_text(worker.history_error));
    constexpr std::array<Oid, columns> declared{BOOLOID, INT4OID,        TEXTOID,        INT8OID,
                                                INT8OID, INT4OID,        TIMESTAMPTZOID, TIMESTAMPTZOID,
                                                TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID};
    return row.as_composite(fcinfo, declared, "record");
}

}  // namespace

}  // namespace efm

EFM_SQL_FUNCTION(efm_cache_stats) {
    return efm::guard::enter([&] { return efm::cache_stats(fcinfo); });
}

EFM_SQL_FUNCTION(efm_invalidate_cache) {
    efm::invalidate_cluster_status();
    PG_RETURN_VOID();
}

EFM_SQL_FUNCTION(efm_worker_status) {
    return efm::guard::enter([&] { return efm::worker_status(fcinfo); });
}
