#include "mocks/fake/lsn.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <limits>

namespace efm::fake {

namespace {

std::optional<std::uint32_t> parse_half(std::string_view text) {
    std::uint32_t half = 0;
    const auto* const end = text.data() + text.size();
    const auto [stopped_at, error] = std::from_chars(text.data(), end, half, 16);
    if (error != std::errc{} || stopped_at != end)
        return std::nullopt;
    return half;
}

}  // namespace

std::optional<std::uint64_t> parse_lsn(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos)
        return std::nullopt;
    const auto high = parse_half(text.substr(0, slash));
    const auto low = parse_half(text.substr(slash + 1));
    if (!high || !low)
        return std::nullopt;
    return (std::uint64_t{*high} << 32U) | *low;
}

std::string format_lsn(std::uint64_t location) {
    std::array<char, 20> text{};
    const auto length =
        std::snprintf(text.data(), text.size(), "%X/%X", static_cast<unsigned>(location >> 32U),
                      static_cast<unsigned>(location & 0xFFFFFFFFU));
    return {text.data(), static_cast<std::size_t>(length)};
}

std::uint64_t moved_lsn(std::uint64_t location, std::uint64_t bytes) {
    return location + std::min(bytes, std::numeric_limits<std::uint64_t>::max() - location);
}

const std::string& further_lsn(const std::string& one, const std::string& other) {
    return parse_lsn(other).value_or(0) > parse_lsn(one).value_or(0) ? other : one;
}

}  // namespace efm::fake
