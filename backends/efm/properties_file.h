#pragma once

#include <string>
#include <string_view>
#include <system_error>
#include <variant>
#include <vector>

namespace efm {

/// Both parts are valid UTF-8 (U+FFFD stands for half of a surrogate pair), and may hold a NUL, from \u0000.
struct Property {
    std::string name;
    std::string value;  ///< whole, secrets included
};

struct PropertiesError {
    std::string reason;  ///< for example: malformed \uxxxx encoding in line 3
};

/// Reads the text of a properties file by the rules of java.util.Properties.load(InputStream): ISO 8859-1
/// bytes,
/// `#` and `!` comments, `=`, `:` or blanks as separator, a backslash at the end continues a line, \t \n \r
/// \f and \uXXXX escapes, any other escaped character stands for itself. The last of several lines with one
/// name wins; names keep the order of their first appearance.
std::variant<std::vector<Property>, PropertiesError> parse_properties(std::string_view bytes);

/// The value as a user may see it: whole for names on the list of those that cannot hold a secret (EFM 5.4's
/// list of cluster properties, and the names of 3.x and 4.x), `********` for all others, an empty value stays
/// empty.
std::string shown_value(const Property& property);

/// The whole content of a regular file of at most `max_size` bytes, or the error. Never waits: a FIFO or a
/// device is errc::invalid_argument, a file that is too large errc::file_too_large.
std::variant<std::string, std::error_code> read_regular_file(const std::string& path,
                                                             std::size_t max_size = 1024U * 1024);

/// `<location>/<cluster>.properties`, or `cluster` itself where that is the full path of a properties file.
std::string properties_path(std::string_view location, std::string_view cluster);

}  // namespace efm
