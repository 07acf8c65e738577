#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace efm {

/// What a value must be to stand in a command line.
enum class ValueKind {
    any,      ///< not empty, no leading `-`, no control character; blanks are allowed (no shell ever sees it)
    word,     ///< `any` without blanks
    address,  ///< an IPv4 or IPv6 address without netmask or zone; or a host name where those are allowed
    priority,  ///< a decimal number from 0 to 999, one to three digits
    cluster    ///< a cluster name, or the full path of a `.properties` file
};

/// `address`, `priority`, `cluster`, `word`: the kinds a plefm body can name. Empty for anything else.
std::optional<ValueKind> value_kind_from_name(std::string_view name);

/// Why a value was refused, ready for an error of SQLSTATE 22023 (invalid_parameter_value).
struct CheckFailure {
    std::string message;  ///< for example "invalid IP address"
    std::string detail;   ///< holds the value, shortened, control characters made visible
    std::string hint;     ///< what would be accepted
};

struct CheckOptions {
    bool allow_host_names = false;  ///< `address` accepts host names by RFC 1123 too (efm.allow_host_names)
};

/// Nothing when `value` may be used as `kind`. Never throws but for memory.
std::optional<CheckFailure> check_value(std::string_view value, ValueKind kind,
                                        const CheckOptions& options = {});

/// Whether two names of a node are one: the same IP address, however it is spelled ("FD00::1", "fd00:0::1"),
/// or the same host name but for the case of its letters. Asks no resolver.
bool is_same_address(std::string_view one, std::string_view other);

/// Whether `name` is a cluster name: a letter, then at most 63 letters, digits, `_` or `-`.
bool is_cluster_name(std::string_view name);

/// Whether `path` is the full path of a properties file, which EFM takes in the place of a cluster name in a
/// set-up without sudo (EFM user guide, "Extending EFM permissions"): absolute, ends in `.properties`, no
/// blank.
bool is_properties_path(std::string_view path);

/// The first `limit` bytes of `text`, with control characters and bytes above 0x7e as \xNN, and "..." where
/// there was more: safe in any encoding.
std::string printable(std::string_view text, std::size_t limit = 80);

}  // namespace efm
