#include "extension/backend_waiter.h"

#include "extension/guard.h"

namespace efm {

namespace {

struct OneWait {
    int descriptor;
    long timeout;
    int events;
};

void wait_and_serve_interrupts(void* argument) {
    auto* const one = static_cast<OneWait*>(argument);
    // An interrupt that came while nobody waited has set the latch, so that it is seen at once.
    const int wake_on =
        WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH | (one->descriptor >= 0 ? WL_SOCKET_READABLE : 0);
    one->events =
        WaitLatchOrSocket(MyLatch, wake_on, one->descriptor >= 0 ? one->descriptor : PGINVALID_SOCKET,
                          one->timeout, pg::command_wait_event());
    if ((one->events & WL_LATCH_SET) != 0)
        ResetLatch(MyLatch);
    CHECK_FOR_INTERRUPTS();
}

}  // namespace

WaitResult BackendWaiter::wait(int descriptor, std::chrono::milliseconds timeout) noexcept {
    if (interrupt_ == nullptr) {
        OneWait one{descriptor, static_cast<long>(timeout.count()), 0};
        interrupt_ = guard::catch_error(wait_and_serve_interrupts, &one);
        if (interrupt_ == nullptr)
            return (one.events & WL_SOCKET_READABLE) != 0 ? WaitResult::ready : WaitResult::timed_out;
    }
    return WaitResult::interrupted;
}

bool BackendWaiter::reserve_descriptors(int count) noexcept {
    struct Reservation {
        int wanted;
        int reserved;
    } reservation{count, 0};
    // Making room closes files of the backend's own, which may report an error.
    const auto* error = guard::catch_error(
        [](void* argument) {
            auto* const state = static_cast<Reservation*>(argument);
            while (state->reserved < state->wanted && AcquireExternalFD())
                ++state->reserved;
        },
        &reservation);
    if (error == nullptr && reservation.reserved == count)
        return true;
    release_descriptors(reservation.reserved);
    return false;
}

void BackendWaiter::release_descriptors(int count) noexcept {
    for (int released = 0; released < count; ++released)
        ReleaseExternalFD();
}

void BackendWaiter::throw_interrupt(const std::string& detail, const std::string& hint) const {
    ErrorData* const error = interrupt_;
    const char* const more_detail = detail.c_str();
    const char* const more_hint = hint.c_str();
    guard::call([&] {
        if (error->detail == nullptr && *more_detail != '\0')
            error->detail = pstrdup(more_detail);
        if (error->hint == nullptr && *more_hint != '\0')
            error->hint = pstrdup(more_hint);
    });
    throw PgError{error};
}

}  // namespace efm
