#pragma once

#include <string>
#include <string_view>

namespace efm {

/// A word as a shell takes it.
std::string shell_word(std::string_view text);

/// A text as SQL takes it.
std::string sql_literal(std::string_view text);

}  // namespace efm
