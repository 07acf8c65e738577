#include "mocks/recorder/cleaning.h"

#include <cstdlib>

#include <range/v3/algorithm/any_of.hpp>

#include "mocks/fake/secret.h"
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

std::string clean_text(Aliases& aliases, std::string_view text) {
    return aliases.replace(mask_secrets(mask_environment(std::string{text})));
}

bool is_secret(const JsonPlace& place) {
    return !place.is_key && ranges::any_of(place.keys, [](const auto& key) { return names_a_secret(key); });
}

}  // namespace

std::string clean_output(Aliases& aliases, std::string_view text) {
    const auto inside = [&](const JsonPlace& place, const std::string& value) {
        return !is_secret(place) || value.empty() ? clean_text(aliases, value) : std::string{"***"};
    };
    return change_json_strings(text, inside,
                               [&](std::string_view outside) { return clean_text(aliases, outside); });
}

std::vector<std::string> clean_words(Aliases& aliases, const std::vector<std::string>& words) {
    std::vector<std::string> kept;
    for (const auto& word : words)
        kept.push_back(mask_environment(word));
    kept = mask_secrets(kept);
    for (auto& word : kept)
        word = aliases.replace(word);
    return kept;
}

}  // namespace efm::fake
