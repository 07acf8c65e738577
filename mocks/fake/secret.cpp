#include "mocks/fake/secret.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <range/v3/algorithm/any_of.hpp>

namespace efm::fake {

namespace {

constexpr std::string_view mask = "***";

bool is_blank(char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0;
}
bool is_alphanumeric(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}
bool is_word(char c) {
    return is_alphanumeric(c) || c == '_' || c == '-' || c == '.';
}
bool is_hex(char c) {
    return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}

template <typename Predicate>
std::size_t skip(std::string_view text, std::size_t at, const Predicate& predicate) {
    while (at < text.size() && predicate(text[at]))
        ++at;
    return at;
}

bool names_a_secret(std::string_view key) {
    constexpr std::array<std::string_view, 5> names{"password", "passwd", "pass", "secret", "token"};
    std::string lower{key};
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return ranges::any_of(names, [&](std::string_view name) {
        return lower.ends_with(name) || lower.find(std::string{name} + ".") != std::string::npos ||
               lower.find(std::string{name} + "_") != std::string::npos;
    });
}

/// The end of the value at `at`: a quoted string, and what follows up to the next blank, separator or quote.
std::size_t end_of_value(std::string_view text, std::size_t at) {
    if (at < text.size() && (text[at] == '\'' || text[at] == '"')) {
        const auto end = text.find(text[at], at + 1);
        at = end == std::string_view::npos ? text.size() : end + 1;
    }
    return skip(text, at, [](char c) {
        return !is_blank(c) && std::string_view{"&;,\"'"}.find(c) == std::string_view::npos;
    });
}

/// The end of the user's name and password after `://`, where there is a password; else `at`. The password is
/// what stands between the first colon and the last @ before a slash or a blank.
std::size_t end_of_credentials(std::string_view text, std::size_t at) {
    const auto end = skip(text, at, [](char c) { return !is_blank(c) && c != '/' && c != '"' && c != '?'; });
    const auto sign = text.substr(0, end).rfind('@');
    return sign == std::string_view::npos || sign < at ? at : sign;
}

std::string mask_codes(std::string_view word) {
    constexpr std::size_t shortest = 32;
    std::string masked;
    for (std::size_t at = 0; at < word.size();) {
        const auto end = std::max(skip(word, at, is_alphanumeric), at + 1);
        const auto part = word.substr(at, end - at);
        const bool is_code = part.size() >= shortest && std::all_of(part.begin(), part.end(), is_hex);
        masked += is_code ? mask : part;
        at = end;
    }
    return masked;
}

}  // namespace

std::string mask_secrets(std::string_view text) {
    std::string masked;
    for (std::size_t at = 0; at < text.size();) {
        if (text.substr(at).starts_with("://")) {
            masked += "://";
            at += 3;
            const auto end = end_of_credentials(text, at);
            const auto colon = text.substr(0, end).find(':', at);
            if (colon != std::string_view::npos) {
                masked.append(text.substr(at, colon + 1 - at)).append(mask);
                at = end;
            }
        } else if (is_word(text[at])) {
            const auto end = skip(text, at, is_word);
            const auto word = text.substr(at, end - at);
            masked += mask_codes(word);
            at = end;
            if (at < text.size() && text[at] == '=' && names_a_secret(word)) {
                masked.append("=").append(mask);
                at = end_of_value(text, at + 1);
            }
        } else {
            masked += text[at++];
        }
    }
    return masked;
}

}  // namespace efm::fake
