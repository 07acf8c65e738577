#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>

namespace efm {

/// While it lives, processes whose parent dies become children of this process instead of init's (Linux:
/// child subreaper). So whoever stops a command can see its orphans, end them and reap them; and they never
/// reach a postmaster that runs as process 1 of a container, which takes the death of an unknown child by a
/// signal for a crashed backend and restarts the server.
///
/// It has to be there before the command starts, or a process that the command sets free at once is not seen.
/// Children that this process had before are not counted. Raises nothing, allocates nothing.
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

    /// Reaps those that have ended and lists those that still run; `command` is not one of them.
    List running(pid_t command) const noexcept;

    /// Adds the children of the processes in the list, and theirs: what sudo has started, say, when sudo is
    /// in it.
    static void add_descendants(List& processes) noexcept;

    /// Reaps what commands of before have left behind and what has ended since. A background process that a
    /// command leaves when it ends by itself is nobody's to stop, but once adopted it is ours to reap.
    static void reap_left_behind() noexcept;

  private:
    List before_;
    int was_subreaper_ = 0;
};

}  // namespace efm
