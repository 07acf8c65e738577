#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

#include "backends/process/adopted_children.h"
#include "backends/process/unique_descriptor.h"

namespace efm {

/// How a child may be ended. The steps are told in README.md of this folder.
enum class StopManner {
    signal_group,  ///< TERM to its process group, 30 ms, KILL to the group
    hang_up  ///< TERM to the child alone, 100 ms, then its terminal is closed; never KILL: sudo could not
             ///< relay it
};

/// Owns a child from its launch until it is reaped. Destroying it stops the child; so does
/// stop_live_children(), for a host that ends without unwinding.
class ChildProcess {
  public:
    /// `adopted` was made before the launch and outlives this object. `terminal` is the master side of the
    /// child's controlling terminal, none for `signal_group`.
    ChildProcess(pid_t id, StopManner manner, AdoptedChildren& adopted, UniqueDescriptor terminal) noexcept;
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /// Readable once the child has ended; -1 on a kernel without pidfd_open (before Linux 5.3).
    [[nodiscard]] int exit_descriptor() const noexcept { return exit_descriptor_.get(); }
    [[nodiscard]] int terminal() const noexcept { return terminal_.get(); }

    /// Whether it has ended (it is not reaped by asking).
    [[nodiscard]] bool has_ended() const noexcept;

    /// Reaps a child that has ended: its wait status, or nothing when somebody else has taken it.
    std::optional<int> reap() noexcept;

    /// After the child has ended by itself: waits a moment for what ends together with it. sudo goes before
    /// its own monitor process has, which would stay a zombie here until the next command.
    void settle() const noexcept;

    /// Ends the child and everything below it, and reaps them, within the time of its manner. Ids of what
    /// could not be ended are added to the list of leftovers and returned by left_running().
    void stop() noexcept;
    [[nodiscard]] std::vector<int> left_running() const;

    /// Stops every child that is alive in this process now: for a host's exit callback. Does nothing in a
    /// process that was forked from the owner.
    static void stop_live_children() noexcept;

    /// Tries again to end and reap what earlier stops had to leave, and reaps what else has ended since.
    static void clear_leftovers() noexcept;

  private:
    void signal(int number) const noexcept;
    [[nodiscard]] bool is_killed(const AdoptedChildren::List& orphans) const noexcept;

    pid_t id_;
    pid_t owner_;
    StopManner manner_;
    AdoptedChildren& adopted_;
    bool reaped_ = false;
    UniqueDescriptor terminal_;
    UniqueDescriptor exit_descriptor_;
    AdoptedChildren::List left_running_;
    ChildProcess* next_live_;
};

}  // namespace efm
