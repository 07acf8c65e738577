#pragma once

#include <cstddef>
#include <cstdint>

namespace efm::fake {

/// The largest seed: it is as easily copied from a log as typed.
inline constexpr std::int64_t most_seed = 999'999'999;

/// A seed that nobody has chosen, from 0 to most_seed.
std::int64_t draw_seed();

/// What a number is drawn for: one drawn for something else is another one.
enum class Draw { chance, jitter };

/// A number from 0 up to but not including 1. It depends on nothing but what is given, so that a run with the
/// same seed is the same run, whatever else goes on beside it.
double draw(std::int64_t seed, std::size_t rule, std::int64_t call, Draw purpose);

}  // namespace efm::fake
