#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>

namespace efm {

/// Makes processes whose parent dies children of this process instead of init's (Linux: child subreaper), so
/// that whoever stops a command can see its orphans, end them and reap them.
///
/// From adopt() on. For a direct command that is while it is stopped: what it leaves in the background when
/// it ends by itself goes to init, which reaps it. Where the parent of this process is process 1 (a container
/// whose init is the postmaster) from the start: the postmaster would take the death of an unknown child by a
/// signal for a crashed backend and restart the server.
///
/// Children that this process had before it was made are not counted. Raises nothing, allocates nothing.
class AdoptedChildren {
  public:
    AdoptedChildren() noexcept;
    ~AdoptedChildren();
    AdoptedChildren(const AdoptedChildren&) = delete;
    AdoptedChildren& operator=(const AdoptedChildren&) = delete;

    static constexpr std::size_t capacity = 256;
    struct List {
        std::array<pid_t, capacity> ids{};
        std::size_t count = 0;

        [[nodiscard]] const pid_t* begin() const { return ids.data(); }
        [[nodiscard]] const pid_t* end() const { return ids.data() + count; }
        [[nodiscard]] bool contains(pid_t id) const noexcept;
        void add(pid_t id) noexcept;
    };

    /// Adopts from now on, until this object is gone.
    void adopt() noexcept;

    /// Reaps those that have ended and lists those that still run, those that a reaped one has left included;
    /// `command` is not one of them, and its children are ours only once it has ended: ask for that before.
    List running(pid_t command) const noexcept;

    /// Adds the children of the processes in the list, and theirs: what sudo has started, say, when sudo is
    /// in it.
    static void add_descendants(List& processes) noexcept;

    /// Reaps what commands of before have left behind and what has ended since. A background process that a
    /// command leaves when it ends by itself is nobody's to stop, but once adopted it is ours to reap.
    static void reap_left_behind() noexcept;

  private:
    List before_;
    bool adopts_ = false;
    int was_subreaper_ = 0;
};

}  // namespace efm
