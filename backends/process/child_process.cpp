#include "backends/process/child_process.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace efm {

namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

struct StopTimes {
    milliseconds until_next_step;  ///< from TERM to KILL, or to closing the terminal
    milliseconds in_all;
};

constexpr StopTimes times_of(StopManner manner) {
    return manner == StopManner::signal_group ? StopTimes{milliseconds{30}, milliseconds{45}}
                                              : StopTimes{milliseconds{100}, milliseconds{230}};
}

/// A process that is killed shows its children, which are orphans then, only to the next look. Where a
/// machine stands still for a while, the time would be over before they were seen: so often is looked at
/// least.
constexpr int fewest_looks_after_kill = 5;

/// What a command leaves in the background under sudo costs its caller this much once.
constexpr milliseconds time_to_settle{10};

ChildProcess* first_live = nullptr;
AdoptedChildren::List leftovers;

void rest_a_moment(int descriptor) noexcept {
    pollfd ended{descriptor, POLLIN, 0};
    ::poll(&ended, descriptor >= 0 ? 1 : 0, 1);
}

}  // namespace

ChildProcess::ChildProcess(pid_t id, StopManner manner, AdoptedChildren& adopted,
                           UniqueDescriptor terminal) noexcept
    : id_(id),
      owner_(::getpid()),
      manner_(manner),
      adopted_(adopted),
      terminal_(std::move(terminal)),
      exit_descriptor_(static_cast<int>(::syscall(SYS_pidfd_open, id, 0))),
      next_live_(first_live) {
    first_live = this;
    if (manner == StopManner::hang_up)
        adopted_.adopt();  // sudo's helpers outlive it for a moment: settle() waits for them
}

ChildProcess::~ChildProcess() {
    stop();
    for (ChildProcess** link = &first_live; *link != nullptr; link = &(*link)->next_live_) {
        if (*link == this) {
            *link = next_live_;
            break;
        }
    }
}

bool ChildProcess::has_ended() const noexcept {
    siginfo_t info{};
    return reaped_ || ::waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
           info.si_pid == id_;
}

std::optional<int> ChildProcess::reap() noexcept {
    int status = 0;
    pid_t answer = 0;
    do {
        answer = ::waitpid(id_, &status, WNOHANG);
    } while (answer < 0 && errno == EINTR);
    if (answer == 0)
        return std::nullopt;
    reaped_ = true;
    return answer == id_ ? std::optional<int>{status} : std::nullopt;
}

void ChildProcess::settle() const noexcept {
    if (manner_ != StopManner::hang_up)
        return;
    const auto end = Clock::now() + time_to_settle;
    while (adopted_.running(id_).count > 0 && Clock::now() < end)
        rest_a_moment(-1);
}

void ChildProcess::signal(int number) const noexcept {
    // EPERM and ESRCH are expected: another user's process, and one that has just gone.
    ::kill(manner_ == StopManner::signal_group ? -id_ : id_, number);
    if (number != SIGKILL)
        ::kill(manner_ == StopManner::signal_group ? -id_ : id_, SIGCONT);
}

bool ChildProcess::is_killed(const AdoptedChildren::List& orphans) const noexcept {
    // Signal 0 asks whether a signal may be sent: not to what runs as another user.
    const auto may_signal = [](pid_t id) { return ::kill(id, 0) == 0; };
    return manner_ == StopManner::signal_group && may_signal(id_) &&
           std::all_of(orphans.begin(), orphans.end(), may_signal);
}

void ChildProcess::stop() noexcept {
    if (reaped_ || ::getpid() != owner_)
        return;
    const auto times = times_of(manner_);
    const auto start = Clock::now();
    adopted_.adopt();
    signal(SIGTERM);

    // The ended child stays a zombie until everything is over: as long as it is there, no other process group
    // can get its number.
    AdoptedChildren::List asked;
    bool next_step_taken = false;
    int looks_after_kill = 0;
    // In this order: what the child leaves when it ends between the two would be missed the other way round.
    bool ended = has_ended();
    auto orphans = adopted_.running(id_);
    while (!ended || orphans.count > 0) {
        const auto elapsed = Clock::now() - start;
        // What a KILL has reached is going. On a machine that is busy it may take longer, and to tell that it
        // cannot be ended would be wrong.
        if (elapsed >= times.in_all && looks_after_kill >= fewest_looks_after_kill &&
            (elapsed >= times_of(StopManner::hang_up).in_all || !is_killed(orphans)))
            break;
        const bool is_time = elapsed >= times.until_next_step;
        for (const pid_t orphan : orphans) {
            if (!asked.contains(orphan)) {
                asked.add(orphan);
                ::kill(orphan, SIGTERM);
            }
            if (is_time && manner_ == StopManner::signal_group)
                ::kill(orphan, SIGKILL);
        }
        // What is left when sudo has gone needs no more time for sudo to relay anything.
        if (!next_step_taken && (is_time || (manner_ == StopManner::hang_up && ended))) {
            next_step_taken = true;
            // sudo that was only starting may have lost the TERM, on its way from one handler to the next.
            signal(manner_ == StopManner::signal_group ? SIGKILL : SIGTERM);
            terminal_.reset();
        }
        looks_after_kill += is_time ? 1 : 0;
        // A command that stopped itself after sudo had relayed the CONT still has the TERM before it.
        if (manner_ == StopManner::hang_up)
            ::kill(id_, SIGCONT);
        rest_a_moment(ended ? -1 : exit_descriptor_.get());
        ended = has_ended();
        orphans = adopted_.running(id_);
    }
    if (manner_ == StopManner::signal_group) {
        signal(SIGKILL);
        for (const pid_t orphan : orphans)
            ::kill(orphan, SIGKILL);
    }
    terminal_.reset();

    ended = has_ended();
    orphans = adopted_.running(id_);
    if (ended)
        reap();
    left_running_ = orphans;
    if (!ended)
        left_running_.add(id_);
    for (const pid_t id : left_running_)
        leftovers.add(id);
    // Only our own children can be reaped later, but everything that still runs is told.
    AdoptedChildren::add_descendants(left_running_);
    reaped_ = true;
}

std::vector<int> ChildProcess::left_running() const {
    return {left_running_.begin(), left_running_.end()};
}

void ChildProcess::stop_live_children() noexcept {
    for (ChildProcess* child = first_live; child != nullptr; child = child->next_live_)
        child->stop();
}

void ChildProcess::clear_leftovers() noexcept {
    AdoptedChildren::List still;
    for (const pid_t id : leftovers) {
        if (::waitpid(id, nullptr, WNOHANG) == 0) {
            ::kill(id, SIGTERM);
            still.add(id);
        }
    }
    leftovers = still;
    AdoptedChildren::reap_left_behind();
}

}  // namespace efm
