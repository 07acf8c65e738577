#include "tests/support/poll_waiter.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>

namespace efm::test {

using std::chrono::milliseconds;

namespace {
/// How often the condition that interrupts is asked for.
constexpr milliseconds condition_interval{2};
}  // namespace

void PollWaiter::interrupt_when_exists(const std::string& path) {
    interrupt_when([path] { return ::access(path.c_str(), F_OK) == 0; });
}

bool PollWaiter::is_time_to_interrupt() const noexcept {
    return (interrupt_wait_ > 0 && waits_ >= interrupt_wait_) ||
           (interrupt_time_ && Clock::now() >= *interrupt_time_) ||
           (interrupt_condition_ && interrupt_condition_());
}

WaitResult PollWaiter::wait(int descriptor, milliseconds timeout) noexcept {
    ++waits_;
    if (interrupted_at_)
        ++waits_after_interrupt_;
    const auto end = Clock::now() + timeout;
    while (true) {
        if (is_time_to_interrupt()) {
            interrupted_at_ = Clock::now();
            return WaitResult::interrupted;
        }
        auto until = end;
        if (interrupt_time_)
            until = std::min(until, *interrupt_time_);
        if (interrupt_condition_)
            until = std::min(until, Clock::now() + condition_interval);
        const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
        pollfd watched{descriptor, POLLIN, 0};
        const int ready =
            ::poll(&watched, descriptor >= 0 ? 1 : 0, static_cast<int>(std::max<long>(left.count(), 0)));
        if (ready > 0)
            return WaitResult::ready;
        if (Clock::now() >= end && !is_time_to_interrupt())
            return WaitResult::timed_out;
    }
}

bool PollWaiter::reserve_descriptors(int count) noexcept {
    if (reserved_ + count > room_) {
        ++reservations_refused_;
        return false;
    }
    reserved_ += count;
    most_reserved_ = std::max(most_reserved_, reserved_);
    return true;
}

std::chrono::microseconds PollWaiter::since_interrupt() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - interrupted_at_.value());
}

}  // namespace efm::test
