#include "backends/process/adopted_children.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "backends/process/unique_descriptor.h"

namespace efm {

namespace {

constexpr pid_t init = 1;
constexpr pid_t no_command = -1;
AdoptedChildren::List left_behind;

/// The children of a process's main thread, as the kernel lists them (proc(5), children).
AdoptedChildren::List children_of(pid_t parent) noexcept {
    AdoptedChildren::List list;
    std::array<char, 64> path{};
    std::snprintf(path.data(), path.size(), "/proc/%d/task/%d/children", parent, parent);
    const UniqueDescriptor file{::open(path.data(), O_RDONLY | O_CLOEXEC)};
    if (!file.is_open())
        return list;
    std::array<char, 4096> text{};
    const auto length = ::read(file.get(), text.data(), text.size());
    const char* position = text.data();
    const char* const end = position + std::max<ssize_t>(length, 0);
    while (position < end) {
        pid_t id = 0;
        const auto [next, error] = std::from_chars(position, end, id);
        if (error == std::errc{} && next < end)
            list.add(id);
        position = next + 1;
    }
    return list;
}

AdoptedChildren::List own_children() noexcept {
    // Nearly always there are none, and this call is the cheapest way to know.
    siginfo_t info{};
    const bool has_any = ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
    return has_any ? children_of(::getpid()) : AdoptedChildren::List{};
}

}  // namespace

bool AdoptedChildren::List::contains(pid_t id) const noexcept {
    return std::find(begin(), end(), id) != end();
}

void AdoptedChildren::List::add(pid_t id) noexcept {
    if (count < capacity)
        ids[count++] = id;
}

AdoptedChildren::AdoptedChildren() noexcept : before_(own_children()) {
    if (::getppid() == init)
        adopt();
}

void AdoptedChildren::adopt() noexcept {
    if (adopts_)
        return;
    adopts_ = true;
    ::prctl(PR_GET_CHILD_SUBREAPER, &was_subreaper_);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

AdoptedChildren::~AdoptedChildren() {
    if (!adopts_)
        return;
    ::prctl(PR_SET_CHILD_SUBREAPER, was_subreaper_);
    for (const pid_t id : running(no_command))
        left_behind.add(id);
}

AdoptedChildren::List AdoptedChildren::running(pid_t command) const noexcept {
    List still;
    // Where not all earlier children are known, none may be taken for an orphan: it would be ended.
    if (before_.count == capacity)
        return still;
    // Who ended between the list and waitpid has left us its children, and they are in no list yet. A command
    // that keeps forking must not keep us here for good.
    bool reaped_any = true;
    for (std::size_t looks = 0; reaped_any && looks < capacity; ++looks) {
        still = {};
        reaped_any = false;
        for (const pid_t id : own_children()) {
            if (id == command || before_.contains(id))
                continue;
            if (::waitpid(id, nullptr, WNOHANG) == 0)
                still.add(id);
            else
                reaped_any = true;
        }
    }
    return still;
}

void AdoptedChildren::add_descendants(List& processes) noexcept {
    // The list grows while it is walked, by index for that reason; a full one ends it.
    for (std::size_t place = 0; place < processes.count; ++place) {
        for (const pid_t child : children_of(processes.ids[place])) {
            if (!processes.contains(child))
                processes.add(child);
        }
    }
}

void AdoptedChildren::reap_left_behind() noexcept {
    List still;
    for (const pid_t id : left_behind) {
        if (::waitpid(id, nullptr, WNOHANG) == 0)
            still.add(id);
    }
    left_behind = still;
}

}  // namespace efm
