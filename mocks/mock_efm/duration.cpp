#include "mocks/mock_efm/duration.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace efm::fake {

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    constexpr std::int64_t most_ms = 10LL * 365 * 86'400'000;
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> units{
        {{"ms", 1}, {"s", 1000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
    for (const auto& [name, factor] : units) {
        if (error == std::errc{} && unit == name && number >= 0 && number <= most_ms / factor)
            return std::chrono::milliseconds{number * factor};
    }
    return std::nullopt;
}

}  // namespace efm::fake
