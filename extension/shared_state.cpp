#include "extension/shared_state.h"

#include <cstring>
#include <type_traits>

#include "extension/guard.h"

namespace efm {

namespace {

static_assert(std::is_trivially_copyable_v<SharedState>, "shared memory holds plain data only");

constexpr const char* tranche = "efm_extension";

SharedState* state = nullptr;
bool is_shared = false;

shmem_startup_hook_type previous_startup_hook = nullptr;

void initialize(SharedState& fresh) {
    std::memset(static_cast<void*>(&fresh), 0, sizeof(fresh));
    pg_atomic_init_u64(&fresh.invalidations, 0);
    pg_atomic_init_u64(&fresh.generations, 0);
    pg_atomic_init_u64(&fresh.updates, 0);
    for (auto& counter : fresh.reads) {
        pg_atomic_init_u64(&counter.hits, 0);
        pg_atomic_init_u64(&counter.misses, 0);
    }
    for (auto& subcommand : fresh.commands) {
        for (auto& counter : subcommand) {
            pg_atomic_init_u64(&counter.count, 0);
            pg_atomic_init_u64(&counter.microseconds, 0);
        }
    }
    for (auto& slot : fresh.slots) {
        pg_atomic_init_u64(&slot.generation, 0);
        slot.without_primary_ms = -1;
        ConditionVariableInit(&slot.changed);
    }
}

void reserve() {
    RequestAddinShmemSpace(MAXALIGN(sizeof(SharedState)) + PG_CACHE_LINE_SIZE);
    RequestNamedLWLockTranche(tranche, 1);
}

extern "C" void attach_shared_state() {
    if (previous_startup_hook != nullptr)
        previous_startup_hook();
    LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
    bool found = false;
    state = static_cast<SharedState*>(ShmemInitStruct("efm_extension", sizeof(SharedState), &found));
    if (!found) {
        initialize(*state);
        state->lock = &GetNamedLWLockTranche(tranche)->lock;
    }
    is_shared = true;
    LWLockRelease(AddinShmemInitLock);
}

}  // namespace

void request_shared_state() {
    if (!process_shared_preload_libraries_in_progress)
        return;
    previous_startup_hook = shmem_startup_hook;
    shmem_startup_hook = attach_shared_state;
    pg::on_shared_memory_request(reserve);
}

SharedState& shared_state() {
    if (state == nullptr) {
        static SharedState own;
        initialize(own);
        state = &own;
        guard::write_log(
            [](void* /*argument*/) {
                ereport(DEBUG1,
                        (errmsg("efm_extension is not in shared_preload_libraries"),
                         errdetail("The status of the cluster is cached for this session alone, and there is "
                                   "no background worker.")));
            },
            nullptr);
    }
    return *state;
}

bool has_shared_state() {
    return is_shared;
}

// LWLockAcquire raises only when a process holds some two hundred locks at once.
SharedStateLock::SharedStateLock(Mode mode) noexcept {
    auto* const lock = shared_state().lock;
    if (lock != nullptr)
        LWLockAcquire(lock, mode == Mode::shared ? LW_SHARED : LW_EXCLUSIVE);
}

SharedStateLock::~SharedStateLock() {
    auto* const lock = shared_state().lock;
    if (lock != nullptr)
        LWLockRelease(lock);
}

ReadCounter& my_read_counter() {
    // Two processes may share one: the counters are atomic.
    const auto place = MyProc == nullptr ? 0 : MyProc - ProcGlobal->allProcs;
    return shared_state().reads[static_cast<std::size_t>(place) % read_counters];
}

}  // namespace efm
