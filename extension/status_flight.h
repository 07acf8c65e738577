#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "extension/shared_state.h"

namespace efm {

/// What a session finds when it wants the status that belongs to `key`.
struct FlightTurn {
    enum class Kind {
        answer,   ///< the slot has one that will do
        failure,  ///< the last attempt failed just now, or the one waited for did
        ask,      ///< this session asks EFM now: end with land(), fail() or let the Flight go
        wait,     ///< another session is asking
        no_slot   ///< nothing can be shared: all slots are in use, or there is no room for answers
    };
    Kind kind = Kind::no_slot;
    StatusSlot* slot = nullptr;
    std::uint64_t flight = 0;      ///< the one to wait for, or one's own
    std::uint64_t epoch = 0;       ///< SharedState::invalidations now
    std::uint64_t generation = 0;  ///< of the answer
    FailureText failure{};         ///< for `failure`
};

/// What the session brings along.
struct FlightWish {
    std::uint64_t key[2] = {0, 0};
    std::int64_t ttl_ms = 0;
    /// No answer of a command that began more than ttl_ms before the arrival, whatever its giver wants.
    bool is_exact = false;
    bool even_if_fresh = false;
    std::int64_t arrival_ms = 0;
    std::optional<std::uint64_t> arrival_flight;  ///< the last flight that had begun by then
    std::uint64_t arrival_epoch = 0;              ///< SharedState::invalidations when it came
    std::uint64_t waited_for = 0;                 ///< the flight that it has waited for, 0: none
};

/// One step under the lock: finds the slot, or claims it. Whoever is told to ask owns the flight.
FlightTurn take_turn(const FlightWish& wish);

/// Waits until flight `turn.flight` has ended, for at most `timeout_ms`; false when it has not. Can be
/// interrupted: throws then.
bool wait_for_flight(const FlightTurn& turn, std::int64_t timeout_ms);

/// A flight that this session owns. Going out of scope without land() or fail() hands it over at once: those
/// who wait take their turn. So does the end of the process, however it ends short of a crash.
class Flight {
  public:
    explicit Flight(const FlightTurn& turn) noexcept;
    ~Flight();
    Flight(const Flight&) = delete;
    Flight& operator=(const Flight&) = delete;

    /// What the publisher knows of the answer.
    struct Answer {
        std::string_view json;
        int exit_status = 0;
        TimestampTz fetched_at = 0;
        std::int64_t asked_ms = 0;
        std::int64_t fresh_ms = 0;
        int role_changes = 0;
        bool has_primary = true;
    };

    /// Puts the answer where every session finds it. Answers its generation. When there is no room for it the
    /// answer is the caller's alone (0), and so for a while is what others ask for: side by side, not in
    /// turn.
    std::uint64_t land(const Answer& answer);

    /// Tells those who wait, and who comes within the next second, what went wrong.
    void fail(const FailureText& failure) noexcept;

  private:
    StatusSlot& slot_;
    std::uint64_t flight_;
    std::uint64_t epoch_;
    bool is_over_ = false;
};

/// A copy of the answer in a slot.
struct PublishedAnswer {
    std::string json;
    std::uint64_t generation = 0;
    std::uint64_t epoch = 0;
    int exit_status = 0;
    TimestampTz fetched_at = 0;
    std::int64_t fetched_ms = 0;
    std::int64_t asked_ms = 0;
    std::int64_t fresh_ms = 0;
};

/// Reads it; nothing when the slot has none any more, or belongs to another key.
std::optional<PublishedAnswer> read_answer(const StatusSlot& slot, const std::uint64_t (&key)[2]);

}  // namespace efm
