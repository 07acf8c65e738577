#pragma once

#include <string>

#include "extension/pg_prelude.h"

namespace efm {

/// Keeps two sessions of this server that expect the same primary from promoting one after the other. Held
/// until the caller knows what became of its promotion. It is an entry in pg_locks, of a kind that no SQL
/// function can take (locktype advisory, objsubid 3), so it ends with the session, however that ends.
class PromotionLock {
  public:
    /// With `is_alone` throws 55P03 when another session is promoting `cluster`. Without it others are let
    /// be, and EFM decides.
    PromotionLock(const std::string& cluster, bool is_alone);
    ~PromotionLock();
    PromotionLock(const PromotionLock&) = delete;
    PromotionLock& operator=(const PromotionLock&) = delete;

  private:
    LOCKTAG tag_{};
    LOCKMODE mode_;
    bool is_held_ = false;
};

}  // namespace efm
