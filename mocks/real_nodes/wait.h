#pragma once

#include <time.h>

#include <chrono>

namespace efm::fake {

/// Waits until `condition` holds, at most `limit`. Answers whether it does.
template <typename Condition>
bool wait_until(std::chrono::milliseconds limit, const Condition& condition) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline)
            return false;
        const timespec step{0, 20'000'000};
        nanosleep(&step, nullptr);
    }
    return true;
}

}  // namespace efm::fake
