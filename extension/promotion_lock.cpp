#include "extension/promotion_lock.h"

#include "extension/guard.h"

namespace efm {

namespace {

/// pg_advisory_lock() uses 1 and 2.
constexpr std::uint16_t own_class = 3;

}  // namespace

PromotionLock::PromotionLock(const std::string& cluster, bool is_alone)
    : mode_(is_alone ? ExclusiveLock : ShareLock) {
    const auto* const bytes = reinterpret_cast<const unsigned char*>(cluster.data());
    const auto name = hash_bytes_extended(bytes, static_cast<int>(cluster.size()), 0);
    // No database: a cluster is that of the whole server.
    SET_LOCKTAG_ADVISORY(tag_, InvalidOid, static_cast<std::uint32_t>(name >> 32U),
                         static_cast<std::uint32_t>(name), own_class);
    is_held_ = guard::call([&] { return LockAcquire(&tag_, mode_, false, true) != LOCKACQUIRE_NOT_AVAIL; });
    if (!is_held_ && is_alone)
        throw SqlError{"55P03", "promotion refused: another session of this server is promoting", "",
                       "Nothing was changed. See in efm_get_nodes() what becomes of that promotion."};
}

PromotionLock::~PromotionLock() {
    if (is_held_)
        guard::catch_error(
            [](void* argument) {
                auto* const lock = static_cast<PromotionLock*>(argument);
                LockRelease(&lock->tag_, lock->mode_, false);
            },
            this);
}

}  // namespace efm
