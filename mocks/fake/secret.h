#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace efm::fake {

/// `text` with `***` in the place of what looks like a secret: the password of a URL (`://user:…@`, in JSON
/// `:\/\/` too), the value of a name that has to do with a password (`password=`, `password: `, `"password":`
/// however often it is escaped, `--password x`, `PASSWORD 'x'`), and codes of 32 and more hexadecimal digits.
/// Where nobody can tell where a secret ends, too much is masked; everything else stays byte for byte.
std::string mask_secrets(std::string_view text);

/// The words of a command line, masked each, and whole those that are the value of the one before.
std::vector<std::string> mask_secrets(const std::vector<std::string>& words);

/// Is what this names a secret: `password`, `db.password.encrypted`, `sslpassword`, `api_token`, …?
bool names_a_secret(std::string_view name);

}  // namespace efm::fake
