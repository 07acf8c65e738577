#pragma once

#include <time.h>

#include <algorithm>
#include <limits>

namespace efm {

/// The processor time in seconds that `work` takes in this thread, at its best of `runs`: what other
/// processes do at the same time counts little.
template <typename Work>
double least_thread_time(int runs, Work work) {
    const auto now = [] {
        timespec time{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
    };
    double least = std::numeric_limits<double>::max();
    for (int run = 0; run < runs; ++run) {
        const auto start = now();
        work();
        least = std::min(least, now() - start);
    }
    return least;
}

}  // namespace efm
