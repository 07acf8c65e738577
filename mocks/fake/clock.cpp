#include "mocks/fake/clock.h"

#include <chrono>

namespace efm::fake {

Clock start_clock(bool is_stepped) {
    return {.is_stepped = is_stepped, .began_ms = is_stepped ? 0 : now_ms()};
}

std::int64_t time_on(const Clock& clock) {
    return (clock.is_stepped ? 0 : now_ms()) + clock.offset_ms;
}

std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace efm::fake
