#pragma once

#include <string>
#include <string_view>

namespace efm::fake {

/// Tells texts apart, the same on every machine and with every compiler: 16 hexadecimal digits (FNV-1a, 64
/// bit). No secret is safe behind it.
std::string hash_text(std::string_view text);

/// Whether a text could be such a hash.
bool is_hash(std::string_view text);

}  // namespace efm::fake
