#include "extension/status_flight.h"

#include <algorithm>
#include <cstring>

#include "extension/guard.h"

namespace efm {

namespace {

/// A failure is shared this long with sessions that come after it, so that an EFM that is down is not asked
/// by each in turn.
constexpr std::int64_t failure_shared_ms = 1000;

/// So long nobody tries again to share an answer when there was no room for one.
constexpr std::int64_t unshared_pause_ms = 5000;

/// At the start of a segment: who attaches one that was replaced meanwhile sees it.
struct SegmentHeader {
    std::uint64_t generation;
    std::uint64_t length;
};

bool has_key(const StatusSlot& slot, const std::uint64_t (&key)[2]) {
    return slot.key[0] == key[0] && slot.key[1] == key[1];
}

bool is_free(const StatusSlot& slot) {
    return slot.key[0] == 0 && slot.key[1] == 0;
}

/// What a slot that is given to another key leaves behind: its segment, to be freed without the lock.
dsm_handle begin_anew(StatusSlot& slot, const std::uint64_t (&key)[2]) {
    const auto old_segment = slot.segment;
    const auto flight = slot.flight;
    slot.key[0] = key[0];
    slot.key[1] = key[1];
    pg_atomic_write_u64(&slot.generation, 0);
    slot.segment = 0;
    slot.length = 0;
    slot.answer_flight = flight;
    slot.failed_flight = 0;
    slot.unshared_ms = 0;
    slot.role_changes = 0;
    slot.last_role_change = 0;
    slot.primary_lost_at = 0;
    slot.without_primary_ms = -1;
    return old_segment;
}

/// The slot of a key; one that nobody uses is taken where there is none, or the one not needed for longest.
StatusSlot* find_slot(SharedState& state, const std::uint64_t (&key)[2], dsm_handle& old_segment) {
    StatusSlot* oldest = nullptr;
    for (auto& slot : state.slots) {
        if (has_key(slot, key))
            return &slot;
        if (slot.owner != 0)
            continue;
        if (oldest == nullptr ||
            (!is_free(*oldest) && (is_free(slot) || slot.used_at_ms < oldest->used_at_ms)))
            oldest = &slot;
    }
    if (oldest != nullptr)
        old_segment = begin_anew(*oldest, key);
    return oldest;
}

void forget_segment(dsm_handle segment) noexcept {
    if (segment == 0)
        return;
    // Whoever has it attached keeps it until he lets it go.
    const auto* const error = guard::catch_error(
        [](void* argument) { dsm_unpin_segment(*static_cast<dsm_handle*>(argument)); }, &segment);
    // An unknown segment is reported with the lock held, and the count of holds has been set to zero.
    if (error != nullptr && LWLockHeldByMe(DynamicSharedMemoryControlLock)) {
        HOLD_INTERRUPTS();
        LWLockRelease(DynamicSharedMemoryControlLock);
    }
}

struct Publication {
    std::string_view text;
    std::uint64_t generation;
    dsm_handle segment;
    ResourceOwner owner;  ///< of what an attempt holds, so that a failed one can be cleared away here
    const char* trouble;
};

void make_segment(void* argument) {
    auto* const publication = static_cast<Publication*>(argument);
    const SegmentHeader header{publication->generation, publication->text.size()};
    publication->owner = ResourceOwnerCreate(nullptr, "efm cluster status");
    CurrentResourceOwner = publication->owner;
    dsm_segment* const segment =
        dsm_create(sizeof(header) + publication->text.size(), DSM_CREATE_NULL_IF_MAXSEGMENTS);
    if (segment == nullptr)
        return;
    auto* const address = static_cast<char*>(dsm_segment_address(segment));
    std::memcpy(address, &header, sizeof(header));
    std::memcpy(address + sizeof(header), publication->text.data(), publication->text.size());
    dsm_pin_segment(segment);
    publication->segment = dsm_segment_handle(segment);
    dsm_detach(segment);
}

/// Writes `text` into a segment of its own; 0 when there is no room.
dsm_handle publish(std::string_view text, std::uint64_t generation) noexcept {
    Publication publication{text, generation, 0, nullptr, "too many dynamic shared memory segments"};
    const ResourceOwner before = CurrentResourceOwner;
    const auto* const error = guard::catch_error(make_segment, &publication);
    CurrentResourceOwner = before;
    if (publication.owner != nullptr) {
        // Without the warning of a leak that the end of the transaction would give.
        ResourceOwnerRelease(publication.owner, RESOURCE_RELEASE_BEFORE_LOCKS, false, false);
        ResourceOwnerDelete(publication.owner);
    }
    if (error != nullptr) {
        publication.segment = 0;
        publication.trouble = error->message;
    }
    if (publication.segment == 0)
        guard::write_log(
            [](void* argument) {
                ereport(LOG, (errmsg("could not share the status of the cluster among sessions: %s",
                                     static_cast<Publication*>(argument)->trouble),
                              errdetail("Each session that needs it asks EFM itself.")));
            },
            &publication);
    return publication.segment;
}

extern "C" void release_flights(int /*code*/, Datum /*argument*/) {
    for (auto& slot : shared_state().slots) {
        bool mine = false;
        {
            const SharedStateLock lock;
            mine = slot.owner == MyProcPid;
            if (mine)
                slot.owner = 0;
        }
        if (mine)
            ConditionVariableBroadcast(&slot.changed);
    }
}

void register_release() {
    static bool registered = false;
    if (registered)
        return;
    guard::call([] { before_shmem_exit(release_flights, 0); });
    registered = true;
}

bool is_on(const StatusSlot& slot, std::uint64_t flight) noexcept {
    const SharedStateLock lock{SharedStateLock::Mode::shared};
    return slot.owner != 0 && slot.flight == flight;
}

void note_roles(StatusSlot& slot, const Flight::Answer& answer) {
    if (answer.role_changes > 0) {
        slot.role_changes += static_cast<std::uint64_t>(answer.role_changes);
        slot.last_role_change = answer.fetched_at;
    }
    if (!answer.has_primary && slot.primary_lost_at == 0)
        slot.primary_lost_at = answer.fetched_at;
    if (answer.has_primary && slot.primary_lost_at != 0) {
        slot.without_primary_ms = (answer.fetched_at - slot.primary_lost_at) / 1000;
        slot.primary_lost_at = 0;
    }
}

}  // namespace

FlightTurn take_turn(const FlightWish& wish) {
    register_release();
    auto& state = shared_state();
    const auto now = monotonic_ms();
    FlightTurn turn{};
    dsm_handle old_segment = 0;
    {
        const SharedStateLock lock;
        turn.epoch = pg_atomic_read_u64(&state.invalidations);
        turn.slot = find_slot(state, wish.key, old_segment);
        if (turn.slot == nullptr)
            return turn;
        auto& slot = *turn.slot;
        slot.used_at_ms = static_cast<std::uint64_t>(now);
        turn.generation = pg_atomic_read_u64(&slot.generation);
        const bool is_exact_enough = slot.answer_flight > wish.arrival_flight.value_or(slot.flight) ||
                                     slot.asked_ms > wish.arrival_ms - wish.ttl_ms;
        const bool is_young =
            wish.is_exact ? is_exact_enough : now - slot.fetched_ms < std::max(wish.ttl_ms, slot.fresh_ms);
        const bool is_fresh =
            slot.segment != 0 && slot.answer_epoch == turn.epoch && !wish.even_if_fresh && is_young;
        // What was waited for will do, however long the command took, unless the wish is for an exact age:
        // nothing that went through this server has changed the cluster since the arrival.
        const bool is_brought =
            slot.segment != 0 && wish.waited_for != 0 && slot.answer_flight >= wish.waited_for &&
            slot.answer_epoch >= wish.arrival_epoch && (!wish.is_exact || is_exact_enough);
        const bool has_failed = slot.failed_flight > slot.answer_flight;
        const bool failed_for_us = has_failed && wish.waited_for != 0 &&
                                   slot.failed_flight >= wish.waited_for &&
                                   slot.failed_epoch >= wish.arrival_epoch;
        const bool failed_just_now = has_failed && !wish.even_if_fresh && slot.failed_epoch == turn.epoch &&
                                     now - slot.failed_ms < std::min(wish.ttl_ms, failure_shared_ms);
        if (is_fresh || is_brought) {
            turn.kind = FlightTurn::Kind::answer;
        } else if (failed_for_us || failed_just_now) {
            turn.kind = FlightTurn::Kind::failure;
            turn.failure = slot.failure;
        } else if (slot.unshared_ms != 0 && now - slot.unshared_ms < unshared_pause_ms) {
            turn.kind = FlightTurn::Kind::no_slot;
        } else if (slot.owner != 0) {
            turn.kind = FlightTurn::Kind::wait;
            turn.flight = slot.flight;
        } else {
            turn.kind = FlightTurn::Kind::ask;
            turn.flight = ++slot.flight;
            slot.owner = MyProcPid;
        }
    }
    forget_segment(old_segment);
    return turn;
}

bool wait_for_flight(const FlightTurn& turn, std::int64_t timeout_ms) {
    const auto end = monotonic_ms() + timeout_ms;
    StatusSlot* const slot = turn.slot;
    const auto flight = turn.flight;
    return guard::call([&] {
        constexpr std::int64_t longest_sleep_ms = 1000;
        bool is_over = false;
        ConditionVariablePrepareToSleep(&slot->changed);
        while (!(is_over = !is_on(*slot, flight))) {
            const auto left = end - monotonic_ms();
            if (left <= 0)
                break;
            ConditionVariableTimedSleep(&slot->changed, static_cast<long>(std::min(left, longest_sleep_ms)),
                                        pg::command_wait_event());
        }
        ConditionVariableCancelSleep();
        return is_over;
    });
}

Flight::Flight(const FlightTurn& turn) noexcept
    : slot_(*turn.slot), flight_(turn.flight), epoch_(turn.epoch) {}

// Raises nothing: a lock, assignments, and wake-ups.
Flight::~Flight() {
    if (is_over_)
        return;
    {
        const SharedStateLock lock;
        slot_.owner = 0;
    }
    ConditionVariableBroadcast(&slot_.changed);
}

std::uint64_t Flight::land(const Answer& answer) {
    auto& state = shared_state();
    const auto generation = pg_atomic_add_fetch_u64(&state.generations, 1);
    const dsm_handle segment = has_shared_state() ? publish(answer.json, generation) : 0;
    if (has_shared_state() && segment == 0) {
        const SharedStateLock lock;
        slot_.unshared_ms = monotonic_ms();
        return 0;
    }
    dsm_handle old_segment = 0;
    {
        const SharedStateLock lock;
        old_segment = slot_.segment;
        slot_.segment = segment;
        slot_.length = answer.json.size();
        slot_.exit_status = answer.exit_status;
        slot_.fetched_at = answer.fetched_at;
        slot_.fetched_ms = monotonic_ms();
        slot_.asked_ms = answer.asked_ms;
        slot_.fresh_ms = answer.fresh_ms;
        slot_.answer_epoch = epoch_;
        slot_.answer_flight = flight_;
        slot_.unshared_ms = 0;
        note_roles(slot_, answer);
        pg_atomic_write_u64(&slot_.generation, generation);
        slot_.owner = 0;
        state.last_update = answer.fetched_at;
    }
    is_over_ = true;
    pg_atomic_fetch_add_u64(&state.updates, 1);
    ConditionVariableBroadcast(&slot_.changed);
    forget_segment(old_segment);
    return generation;
}

void Flight::fail(const FailureText& failure) noexcept {
    {
        const SharedStateLock lock;
        slot_.failure = failure;
        slot_.failed_flight = flight_;
        slot_.failed_ms = monotonic_ms();
        slot_.failed_epoch = epoch_;
        slot_.owner = 0;
    }
    is_over_ = true;
    ConditionVariableBroadcast(&slot_.changed);
}

std::optional<PublishedAnswer> read_answer(const StatusSlot& slot, const std::uint64_t (&key)[2]) {
    PublishedAnswer answer;
    dsm_handle handle = 0;
    std::uint64_t length = 0;
    {
        const SharedStateLock lock{SharedStateLock::Mode::shared};
        if (!has_key(slot, key) || slot.segment == 0)
            return std::nullopt;
        handle = slot.segment;
        length = slot.length;
        answer.generation = pg_atomic_read_u64(const_cast<pg_atomic_uint64*>(&slot.generation));
        answer.epoch = slot.answer_epoch;
        answer.exit_status = slot.exit_status;
        answer.fetched_at = slot.fetched_at;
        answer.fetched_ms = slot.fetched_ms;
        answer.asked_ms = slot.asked_ms;
        answer.fresh_ms = slot.fresh_ms;
    }
    answer.json.resize(length);
    char* const place = answer.json.data();
    const auto generation = answer.generation;
    const bool is_read = guard::call([&] {
        dsm_segment* const segment = dsm_attach(handle);
        if (segment == nullptr)
            return false;
        const auto* const address = static_cast<const char*>(dsm_segment_address(segment));
        SegmentHeader header{};
        std::memcpy(&header, address, sizeof(header));
        const bool is_it = header.generation == generation && header.length == length;
        if (is_it)
            std::memcpy(place, address + sizeof(header), length);
        dsm_detach(segment);
        return is_it;
    });
    return is_read ? std::optional{std::move(answer)} : std::nullopt;
}

}  // namespace efm
