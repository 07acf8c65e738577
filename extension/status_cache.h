#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "extension/session_status.h"
#include "extension/status_flight.h"

namespace efm {

/// What this session holds, when it is what a read would give now; else nullptr. Counts a hit. Takes no lock,
/// allocates nothing, raises nothing.
SessionStatus* fresh_status() noexcept;

/// The jsonb of fresh_status(), when it has been made; else nullptr, and nothing is counted.
const Jsonb* fresh_jsonb() noexcept;

/// The status of the cluster: from the cache when that is fresh, else EFM is asked, by this session or by
/// another that is already asking. Throws the failure of the command, which sessions share for a second; an
/// interrupt; 22023 when no cluster is named. With efm.cache_ttl = 0 EFM is asked by each call. `caller`
/// names the SQL function for the log.
SessionStatus& cluster_status_now(const std::string& caller);

/// Asks EFM even when the cache is fresh, and puts the answer there, to be fresh for `fresh_ms` at least.
/// Where somebody is asking already, waits for that answer. For the background worker.
SessionStatus& refresh_cluster_status(const std::string& caller, std::int64_t fresh_ms);

/// The status that EFM was asked for at most `max_age_ms` before this call, whatever efm.cache_ttl and the
/// worker say. The answer to somebody who began to ask earlier is too old, however late it comes: it is
/// waited for, and then EFM is asked once more, for all who wait. For a session that watches something
/// happen: all that watch share one question. Gives up after `most_ms`, which others do not notice: 57014
/// then.
SessionStatus& recent_cluster_status(const std::string& caller, std::int64_t max_age_ms,
                                     std::optional<std::int64_t> most_ms = std::nullopt);

/// The last answer for the current settings, in the cache or held by this session, fresh or not; nothing when
/// there is none. Asks nobody.
std::optional<PublishedAnswer> published_status();

/// Makes every answer stale, also those of commands that run now. Costs an atomic addition.
void invalidate_cluster_status() noexcept;

/// Numbers for efm_cache_stats() and the metrics.
struct CacheNumbers {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t updates = 0;
    TimestampTz last_update = 0;  ///< 0: none yet
    std::uint64_t role_changes = 0;
    TimestampTz last_role_change = 0;  ///< 0: none yet
    double without_primary = -1;       ///< seconds; -1: never
};
CacheNumbers cache_numbers();

}  // namespace efm
