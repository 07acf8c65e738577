#include "mocks/fake/utf8.h"

#include <algorithm>

namespace efm::fake {

namespace {

unsigned int byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

/// How many bytes the character at the start of `bytes` has; 0 when there is none (RFC 3629: no overlong
/// form, no surrogate, nothing above U+10FFFF).
std::size_t character_length(std::string_view bytes) {
    const auto first = byte_at(bytes, 0);
    if (first < 0x80)
        return 1;
    const std::size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                               : first >= 0xE0 && first <= 0xEF ? 3
                               : first >= 0xF0 && first <= 0xF4 ? 4
                                                                : 0;
    if (length == 0 || bytes.size() < length)
        return 0;
    const auto second = byte_at(bytes, 1);
    const unsigned int least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned int most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    const auto rest = bytes.substr(2, length - 2);
    const bool continues = std::all_of(
        rest.begin(), rest.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; });
    return second >= least && second <= most && continues ? length : 0;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto length = character_length(bytes);
        if (length == 0)
            return false;
        bytes.remove_prefix(length);
    }
    return true;
}

std::string as_utf8(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    while (!bytes.empty()) {
        const auto length = character_length(bytes);
        if (length == 0)
            text.append("\\x").append({digits[byte_at(bytes, 0) >> 4U], digits[byte_at(bytes, 0) & 15U]});
        else
            text += bytes.substr(0, length);
        bytes.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return text;
}

}  // namespace efm::fake
