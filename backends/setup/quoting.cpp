#include "backends/setup/quoting.h"

namespace efm {

namespace {

/// Between quotes; a quote within is written as `instead`.
std::string quoted(std::string_view text, std::string_view instead) {
    std::string result{"'"};
    for (const char c : text) {
        if (c == '\'')
            result += instead;
        else
            result += c;
    }
    return result + '\'';
}

}  // namespace

std::string shell_word(std::string_view text) {
    constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:+@%";
    const bool is_plain = !text.empty() && text.find_first_not_of(plain) == std::string_view::npos;
    return is_plain ? std::string{text} : quoted(text, "'\\''");
}

std::string sql_literal(std::string_view text) {
    return quoted(text, "''");
}

}  // namespace efm
