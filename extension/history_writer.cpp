// Puts the status of the cluster into the history. The writer is a worker for each answer: it connects to
// efm.bgw_database, calls efm_record_status() there and ends, so that the database stays nobody's open
// session.

#include "extension/history_writer.h"

#include <cstring>

#include "extension/guard.h"
#include "extension/result_conversion.h"
#include "extension/settings.h"
#include "extension/shared_state.h"
#include "extension/status_cache.h"

namespace efm {

namespace {

/// What a database may set for its sessions and would keep the writer from its work, or for long: the next
/// answer comes soon, so it waits for nobody, for a standby neither.
struct SessionSetting {
    const char* name;
    const char* value;
};
constexpr SessionSetting session_settings[] = {{"default_transaction_isolation", "read committed"},
                                               {"default_transaction_read_only", "off"},
                                               {"lock_timeout", "500ms"},
                                               {"synchronous_commit", "local"}};

/// Logs a change of it; none is an empty text.
void log_trouble(const char* trouble) {
    char before[sizeof(shared_state().worker.history_error)];
    {
        const SharedStateLock lock{SharedStateLock::Mode::shared};
        strlcpy(before, shared_state().worker.history_error, sizeof(before));
    }
    if (std::strncmp(before, trouble, sizeof(before) - 1) == 0)
        return;
    if (*trouble != '\0')
        ereport(LOG, (errmsg("efm_extension worker: the history is not written: %s", trouble)));
    else
        ereport(LOG, (errmsg("efm_extension worker: the history is written again")));
}

void note_trouble(const char* trouble) {
    log_trouble(trouble);
    const SharedStateLock lock;
    auto& worker = shared_state().worker;
    strlcpy(worker.history_error, trouble, sizeof(worker.history_error));
    if (*trouble != '\0')
        worker.history_failed_at = GetCurrentTimestamp();
}

/// Why nobody can connect to the database; empty when somebody can. Looked at here so that a database that is
/// not there is one line in the log, not a FATAL for each answer.
void find_obstacle(char (&obstacle)[256], const char* database) {
    obstacle[0] = '\0';
    StartTransactionCommand();
    GetTransactionSnapshot();
    // Row by row, as the autovacuum launcher does: a process without a database has no indexes.
    const Relation databases = table_open(DatabaseRelationId, AccessShareLock);
    const TableScanDesc scan = table_beginscan_catalog(databases, 0, nullptr);
    bool exists = false;
    while (HeapTuple row = heap_getnext(scan, ForwardScanDirection)) {
        const auto* const form = reinterpret_cast<Form_pg_database>(GETSTRUCT(row));
        if (std::strcmp(NameStr(form->datname), database) != 0)
            continue;
        exists = true;
        if (!form->datallowconn || form->datconnlimit < -1)
            pg_snprintf(obstacle, sizeof(obstacle), "database \"%s\" does not accept connections", database);
    }
    table_endscan(scan);
    table_close(databases, AccessShareLock);
    CommitTransactionCommand();
    if (!exists)
        pg_snprintf(obstacle, sizeof(obstacle), "database \"%s\" does not exist", database);
}

/// The extension, held until the end of the transaction: one writer at a time, and nobody drops it meanwhile.
Oid lock_extension() {
    const Oid extension = get_extension_oid("efm_extension", true);
    if (!OidIsValid(extension))
        return InvalidOid;
    LockDatabaseObject(ExtensionRelationId, extension, 0, ExclusiveLock);
    return get_extension_oid("efm_extension", true) == extension ? extension : InvalidOid;
}

/// The extension's own function: not one that somebody has put in a schema of that name.
Oid find_record_function(char (&obstacle)[256]) {
    const Oid extension = lock_extension();
    if (!OidIsValid(extension)) {
        pg_snprintf(obstacle, sizeof(obstacle), "extension efm_extension is not installed in database \"%s\"",
                    get_database_name(MyDatabaseId));
        return InvalidOid;
    }
    Oid arguments[] = {JSONBOID, TIMESTAMPTZOID, INT4OID};
    List* const name =
        list_make2(makeString(pstrdup("efm_extension")), makeString(pstrdup("efm_record_status")));
    const Oid function = LookupFuncName(name, 3, arguments, true);
    if (!OidIsValid(function) || getExtensionOfObject(ProcedureRelationId, function) != extension) {
        pg_snprintf(obstacle, sizeof(obstacle),
                    "extension efm_extension in database \"%s\" is older than version 2.0",
                    get_database_name(MyDatabaseId));
        return InvalidOid;
    }
    return function;
}

void record(const char* text, TimestampTz fetched_at, int retention, char (&obstacle)[256]) {
    SetCurrentStatementStartTimestamp();
    pgstat_report_activity(STATE_RUNNING, "writing the history of the cluster status");
    StartTransactionCommand();
    // The function takes its own snapshots, after the lock.
    PushActiveSnapshot(GetTransactionSnapshot());
    const Oid function = find_record_function(obstacle);
    if (OidIsValid(function)) {
        const Datum status = DirectFunctionCall1(jsonb_in, CStringGetDatum(text));
        OidFunctionCall3(function, status, TimestampTzGetDatum(fetched_at), Int32GetDatum(retention));
    }
    PopActiveSnapshot();
    CommitTransactionCommand();
}

void write_history() {
    // Before the connection: a database may set efm.* for its own sessions.
    const auto answer = published_status();
    if (!answer)
        return;
    const auto settings = worker_settings();
    const char* const database = settings.database.c_str();
    guard::call([&] {
        BackgroundWorkerInitializeConnection(database, nullptr, 0);
        for (const auto& setting : session_settings)
            SetConfigOption(setting.name, setting.value, PGC_SUSET, PGC_S_SESSION);
    });
    // The worker has no database whose encoding it could have looked at.
    require_valid_text(answer->json, "output of efm \"cluster-status-json\"");
    const char* const text = answer->json.c_str();
    const auto fetched_at = answer->fetched_at;
    const int retention = settings.history_retention;
    char obstacle[256] = "";
    guard::call([&] { record(text, fetched_at, retention, obstacle); });
    note_trouble(obstacle);
    if (obstacle[0] != '\0')
        return;
    const SharedStateLock lock;
    shared_state().worker.history_at = fetched_at;
}

BackgroundWorkerHandle* last_writer = nullptr;

/// A writer that waits for something slow is not joined by a second one.
bool is_writing() {
    pid_t process = 0;
    return last_writer != nullptr && GetBackgroundWorkerPid(last_writer, &process) != BGWH_STOPPED;
}

bool launch_writer() {
    BackgroundWorker writer{};
    writer.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    writer.bgw_start_time = BgWorkerStart_RecoveryFinished;
    writer.bgw_restart_time = BGW_NEVER_RESTART;
    strlcpy(writer.bgw_library_name, "efm_extension", sizeof(writer.bgw_library_name));
    strlcpy(writer.bgw_function_name, "efm_history_main", sizeof(writer.bgw_function_name));
    strlcpy(writer.bgw_name, "efm_extension history writer", sizeof(writer.bgw_name));
    strlcpy(writer.bgw_type, "efm_extension history writer", sizeof(writer.bgw_type));
    if (last_writer != nullptr)
        pfree(last_writer);
    last_writer = nullptr;
    const MemoryContext before = MemoryContextSwitchTo(TopMemoryContext);
    const bool is_launched = RegisterDynamicBackgroundWorker(&writer, &last_writer);
    MemoryContextSwitchTo(before);
    return is_launched;
}

}  // namespace

void start_history_writer() {
    const auto settings = worker_settings();
    const char* const database = settings.database.c_str();
    if (!settings.persist_history || RecoveryInProgress())
        return;
    char obstacle[256] = "";
    guard::Report report;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled where there is one
    const auto look_and_launch = [&] {
        guard::call([&] {
            if (is_writing())
                return;
            find_obstacle(obstacle, database);
            if (obstacle[0] == '\0' && !launch_writer())
                pg_snprintf(obstacle, sizeof(obstacle),
                            "there is no free background worker; raise max_worker_processes");
        });
    };
    if (!guard::attempt(look_and_launch, report)) {
        note_trouble(report.message);
        guard::attempt([] { guard::call([] { AbortCurrentTransaction(); }); }, report);
    } else if (obstacle[0] != '\0') {
        note_trouble(obstacle);
    }
}

}  // namespace efm

extern "C" PGDLLEXPORT void efm_history_main(Datum argument);

void efm_history_main(Datum /*argument*/) {
    pqsignal(SIGTERM, die);
    BackgroundWorkerUnblockSignals();
    efm::guard::Report report;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled where there is one
    if (efm::guard::attempt([] { efm::write_history(); }, report))
        return;
    // The transaction ends with the process.
    efm::note_trouble(report.message);
}
