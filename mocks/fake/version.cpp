#include "mocks/fake/version.h"

#include <charconv>

namespace efm::fake {

namespace {

std::optional<int> parse_number(std::string_view text) {
    int number = 0;
    const auto* const end = text.data() + text.size();
    const auto [stopped_at, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stopped_at != end || number < 0 || number > 99)
        return std::nullopt;
    return number;
}

}  // namespace

std::optional<EfmVersion> parse_version(std::string_view text) {
    const auto dot = text.find('.');
    if (dot == std::string_view::npos)
        return std::nullopt;
    const auto generation = parse_number(text.substr(0, dot));
    const auto release = parse_number(text.substr(dot + 1));
    if (!generation || !release || *generation < 3 || *generation > 5)
        return std::nullopt;
    return EfmVersion{*generation, *release};
}

std::string to_string(const EfmVersion& version) {
    return std::to_string(version.generation) + "." + std::to_string(version.release);
}

}  // namespace efm::fake
