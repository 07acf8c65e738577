#include "mocks/fake/random.h"

#include <unistd.h>

#include <chrono>

namespace efm::fake {

namespace {

// The finisher of SplitMix64: every bit of what goes in turns about half the bits of what comes out.
std::uint64_t mix(std::uint64_t bits) {
    bits += 0x9E3779B97F4A7C15U;
    bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
    return bits ^ (bits >> 31U);
}

}  // namespace

std::int64_t draw_seed() {
    const auto time = std::chrono::system_clock::now().time_since_epoch().count();
    const auto bits = mix(static_cast<std::uint64_t>(time) ^ mix(static_cast<std::uint64_t>(getpid())));
    return static_cast<std::int64_t>(bits % (static_cast<std::uint64_t>(most_seed) + 1));
}

double draw(std::int64_t seed, std::size_t rule, std::int64_t call, Draw purpose) {
    auto bits = mix(static_cast<std::uint64_t>(seed));
    bits = mix(bits ^ rule);
    bits = mix(bits ^ static_cast<std::uint64_t>(call));
    bits = mix(bits ^ static_cast<std::uint64_t>(purpose));
    // 53 bits are what a double holds.
    return static_cast<double>(bits >> 11U) / static_cast<double>(std::uint64_t{1} << 53U);
}

}  // namespace efm::fake
