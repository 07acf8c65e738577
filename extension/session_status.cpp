#include "extension/session_status.h"

#include <algorithm>

#include "backends/status/status_reader.h"
#include "extension/guard.h"
#include "extension/settings.h"

namespace efm {

HeldStatus held;

namespace {

struct MakingOfJsonb {
    const char* text;
    MemoryContext memory;
    Jsonb* made;
};

void make_jsonb(void* argument) {
    auto* const making = static_cast<MakingOfJsonb*>(argument);
    const MemoryContext before = MemoryContextSwitchTo(making->memory);
    making->made = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(making->text)));
    MemoryContextSwitchTo(before);
}

/// What `held` was is gone; what is made of the next answer lives in a context of its own.
void let_go() {
    held.generation = 0;
    held.session.jsonb = nullptr;
    if (const auto memory = held.session.memory) {
        held.session.memory = nullptr;
        guard::call([&] { MemoryContextDelete(memory); });
    }
}

/// What \u stands for comes out of the reader in UTF-8; in a database of another encoding PostgreSQL has to
/// convert it. EFM's own words are ASCII, so that this is rare.
bool has_escapes_to_convert(const std::string& json) {
    const int encoding = GetDatabaseEncoding();
    return encoding != PG_UTF8 && encoding != PG_SQL_ASCII && json.find("\\u") != std::string::npos;
}

/// Throws 22P05 for a character that the encoding of the database does not have.
ClusterStatus read_converted(SessionStatus& session) {
    auto* const jsonb = const_cast<Jsonb*>(status_jsonb(session));
    const std::string text = guard::call(
        [&] { return static_cast<const char*>(JsonbToCString(nullptr, &jsonb->root, VARSIZE(jsonb))); });
    return read_cluster_status(text).value_or(ClusterStatus{});
}

}  // namespace

SessionStatus& hold(PublishedAnswer answer, ClusterStatus status, const StatusSlot* slot,
                    std::uint64_t version) {
    let_go();
    held.session.memory = guard::call(
        [] { return AllocSetContextCreate(TopMemoryContext, "efm cluster status", ALLOCSET_DEFAULT_SIZES); });
    ++held.session.serial;
    held.session.json = std::move(answer.json);
    held.session.status = std::move(status);
    held.session.exit_status = answer.exit_status;
    held.session.fetched_at = answer.fetched_at;
    held.session.took_ms = answer.fetched_ms - answer.asked_ms;
    if (has_escapes_to_convert(held.session.json))
        held.session.status = read_converted(held.session);
    held.slot = slot;
    held.settings_version = version;
    held.generation = answer.generation;
    held.epoch = answer.epoch;
    held.fetched_ms = answer.fetched_ms;
    held.fresh_ms = answer.fresh_ms;
    return held.session;
}

std::uint64_t generation_of(const StatusSlot& slot) noexcept {
    return pg_atomic_read_u64(const_cast<pg_atomic_uint64*>(&slot.generation));
}

bool is_held_fresh() noexcept {
    if (held.generation == 0 || held.settings_version != settings_version)
        return false;
    const auto ttl = cache_ttl_ms();
    return ttl != 0 && (held.slot == nullptr || held.generation == generation_of(*held.slot)) &&
           held.epoch == pg_atomic_read_u64(&shared_state().invalidations) &&
           monotonic_ms() - held.fetched_ms < std::max(ttl, held.fresh_ms);
}

const ErrorData* try_status_jsonb(SessionStatus& session) noexcept {
    if (session.jsonb != nullptr)
        return nullptr;
    MakingOfJsonb making{session.json.c_str(), session.memory, nullptr};
    const ErrorData* const error = guard::catch_error(make_jsonb, &making);
    session.jsonb = making.made;
    return error;
}

const Jsonb* status_jsonb(SessionStatus& session) {
    if (session.jsonb == nullptr) {
        MakingOfJsonb making{session.json.c_str(), session.memory, nullptr};
        guard::call([&] { make_jsonb(&making); });
        session.jsonb = making.made;
    }
    return session.jsonb;
}

}  // namespace efm
