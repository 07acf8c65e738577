#pragma once

namespace efm::fake {

// Exit statuses of mock-efm itself, beside `fake_failed`; as sysexits.h has them.
inline constexpr int bad_usage = 64;
inline constexpr int output_failed = 74;

}  // namespace efm::fake
