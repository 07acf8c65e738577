#include "extension/status_cache.h"

#include <algorithm>
#include <cstring>

#include "backends/checks/argument_check.h"
#include "backends/efm/json_answer.h"
#include "backends/outcome/redact.h"
#include "backends/status/status_changes.h"
#include "backends/status/status_reader.h"
#include "extension/command_call.h"
#include "extension/guard.h"
#include "extension/result_conversion.h"
#include "extension/status_flight.h"

namespace efm {

namespace {

/// Who waits for another session's command outlasts the time that stopping it takes.
constexpr std::int64_t stop_margin_ms = 500;

/// Answers may be replaced between the look at the slot and the reading of it, but not for ever.
constexpr int most_looks = 1000;

/// All that decides what EFM answers.
struct StatusKey {
    std::uint64_t words[2];
};

StatusKey key_of(const Settings& settings) {
    const auto& runner = settings.runner;
    std::string text = std::to_string(static_cast<int>(runner.backend));
    for (const auto* const part : {&settings.cluster_name, &runner.command_path, &runner.sudo_path,
                                   &runner.sudo_user, &runner.java_home, &runner.mock_scenario})
        text.append(1, '\0').append(*part);
    const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
    const auto length = static_cast<int>(text.size());
    return {{hash_bytes_extended(bytes, length, 1) | 1U, hash_bytes_extended(bytes, length, 2)}};
}

template <std::size_t size>
void copy_text(char (&to)[size], const std::string& from) {
    const auto limit = static_cast<int>(size) - 1;
    const auto length = static_cast<int>(from.size());
    const int kept = length <= limit ? length : pg_mbcliplen(from.data(), limit, limit);
    std::memcpy(to, from.data(), static_cast<std::size_t>(kept));
    to[kept] = '\0';
}

FailureText to_plain(const Failure& failure) {
    FailureText text{};
    copy_text(text.sqlstate, failure.sqlstate);
    copy_text(text.message, failure.message);
    copy_text(text.detail, failure.detail);
    copy_text(text.hint, failure.hint);
    return text;
}

/// The session that it happened to may have been one of a database in another encoding.
[[noreturn]] void throw_failure(const FailureText& failure) {
    throw SqlError{failure.sqlstate, as_valid_text(failure.message), as_valid_text(failure.detail),
                   as_valid_text(failure.hint)};
}

void count_hit() noexcept {
    pg_atomic_fetch_add_u64(&my_read_counter().hits, 1);
}

void count_miss() noexcept {
    pg_atomic_fetch_add_u64(&my_read_counter().misses, 1);
}

constexpr const char* output_name = "output of efm \"cluster-status-json\"";

/// EFM's answer, read and found to be one; else the failure, which all share as they share an answer.
struct Asked {
    PublishedAnswer answer;
    ClusterStatus status;
    std::optional<Failure> failure;
};

Asked ask(const Settings& settings, const std::string& caller) {
    const Command command{
        .subcommand = "cluster-status-json", .cluster = settings.cluster_name, .arguments = {}};
    Asked asked;
    asked.answer.asked_ms = monotonic_ms();
    auto outcome = run_command(command, settings, caller);
    asked.failure = std::move(outcome.failure);
    if (asked.failure)
        return asked;
    const auto json = find_json(outcome.result.output);
    asked.answer.json = json ? std::string{*json} : outcome.result.output;
    // Before it is shared: what no session can use would be in everybody's way for as long as it is fresh.
    if (const auto invalid = find_invalid_text(asked.answer.json, output_name)) {
        asked.failure = Failure{invalid->sqlstate, invalid->message, invalid->detail, invalid->hint};
        return asked;
    }
    auto status = read_cluster_status(asked.answer.json);
    if (!status) {
        asked.failure = Failure{
            "22P02", "output of efm \"cluster-status-json\" is not a cluster status",
            "The output begins with: " + printable(redact(asked.answer.json.substr(0, 4000)), 300), ""};
        return asked;
    }
    asked.status = std::move(*status);
    asked.answer.exit_status = outcome.result.exit_status;
    asked.answer.fetched_at = GetCurrentTimestamp();
    asked.answer.fetched_ms = monotonic_ms();
    return asked;
}

SqlError to_error(const Failure& failure) {
    return SqlError{failure.sqlstate.c_str(), failure.message, failure.detail, failure.hint};
}

/// How many nodes have another role than in the answer before.
int changed_roles(const StatusSlot& slot, const StatusKey& key, const ClusterStatus& status) {
    if (held.slot == &slot && held.generation != 0 && held.generation == generation_of(slot))
        return count_role_changes(held.session.status, status);
    const auto before = read_answer(slot, key.words);
    const auto read = before ? read_cluster_status(before->json) : std::nullopt;
    return read ? count_role_changes(*read, status) : 0;
}

/// Why PostgreSQL does not take the answer as jsonb (a number beyond its range, say), or nothing. Looked at
/// before it is shared: no session could read it. Without a database, in the worker, there is no jsonb.
std::optional<Failure> find_jsonb_trouble(SessionStatus& session) {
    if (!OidIsValid(MyDatabaseId))
        return std::nullopt;
    const auto* const error = try_status_jsonb(session);
    if (error == nullptr)
        return std::nullopt;
    return Failure{"22P02", "output of efm \"cluster-status-json\" cannot be stored as jsonb",
                   error->message != nullptr ? error->message : "", ""};
}

/// Asks EFM as the owner of a flight.
SessionStatus& ask_for_all(const FlightTurn& turn, const StatusKey& key, const Settings& settings,
                           std::uint64_t version, const std::string& caller, std::int64_t fresh_ms,
                           bool is_hasty) {
    Flight flight{turn};
    auto asked = ask(settings, caller);
    if (asked.failure) {
        // Who gives up early hands over: others have more time.
        if (!is_hasty || asked.failure->sqlstate != "57014")
            flight.fail(to_plain(*asked.failure));
        throw to_error(*asked.failure);
    }
    Flight::Answer answer{.json = {},
                          .exit_status = asked.answer.exit_status,
                          .fetched_at = asked.answer.fetched_at,
                          .asked_ms = asked.answer.asked_ms,
                          .fresh_ms = fresh_ms,
                          .role_changes = changed_roles(*turn.slot, key, asked.status),
                          .has_primary = asked.status.primary() != nullptr};
    asked.answer.epoch = turn.epoch;
    asked.answer.fresh_ms = fresh_ms;
    auto& session = hold(std::move(asked.answer), std::move(asked.status), turn.slot, version);
    if (const auto trouble = find_jsonb_trouble(session)) {
        flight.fail(to_plain(*trouble));
        throw to_error(*trouble);
    }
    answer.json = session.json;
    held.generation = flight.land(answer);
    if (held.generation == 0) {
        held.slot = nullptr;
        held.generation = own_generation;
    }
    return session;
}

/// Asks EFM for this session alone.
SessionStatus& ask_alone(const Settings& settings, std::uint64_t version, const std::string& caller) {
    const auto epoch = pg_atomic_read_u64(&shared_state().invalidations);
    auto asked = ask(settings, caller);
    if (asked.failure)
        throw to_error(*asked.failure);
    asked.answer.epoch = epoch;
    asked.answer.generation = own_generation;
    return hold(std::move(asked.answer), std::move(asked.status), nullptr, version);
}

/// Reads an answer that another session has put into the cache; nothing when it is of no use here: a session
/// of a database in another encoding, or the worker, which has none, may have accepted what this one cannot.
std::optional<ClusterStatus> read_usable(const std::string& json) {
    if (find_invalid_text(json, output_name))
        return std::nullopt;
    return read_cluster_status(json);
}

[[noreturn]] void throw_waited_too_long(const Settings& settings) {
    throw SqlError{"57014", "timed out waiting for the status of the cluster",
                   "Another session has been asking EFM for more than " +
                       std::to_string(settings.limits.timeout.count()) + " ms.",
                   "The time is that of efm.command_timeout."};
}

/// How fresh an answer must be.
struct Need {
    bool is_refresh = false;                 ///< ask even when there is a fresh one
    std::int64_t fresh_ms = 0;               ///< how long what is brought is to be fresh at least
    std::optional<std::int64_t> max_age_ms;  ///< in the place of efm.cache_ttl
    std::optional<std::int64_t> most_ms;     ///< how long it may take, where efm.command_timeout is more
};

SessionStatus& find_or_ask(const std::string& caller, const Need& need) {
    const auto version = settings_version;
    auto settings = current_settings();
    required_cluster_name(settings);
    const bool is_hasty = need.most_ms && *need.most_ms < settings.limits.timeout.count();
    if (is_hasty)
        settings.limits.timeout = std::chrono::milliseconds{*need.most_ms};
    if (!need.is_refresh && !need.max_age_ms && settings.cache_ttl.count() == 0) {
        count_miss();
        return ask_alone(settings, version, caller);
    }
    const auto key = key_of(settings);
    FlightWish wish;
    std::copy(std::begin(key.words), std::end(key.words), std::begin(wish.key));
    wish.ttl_ms = need.max_age_ms.value_or(cache_ttl_ms());
    wish.is_exact = need.max_age_ms.has_value();
    wish.even_if_fresh = need.is_refresh;
    wish.arrival_epoch = pg_atomic_read_u64(&shared_state().invalidations);
    wish.arrival_ms = monotonic_ms();
    const auto end = wish.arrival_ms + settings.limits.timeout.count() + stop_margin_ms;
    bool is_counted = need.is_refresh;
    for (int looks = 0; looks < most_looks; ++looks) {
        const auto turn = take_turn(wish);
        if (!is_counted && turn.kind != FlightTurn::Kind::answer) {
            is_counted = true;
            count_miss();
        }
        switch (turn.kind) {
            case FlightTurn::Kind::answer:
                if (auto answer = read_answer(*turn.slot, key.words)) {
                    auto status = read_usable(answer->json);
                    if (!status) {
                        wish.even_if_fresh = true;
                        wish.waited_for = 0;
                        break;
                    }
                    if (!is_counted)
                        count_hit();
                    return hold(std::move(*answer), std::move(*status), turn.slot, version);
                }
                break;
            case FlightTurn::Kind::failure:
                throw_failure(turn.failure);
            case FlightTurn::Kind::ask:
                // Who has waited for an answer that was too old has less left.
                if (is_hasty && looks > 0)
                    settings.limits.timeout =
                        std::chrono::milliseconds{std::max(end - monotonic_ms(), stop_margin_ms)};
                return ask_for_all(turn, key, settings, version, caller, need.fresh_ms, is_hasty);
            case FlightTurn::Kind::wait:
                if (!wait_for_flight(turn, end - monotonic_ms()))
                    throw_waited_too_long(settings);
                wish.waited_for = turn.flight;
                if (!wish.arrival_flight)
                    wish.arrival_flight = turn.flight;
                break;
            case FlightTurn::Kind::no_slot:
                return ask_alone(settings, version, caller);
        }
    }
    return ask_alone(settings, version, caller);
}

}  // namespace

SessionStatus* fresh_status() noexcept {
    if (!is_held_fresh())
        return nullptr;
    count_hit();
    return &held.session;
}

const Jsonb* fresh_jsonb() noexcept {
    if (held.session.jsonb == nullptr || !is_held_fresh())
        return nullptr;
    count_hit();
    return held.session.jsonb;
}

SessionStatus& cluster_status_now(const std::string& caller) {
    if (auto* const fresh = fresh_status())
        return *fresh;
    return find_or_ask(caller, {});
}

SessionStatus& refresh_cluster_status(const std::string& caller, std::int64_t fresh_ms) {
    return find_or_ask(caller, {.is_refresh = true, .fresh_ms = fresh_ms, .max_age_ms = {}, .most_ms = {}});
}

SessionStatus& recent_cluster_status(const std::string& caller, std::int64_t max_age_ms,
                                     std::optional<std::int64_t> most_ms) {
    return find_or_ask(caller,
                       {.is_refresh = false, .fresh_ms = 0, .max_age_ms = max_age_ms, .most_ms = most_ms});
}

std::optional<PublishedAnswer> published_status() {
    const auto key = key_of(current_settings());
    for (const auto& slot : shared_state().slots) {
        if (auto answer = read_answer(slot, key.words))
            return answer;
    }
    if (held.session.json.empty() || held.settings_version != settings_version)
        return std::nullopt;
    PublishedAnswer own;
    own.json = held.session.json;
    own.exit_status = held.session.exit_status;
    own.fetched_at = held.session.fetched_at;
    return own;
}

void invalidate_cluster_status() noexcept {
    pg_atomic_fetch_add_u64(&shared_state().invalidations, 1);
}

CacheNumbers cache_numbers() {
    auto& state = shared_state();
    CacheNumbers numbers;
    for (auto& counter : state.reads) {
        numbers.hits += pg_atomic_read_u64(&counter.hits);
        numbers.misses += pg_atomic_read_u64(&counter.misses);
    }
    numbers.updates = pg_atomic_read_u64(&state.updates);
    const auto key = key_of(current_settings());
    const auto now = GetCurrentTimestamp();
    const SharedStateLock lock{SharedStateLock::Mode::shared};
    numbers.last_update = state.last_update;
    for (const auto& slot : state.slots) {
        if (slot.key[0] != key.words[0] || slot.key[1] != key.words[1])
            continue;
        numbers.role_changes = slot.role_changes;
        numbers.last_role_change = slot.last_role_change;
        if (slot.primary_lost_at != 0)
            numbers.without_primary = static_cast<double>(now - slot.primary_lost_at) / 1e6;
        else if (slot.without_primary_ms >= 0)
            numbers.without_primary = static_cast<double>(slot.without_primary_ms) / 1e3;
    }
    return numbers;
}

}  // namespace efm
