#pragma once

#include <cstdint>

namespace efm::fake {

/// The time that the fake lives in, in milliseconds. A real clock is the system's, moved by what it was
/// advanced; a stepped one stands at 0 when a scenario begins and moves by being advanced and nothing else.
struct Clock {
    bool is_stepped = false;
    std::int64_t began_ms = 0;   ///< when the scenario began: 0 on a stepped clock
    std::int64_t offset_ms = 0;  ///< how far it was advanced
};

/// A clock at the moment when a scenario begins.
Clock start_clock(bool is_stepped);

/// What it shows now.
std::int64_t time_on(const Clock& clock);

/// Milliseconds of the system's clock since 1970.
std::int64_t now_ms();

}  // namespace efm::fake
