#include "backends/checks/argument_check.h"

#include <arpa/inet.h>

#include <array>
#include <range/v3/algorithm/all_of.hpp>
#include <range/v3/algorithm/any_of.hpp>
#include <range/v3/algorithm/equal.hpp>

namespace efm {

namespace {

// The C library's classification follows the locale of the server; a command line must not.
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_alphanumeric(char c) {
    return is_letter(c) || is_digit(c);
}
bool is_hex_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
char lower_case(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool may_be_a_word(std::string_view value) {
    return !value.empty() && value.front() != '-' && !ranges::any_of(value, is_control);
}

struct IpAddress {
    int family = AF_UNSPEC;
    std::array<unsigned char, sizeof(in6_addr)> binary{};
    bool operator==(const IpAddress&) const = default;
};

std::optional<IpAddress> parse_ip_address(std::string_view value) {
    // The longest: an IPv4 address inside an IPv6 address. inet_pton() wants an end, and would take a NUL for
    // it.
    constexpr std::size_t longest = 45;
    if (value.empty() || value.size() > longest || value.find('\0') != std::string_view::npos)
        return std::nullopt;
    const std::string text{value};
    for (const int family : {AF_INET, AF_INET6}) {
        IpAddress address{.family = family, .binary = {}};
        if (inet_pton(family, text.c_str(), address.binary.data()) == 1)
            return address;
    }
    return std::nullopt;
}

bool is_host_label(std::string_view label) {
    return !label.empty() && label.size() <= 63 && is_alphanumeric(label.front()) &&
           is_alphanumeric(label.back()) &&
           ranges::all_of(label, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

// What a resolver takes for the last part of a numeric address ("999.1.1.1", "0x7f000001") is no host name:
// the caller meant an address, and a resolver would go somewhere.
bool is_numeric_label(std::string_view label) {
    if (label.starts_with("0x") || label.starts_with("0X"))
        return ranges::all_of(label.substr(2), is_hex_digit);
    return ranges::all_of(label, is_digit);
}

bool is_host_name(std::string_view value) {
    if (value.size() > 253)
        return false;
    for (;;) {
        const auto dot = value.find('.');
        const auto label = value.substr(0, dot);
        if (!is_host_label(label))
            return false;
        if (dot == std::string_view::npos)
            return !is_numeric_label(label);
        value.remove_prefix(dot + 1);
    }
}

bool is_priority(std::string_view value) {
    return !value.empty() && value.size() <= 3 && ranges::all_of(value, is_digit);
}

bool is_valid(std::string_view value, ValueKind kind, const CheckOptions& options) {
    switch (kind) {
        case ValueKind::any:
            return may_be_a_word(value);
        case ValueKind::word:
            return may_be_a_word(value) && value.find(' ') == std::string_view::npos;
        case ValueKind::address:
            return parse_ip_address(value) || (options.allow_host_names && is_host_name(value));
        case ValueKind::priority:
            return is_priority(value);
        case ValueKind::cluster:
            return is_cluster_name(value) || is_properties_path(value);
    }
    return false;
}

CheckFailure describe(ValueKind kind, const CheckOptions& options) {
    switch (kind) {
        case ValueKind::any:
            return {"invalid command argument",
                    {},
                    "An argument must not be empty, begin with \"-\" or hold a control character."};
        case ValueKind::word:
            return {
                "invalid command argument",
                {},
                "This argument must not be empty, begin with \"-\" or hold a blank or a control character."};
        case ValueKind::address:
            if (options.allow_host_names)
                return {
                    "invalid IP address or host name",
                    {},
                    "Use an IPv4 or IPv6 address without netmask, zone or leading zeros, or a host name of "
                    "letters, digits, \"-\" and \".\"."};
            return {"invalid IP address",
                    {},
                    "Use an IPv4 or IPv6 address without netmask, zone or leading zeros. Host names need the "
                    "setting efm.allow_host_names."};
        case ValueKind::priority:
            return {"invalid priority",
                    {},
                    "A priority is a number from 0 to 999: 0 means never promote, 1 is promoted first."};
        case ValueKind::cluster:
            return {"invalid cluster name",
                    {},
                    "A cluster name is a letter, then at most 63 letters, digits, \"_\" or \"-\". The full "
                    "path of a "
                    "\".properties\" file may stand for it."};
    }
    return {};
}

}  // namespace

std::optional<ValueKind> value_kind_from_name(std::string_view name) {
    if (name == "address")
        return ValueKind::address;
    if (name == "priority")
        return ValueKind::priority;
    if (name == "cluster")
        return ValueKind::cluster;
    if (name == "word")
        return ValueKind::word;
    return std::nullopt;
}

std::optional<CheckFailure> check_value(std::string_view value, ValueKind kind, const CheckOptions& options) {
    if (is_valid(value, kind, options))
        return std::nullopt;
    auto failure = describe(kind, options);
    failure.detail = "The value is \"" + printable(value) + "\".";
    return failure;
}

bool is_same_address(std::string_view one, std::string_view other) {
    if (const auto address = parse_ip_address(one))
        return address == parse_ip_address(other);
    return ranges::equal(one, other, {}, lower_case, lower_case);
}

bool is_cluster_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 && is_letter(name.front()) &&
           ranges::all_of(name, [](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; });
}

bool is_properties_path(std::string_view path) {
    constexpr std::string_view suffix = ".properties";
    constexpr std::size_t longest = 4095;  // PATH_MAX without its NUL
    if (!path.starts_with('/') || !path.ends_with(suffix) || path.size() > longest)
        return false;
    const bool has_name = path[path.size() - suffix.size() - 1] != '/';
    return has_name && !ranges::any_of(path, [](char c) { return c == ' ' || is_control(c); });
}

std::string printable(std::string_view text, std::size_t limit) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto shown = text.substr(0, limit);
    std::string result;
    result.reserve(shown.size() + 3);
    for (const char c : shown) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte <= 0x7e) {
            result += c;
        } else {
            result += "\\x";
            result += digits[byte >> 4U];
            result += digits[byte & 0xfU];
        }
    }
    if (shown.size() < text.size())
        result += "...";
    return result;
}

}  // namespace efm
