#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace efm::fake {

/// What EFM shows where it could not ask a database.
inline constexpr std::string_view unknown_lsn = "UNKNOWN";

/// A WAL location written `X/X` in hexadecimal; nothing for anything else.
std::optional<std::uint64_t> parse_lsn(std::string_view text);

/// As PostgreSQL writes it.
std::string format_lsn(std::uint64_t location);

/// The location `bytes` further, or the last one there is: a history does not begin again.
std::uint64_t moved_lsn(std::uint64_t location, std::uint64_t bytes);

/// The further one of two locations of one history; what is no location is behind every other.
const std::string& further_lsn(const std::string& one, const std::string& other);

}  // namespace efm::fake
