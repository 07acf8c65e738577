#pragma once

#include <chrono>

namespace efm {

enum class WaitResult {
    ready,       ///< the descriptor can be read
    timed_out,   ///< the time is over
    interrupted  ///< the host wants the command ended: the runner stops it and reports `cancelled`
};

/// How a runner waits. The host implements it: a PostgreSQL backend over its latch, a test over poll().
/// A runner never blocks in any other way for longer than a few milliseconds.
class Waiter {
  public:
    virtual ~Waiter() = default;

    /// Waits until `descriptor` is readable or at end of file (level-triggered; -1 for none), `timeout` is
    /// over, or the host is interrupted. May serve the host's own business meanwhile. Once it has answered
    /// `interrupted` the runner does not call it again for this command. Does not throw.
    virtual WaitResult wait(int descriptor, std::chrono::milliseconds timeout) noexcept = 0;

    /// Announces that `count` descriptors are about to be opened. False: there is no room, nothing is opened.
    virtual bool reserve_descriptors(int count) noexcept = 0;
    virtual void release_descriptors(int count) noexcept = 0;
};

}  // namespace efm
