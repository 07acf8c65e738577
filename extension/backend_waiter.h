#pragma once

#include <string>

#include "backends/command/waiter.h"
#include "extension/pg_prelude.h"

namespace efm {

/// Waits as a backend has to: on its latch too, serving interrupts. A cancel, a timeout or a conflict with
/// recovery is kept as the error it is, for the caller to raise once the command has been stopped. A
/// termination does not come back from wait(): the exit callback (exit_callback.h) stops the command then.
class BackendWaiter final : public Waiter {
  public:
    WaitResult wait(int descriptor, std::chrono::milliseconds timeout) noexcept override;
    bool reserve_descriptors(int count) noexcept override;
    void release_descriptors(int count) noexcept override;

    /// Throws the error that interrupted the wait as it came, with more detail and a hint where those are not
    /// empty.
    [[noreturn]] void throw_interrupt(const std::string& detail, const std::string& hint) const;

  private:
    ErrorData* interrupt_ = nullptr;
};

}  // namespace efm
