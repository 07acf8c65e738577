#pragma once

#include <string>
#include <string_view>

namespace efm::fake {

/// `text` with `***` in the place of what looks like a secret: the password of a URL (`://user:…@`), the
/// value after `password=`, `passwd=`, `pass=`, `secret=` or `token=` and what ends in these (as
/// `db.password.encrypted=` does), and codes of 32 and more hexadecimal digits. Everything else stays byte
/// for byte.
std::string mask_secrets(std::string_view text);

}  // namespace efm::fake
