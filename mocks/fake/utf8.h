#pragma once

#include <string>
#include <string_view>

namespace efm::fake {

/// Whether `bytes` are valid UTF-8, which is all that JSON can hold.
bool is_utf8(std::string_view bytes);

/// `bytes` as valid UTF-8: what is not stands there as \xNN.
std::string as_utf8(std::string_view bytes);

}  // namespace efm::fake
