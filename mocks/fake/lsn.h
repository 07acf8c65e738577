#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace efm::fake {

/// What EFM shows where it could not ask a database.
inline constexpr std::string_view unknown_lsn = "UNKNOWN";

/// A WAL location written `X/X` in hexadecimal; nothing for anything else.
std::optional<std::uint64_t> parse_lsn(std::string_view text);

}  // namespace efm::fake
