#pragma once

#include <string>
#include <string_view>

namespace efm {

/// A word as a shell takes it.
std::string shell_word(std::string_view text);

/// A text as SQL takes it.
std::string sql_literal(std::string_view text);

/// A text of a message, between quotes, printable and not too long.
std::string in_quotes(std::string_view text);

/// The line that changes a setting.
std::string set_line(const std::string& setting, std::string_view value);

}  // namespace efm
