#include "mocks/fake/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string>

namespace efm::fake {

namespace {

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= 63 && is_letter_or_digit(label.front()) &&
           is_letter_or_digit(label.back()) &&
           std::all_of(label.begin(), label.end(), [](char c) { return c == '-' || is_letter_or_digit(c); });
}

bool is_host_name(std::string_view name) {
    if (name.empty() || name.size() > 253)
        return false;
    // 10.0.0 and 300.1.1.1 are mistyped addresses and no names.
    if (name.find_first_not_of("0123456789.") == std::string_view::npos)
        return false;
    while (true) {
        const auto dot = name.find('.');
        if (!is_label(name.substr(0, dot)))
            return false;
        if (dot == std::string_view::npos)
            return true;
        name.remove_prefix(dot + 1);
    }
}

}  // namespace

bool is_ip_address(std::string_view text) {
    const std::string terminated{text};
    if (terminated.find('\0') != std::string::npos)
        return false;
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    return inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1 ||
           inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1;
}

bool is_address(std::string_view text) {
    return is_ip_address(text) || is_host_name(text);
}

}  // namespace efm::fake
