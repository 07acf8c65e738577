#pragma once

// The one place that includes PostgreSQL's headers, and the last include of every file that needs them: they
// define macros (snprintf, Min, Max, _) that would break C++ headers after them. Every test of the server's
// version is here.

#include <pg_config.h>
#if PG_VERSION_NUM < 160000
// Empty there, and the module's symbols are hidden.
#define PGDLLEXPORT __attribute__((visibility("default")))
#endif

extern "C" {
#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_database.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "common/ip.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "parser/parse_func.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/condition_variable.h"
#include "storage/dsm.h"
#include "storage/fd.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lmgr.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "storage/shmem.h"
#include "tcop/tcopprot.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/inet.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/pg_lsn.h"
#include "utils/regproc.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"
#include "utils/wait_event.h"
}

#undef snprintf
#undef vsnprintf
#undef printf
#undef fprintf
#undef sprintf
#undef vprintf
#undef vfprintf
#undef vsprintf
#undef strerror
#undef strerror_r
#undef Min
#undef Max
#undef _
#undef gettext
#undef ngettext
#undef dgettext

namespace efm::pg {

/// The wait event a running command shows in pg_stat_activity.
inline uint32 command_wait_event() {
#if PG_VERSION_NUM >= 170000
    static const uint32 event = WaitEventExtensionNew("EfmCommand");
    return event;
#else
    return PG_WAIT_EXTENSION;
#endif
}

/// The wait event of the background worker between two polls.
inline uint32 worker_wait_event() {
#if PG_VERSION_NUM >= 170000
    static const uint32 event = WaitEventExtensionNew("EfmWorker");
    return event;
#else
    return PG_WAIT_EXTENSION;
#endif
}

/// Has `reserve` called when a preloaded module may ask for shared memory.
inline void on_shared_memory_request(void (*reserve)()) {
#if PG_VERSION_NUM >= 150000
    static shmem_request_hook_type previous = nullptr;
    static void (*ours)() = nullptr;
    previous = shmem_request_hook;
    ours = reserve;
    shmem_request_hook = [] {
        if (previous != nullptr)
            previous();
        ours();
    };
#else
    reserve();
#endif
}

inline MinimalTuple form_minimal_tuple(TupleDesc type, Datum* values, bool* nulls) {
#if PG_VERSION_NUM >= 180000
    return heap_form_minimal_tuple(type, values, nulls, 0);
#else
    return heap_form_minimal_tuple(type, values, nulls);
#endif
}

/// Reserves the prefix of our settings, so that a misspelt one is noticed.
inline void reserve_setting_prefix(const char* prefix) {
#if PG_VERSION_NUM >= 150000
    MarkGUCPrefixReserved(prefix);
#else
    EmitWarningsOnPlaceholders(prefix);
#endif
}

/// Prepares a set-returning function to fill a tuplestore with rows of the type that the query expects.
inline void begin_rows(FunctionCallInfo fcinfo) {
#if PG_VERSION_NUM >= 150000
    InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
#else
    auto* info = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    if (info == nullptr || !IsA(info, ReturnSetInfo) || (info->allowedModes & SFRM_Materialize) == 0 ||
        info->expectedDesc == nullptr)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("set-valued function called in context that cannot accept a set")));
    MemoryContext before = MemoryContextSwitchTo(info->econtext->ecxt_per_query_memory);
    info->setResult =
        tuplestore_begin_heap((info->allowedModes & SFRM_Materialize_Random) != 0, false, work_mem);
    info->setDesc = CreateTupleDescCopy(info->expectedDesc);
    info->returnMode = SFRM_Materialize;
    MemoryContextSwitchTo(before);
#endif
}

}  // namespace efm::pg
