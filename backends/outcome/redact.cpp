#include "backends/outcome/redact.h"

#include <array>
#include <range/v3/algorithm/any_of.hpp>
#include <range/v3/algorithm/search.hpp>

namespace efm {

namespace {

constexpr auto none = std::string_view::npos;
constexpr std::array<std::string_view, 5> telling_words{"password", "passwd", "secret", "token", "efmpass"};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_key_character(char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}
bool is_quote(char c) {
    return c == '"' || c == '\'';
}

bool tells_of_a_secret(std::string_view key) {
    return ranges::any_of(telling_words, [key](std::string_view word) {
        const auto equal = [](char left, char right) { return lower(left) == right; };
        return !ranges::empty(ranges::search(key, word, equal));
    });
}

// The first place from `at` on where `condition` does not hold.
template <typename Condition>
std::size_t skip(std::string_view text, std::size_t at, Condition condition) {
    while (at < text.size() && condition(text[at]))
        ++at;
    return at;
}

// Where the value of a key that ends at `at` begins; nothing when no `=` or `:` follows. Takes the quote
// after a JSON key and the arrow of a pretty-printer (`=>`) with it.
std::size_t find_value(std::string_view text, std::size_t at) {
    if (at < text.size() && is_quote(text[at]))
        ++at;
    at = skip(text, at, is_blank);
    if (at == text.size() || (text[at] != '=' && text[at] != ':'))
        return none;
    return skip(text, at, [](char c) { return is_blank(c) || c == '=' || c == ':' || c == '>'; });
}

// A quoted value ends before its closing quote, one whose quote is never closed with its line.
std::size_t find_value_end(std::string_view text, std::size_t at) {
    const char quote = text[at];
    for (auto end = at + 1; end < text.size(); ++end) {
        if (text[end] == '\\')
            ++end;
        else if (text[end] == quote)
            return end;
    }
    return std::min(text.find_first_of("\r\n", at), text.size());
}

}  // namespace

std::string redact(std::string_view text) {
    constexpr auto mask = "********";
    std::string result;
    result.reserve(text.size());
    std::size_t at = 0;
    while (at < text.size()) {
        const auto key_end = skip(text, at, is_key_character);
        if (key_end == at) {
            result += text[at++];
            continue;
        }
        auto value = tells_of_a_secret(text.substr(at, key_end - at)) ? find_value(text, key_end) : none;
        if (value == none || value == text.size() || text[value] == '\r' || text[value] == '\n') {
            result += text.substr(at, key_end - at);
            at = key_end;
            continue;
        }
        const bool is_quoted = is_quote(text[value]);
        result += text.substr(at, value + (is_quoted ? 1 : 0) - at);
        result += mask;
        at = is_quoted ? find_value_end(text, value)
                       : skip(text, value, [](char c) { return !is_blank(c) && c != '\r' && c != '\n'; });
    }
    return result;
}

}  // namespace efm
