#pragma once

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <span>
#include <system_error>

#include "backends/process/unique_descriptor.h"

namespace efm {

/// A set of descriptors that can itself be waited for: the host waits for one descriptor, whatever is in it.
/// That is why a pipe at end of file can leave the wait (PostgreSQL's WaitEventSet cannot let one go).
class EpollSet {
  public:
    EpollSet() : set_(::epoll_create1(EPOLL_CLOEXEC)) {}

    [[nodiscard]] int descriptor() const { return set_.get(); }

    /// A descriptor leaves the set by being closed.
    std::error_code add(int descriptor) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = descriptor;
        if (::epoll_ctl(set_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0)
            return {errno, std::system_category()};
        return {};
    }

    /// Takes out a descriptor that stays open.
    void remove(int descriptor) { ::epoll_ctl(set_.get(), EPOLL_CTL_DEL, descriptor, nullptr); }

    /// Calls `visit(descriptor)` for each that is ready now.
    template <class Visit>
    void for_each_ready(Visit visit) {
        std::array<epoll_event, 8> events{};
        const int count = ::epoll_wait(set_.get(), events.data(), static_cast<int>(events.size()), 0);
        for (const auto& event : std::span{events}.first(static_cast<std::size_t>(count < 0 ? 0 : count)))
            visit(event.data.fd);
    }

  private:
    UniqueDescriptor set_;
};

}  // namespace efm
