#pragma once

#include <string_view>

namespace efm::fake {

/// Whether `text` is what EFM can know a node by: an IPv4 or IPv6 address, or a host name (RFC 1123).
bool is_address(std::string_view text);

/// Whether `text` is an IPv4 or IPv6 address.
bool is_ip_address(std::string_view text);

}  // namespace efm::fake
