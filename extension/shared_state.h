#pragma once

#include <cstddef>
#include <cstdint>

#include "extension/pg_prelude.h"

namespace efm {

/// A failure in plain memory, cut where it does not fit.
struct FailureText {
    char sqlstate[6];
    char message[512];
    char detail[2048];
    char hint[512];
};

/// One answer of `efm cluster-status-json` that all sessions share, for one combination of settings.
/// Everything but `generation` and `changed` is read and written under SharedState::lock. README.md tells the
/// protocol.
struct StatusSlot {
    std::uint64_t key[2];         ///< of the settings it belongs to; both 0: the slot is free
    pg_atomic_uint64 generation;  ///< of the answer; another number whenever it is replaced. 0: no answer
    std::uint64_t used_at_ms;     ///< when a session last needed it, for the choice of one to give up

    dsm_handle segment;           ///< holds the answer; 0: none
    std::uint64_t length;         ///< bytes of it
    int exit_status;              ///< of the command that gave it
    TimestampTz fetched_at;       ///< for people
    std::int64_t fetched_ms;      ///< by the monotonic clock
    std::int64_t asked_ms;        ///< when its command began, by the same clock
    std::int64_t fresh_ms;        ///< how long its giver wants it to be fresh at least
    std::uint64_t answer_epoch;   ///< SharedState::invalidations when its command began
    std::uint64_t answer_flight;  ///< the flight that brought it

    int owner;                    ///< process that is asking EFM now; 0: nobody
    std::uint64_t flight;         ///< number of the last flight that was begun
    std::uint64_t failed_flight;  ///< the last one that failed; 0: none
    std::int64_t failed_ms;
    std::uint64_t failed_epoch;
    FailureText failure;
    std::int64_t unshared_ms;   ///< when there was no room for an answer; 0: never
    ConditionVariable changed;  ///< broadcast when a flight ends, however it ends

    std::uint64_t role_changes;       ///< of nodes, seen from one answer to the next
    TimestampTz last_role_change;     ///< 0: none yet
    TimestampTz primary_lost_at;      ///< since when there is no primary; 0: there is one
    std::int64_t without_primary_ms;  ///< how long there was none the last time; -1: never
};

/// Counters of reads, spread so that sessions do not fight for one cache line.
struct ReadCounter {
    alignas(64) pg_atomic_uint64 hits;
    pg_atomic_uint64 misses;
};

struct CommandCounter {
    pg_atomic_uint64 count;
    pg_atomic_uint64 microseconds;
};

/// What the background worker tells of itself. Under SharedState::lock.
struct WorkerState {
    int process;  ///< 0: it does not run
    std::uint64_t polls;
    std::uint64_t failures;
    int failures_in_a_row;
    TimestampTz started_at;
    TimestampTz last_success;
    TimestampTz last_failure;
    TimestampTz next_poll;
    FailureText last_error;
    char doing[64];

    TimestampTz history_at;  ///< of the last answer that was put into the history
    TimestampTz history_cleaned_at;
    TimestampTz history_failed_at;
    char history_error[512];  ///< empty: the last time went well
};

constexpr int status_slots = 16;
constexpr int read_counters = 64;
constexpr int counted_subcommands = 16;
constexpr int counted_outcomes = 8;

struct SharedState {
    LWLock* lock;                    ///< nullptr in a session's own state
    pg_atomic_uint64 invalidations;  ///< an answer whose command began before the last one is stale
    pg_atomic_uint64 generations;    ///< numbers given to answers
    pg_atomic_uint64 updates;        ///< answers put into the cache
    TimestampTz last_update;
    ReadCounter reads[read_counters];
    CommandCounter commands[counted_subcommands][counted_outcomes];
    WorkerState worker;
    StatusSlot slots[status_slots];
};

/// Asks for shared memory, when the module is loaded by shared_preload_libraries; else the session has a
/// state of its own, and says so once (DEBUG1).
void request_shared_state();

/// The state that all sessions share, or this session's own.
SharedState& shared_state();

/// Whether it is shared.
bool has_shared_state();

/// Holds the lock of the shared state for as long as it lives. Under it: assignments to plain data, nothing
/// that allocates, raises or waits.
class SharedStateLock {
  public:
    enum class Mode { shared, exclusive };
    explicit SharedStateLock(Mode mode = Mode::exclusive) noexcept;
    ~SharedStateLock();
    SharedStateLock(const SharedStateLock&) = delete;
    SharedStateLock& operator=(const SharedStateLock&) = delete;
};

/// The counter of this process.
ReadCounter& my_read_counter();

/// Milliseconds of a clock that nobody sets; the same in all processes.
inline std::int64_t monotonic_ms() noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace efm
