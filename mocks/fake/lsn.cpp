#include "mocks/fake/lsn.h"

#include <charconv>

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

}  // namespace efm::fake
