#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace efm::fake {

/// A duration as people write it: a whole number and one of ms, s, min, h, d. Nothing when it is none, or
/// longer than ten years.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace efm::fake
