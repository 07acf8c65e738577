#include "mocks/recorder/cleaning.h"

#include <array>
#include <cstdlib>

#include <range/v3/algorithm/any_of.hpp>
#include <range/v3/algorithm/contains.hpp>

#include "mocks/fake/secret.h"
#include "mocks/recorder/host_names.h"
#include "mocks/recorder/json_strings.h"

namespace efm::fake {

namespace {

std::string mask_environment(std::string text) {
    constexpr std::size_t shortest = 4;
    for (const auto* const name : {"EFMPASS", "PGPASSWORD"}) {
        const auto* const value = std::getenv(name);
        const std::string secret = value == nullptr ? "" : value;
        for (auto at = text.find(secret); secret.size() >= shortest && at != std::string::npos;
             at = text.find(secret, at + 3))
            text.replace(at, secret.size(), "***");
    }
    return text;
}

std::string mask_all(std::string_view text) {
    return mask_secrets(mask_environment(std::string{text}));
}

/// Where a status has nothing but hosts.
bool is_host(const JsonPlace& place) {
    constexpr std::array<std::string_view, 6> at_the_top{
        "allowednodes", "failoverpriority", "missingnodes", "membershipcoordinator", "address", "vip"};
    const auto& keys = place.keys;
    if (place.is_key)
        return keys.size() == 1 && keys.front() == "nodes";
    return (keys.size() == 1 && ranges::contains(at_the_top, std::string_view{keys.front()})) ||
           (keys.size() == 3 && keys.front() == "nodes" && keys.back() == "vip");
}

bool is_secret(const JsonPlace& place) {
    return !place.is_key && ranges::any_of(place.keys, [](const auto& key) { return names_a_secret(key); });
}

}  // namespace

std::string clean_output(Aliases& aliases, std::string_view text, bool is_report) {
    const auto inside = [&](const JsonPlace& place, const std::string& value) {
        if (is_secret(place) && !value.empty())
            return std::string{"***"};
        const auto masked = mask_all(value);
        return aliases.replace(is_host(place) ? aliases.replace_host_name(masked) : masked);
    };
    return change_json_strings(text, inside, [&](std::string_view outside) {
        const auto masked = mask_all(outside);
        return is_report ? aliases.replace_in_report(masked) : aliases.replace(masked);
    });
}

std::vector<std::string> clean_words(Aliases& aliases, const std::vector<std::string>& words) {
    std::vector<std::string> kept;
    kept.reserve(words.size());
    for (const auto& word : words)
        kept.push_back(mask_environment(word));
    kept = mask_secrets(kept);
    for (const auto position : host_positions(words))
        kept[position] = aliases.replace_host_name(kept[position]);
    for (auto& word : kept)
        word = aliases.replace(word);
    return kept;
}

}  // namespace efm::fake
