#pragma once

#include <string>
#include <string_view>

namespace efm::fake {

/// `text`, a report whose addresses have been replaced since it was `original`, with so many blanks behind
/// each address of a table that the next column begins where it began; with one, where the new address is too
/// long for that. Nothing else is changed. Both must have the same lines.
std::string keep_columns(std::string_view original, std::string_view text);

}  // namespace efm::fake
