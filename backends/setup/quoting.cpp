#include "backends/setup/quoting.h"

#include "backends/checks/argument_check.h"

namespace efm {

namespace {

/// Between quotes; a quote within is written as `instead`.
std::string between_quotes(std::string_view text, std::string_view instead) {
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
    return is_plain ? std::string{text} : between_quotes(text, "'\\''");
}

std::string sql_literal(std::string_view text) {
    return between_quotes(text, "''");
}

std::string in_quotes(std::string_view text) {
    return '"' + printable(text, 300) + '"';
}

std::string set_line(const std::string& setting, std::string_view value) {
    return "ALTER SYSTEM SET " + setting + " = " + sql_literal(value) + "; SELECT pg_reload_conf();";
}

}  // namespace efm
