#pragma once

#include <cstdint>
#include <string>

#include "backends/status/cluster_status.h"
#include "extension/status_flight.h"

namespace efm {

/// An answer of `efm cluster-status-json` as this session holds it: its own copy, read once.
struct SessionStatus {
    std::string json;  ///< the object, without what stood around it; valid text in the server encoding
    ClusterStatus status;
    std::uint64_t serial = 0;        ///< another number for each answer that this session has held
    int exit_status = 0;             ///< 0: EFM found nothing wrong
    TimestampTz fetched_at = 0;      ///< when EFM answered
    std::int64_t took_ms = 0;        ///< how long the command ran
    MemoryContext memory = nullptr;  ///< of what is made of it, and freed with it
    Jsonb* jsonb = nullptr;          ///< made when it is first needed
};

/// What this session holds, and under which conditions it may be used again.
struct HeldStatus {
    SessionStatus session;
    const StatusSlot* slot = nullptr;    ///< nullptr: an answer that no other session has
    std::uint64_t settings_version = 0;  ///< of the settings that it belongs to
    std::uint64_t generation = 0;        ///< 0: never to be used again
    std::uint64_t epoch = 0;
    std::int64_t fetched_ms = 0;
    std::int64_t fresh_ms = 0;
};

/// Of an answer that no other session has; it has no slot to be compared with.
inline constexpr std::uint64_t own_generation = 1;

/// The one that this session holds.
extern HeldStatus held;

/// Takes an answer in the place of the one before. `slot`: where it is from, nullptr for an answer that no
/// other session has; `version`: of the settings that it belongs to. Throws 22P05 for a character that the
/// encoding of the database does not have.
SessionStatus& hold(PublishedAnswer answer, ClusterStatus status, const StatusSlot* slot,
                    std::uint64_t version);

/// Whether a read would give it now. Takes no lock, allocates nothing, raises nothing.
bool is_held_fresh() noexcept;

/// The jsonb of `session`'s answer, in its memory; made when it is first asked for.
const Jsonb* status_jsonb(SessionStatus& session);

/// The same where it may not be possible: the error of PostgreSQL, or nullptr.
const ErrorData* try_status_jsonb(SessionStatus& session) noexcept;

/// The number of the answer in a slot.
std::uint64_t generation_of(const StatusSlot& slot) noexcept;

}  // namespace efm
