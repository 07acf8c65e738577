#pragma once

#include <string>
#include <string_view>

namespace efm {

/// `text` with the value of anything that looks like a secret replaced by `********`: a key that holds
/// "password", "passwd", "secret", "token" or "EFMPASS" in any case, then `=` or `:`, up to the next blank or
/// quote's end.
std::string redact(std::string_view text);

}  // namespace efm
