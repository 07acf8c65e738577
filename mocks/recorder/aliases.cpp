#include "mocks/recorder/aliases.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>

#include "mocks/recorder/host_names.h"
#include "mocks/recorder/kept_columns.h"

namespace efm::fake {

namespace {

constexpr char v4 = '4';
constexpr char v6 = '6';
constexpr char host = 'h';

bool is_of_token(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_' || c == ':' ||
           c == '%';
}

/// `token` as the network has it, or nothing.
template <typename Binary>
bool is_of_family(std::string_view token, int family, Binary& binary) {
    return inet_pton(family, std::string{token}.c_str(), &binary) == 1;
}

char kind_of(std::string_view token) {
    in_addr four{};
    in6_addr six{};
    return is_of_family(token, AF_INET, four) ? v4 : is_of_family(token, AF_INET6, six) ? v6 : '\0';
}

bool is_kept(std::string_view token) {
    return token.starts_with("127.") || token == "0.0.0.0" || token == "::1" || token == "::" ||
           token == "255.255.255.255";
}

std::string lower(std::string_view text) {
    std::string result{text};
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

std::string make_alias(char kind, int number) {
    constexpr int hosts_of_net = 254;
    constexpr std::array nets{"192.0.2.", "198.51.100.", "203.0.113."};
    if (kind == host)
        return "node" + std::to_string(number) + ".example";
    if (kind == v6) {
        std::array<char, 16> digits{};
        std::snprintf(digits.data(), digits.size(), "%x", static_cast<unsigned int>(number));
        return std::string{"2001:db8::"} + digits.data();
    }
    const auto net = static_cast<std::size_t>((number - 1) / hosts_of_net);
    if (net < nets.size())
        return nets[net] + std::to_string(1 + (number - 1) % hosts_of_net);
    const int beyond = number - 1 - hosts_of_net * static_cast<int>(nets.size());
    return "198.18." + std::to_string(beyond / hosts_of_net % 256) + "." +
           std::to_string(1 + beyond % hosts_of_net);
}

bool is_ip_address(std::string_view word) {
    return kind_of(word) != '\0';
}

bool can_be_host_name(std::string_view word) {
    return !word.empty() && !is_ip_address(word) && std::all_of(word.begin(), word.end(), [](char c) {
        return is_of_token(c) && c != ':' && c != '%';
    });
}

/// Has it a digit, dot or hyphen, as no ordinary word has?
bool is_telling(std::string_view name) {
    return std::any_of(name.begin(), name.end(), [](char c) {
        return std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-';
    });
}

bool begins_with_port(std::string_view text) {
    return text.size() > 1 && text.front() == ':' && std::isdigit(static_cast<unsigned char>(text[1])) != 0;
}

}  // namespace

Aliases::Aliases(const boost::json::object& kept) {
    for (const auto& [real, alias] : kept) {
        if (const auto* const text = alias.if_string()) {
            const std::string name{real};
            aliases_[name] = std::string{text->begin(), text->end()};
            const char kind = kind_of(name);
            ++counts_[kind == '\0' ? host : kind];
        }
    }
}

boost::json::object Aliases::to_json() const {
    boost::json::object kept;
    for (const auto& [real, alias] : aliases_)
        kept[real] = alias;
    return kept;
}

bool Aliases::learn_host(std::string_view name) {
    const auto key = lower(name);
    const bool is_alias =
        std::any_of(aliases_.begin(), aliases_.end(), [&](const auto& known) { return known.second == key; });
    if (is_alias || aliases_.contains(key) || !is_telling(name) || !can_be_host_name(name))
        return false;
    alias_of(key, host);
    return true;
}

std::string Aliases::replace_host_name(std::string_view name) {
    return can_be_host_name(name) ? alias_of(lower(name), host) : std::string{name};
}

std::string Aliases::replace_in_report(std::string_view text) {
    const auto named =
        change_report_hosts(text, [this](std::string_view name) { return replace_host_name(name); });
    return keep_columns(text, replace_tokens(named, true));
}

std::string Aliases::replace(std::string_view text) {
    return keep_columns(text, replace_tokens(text, true));
}

std::string Aliases::replace_hosts(std::string_view text) {
    return keep_columns(text, replace_tokens(text, false));
}

std::string Aliases::replace_tokens(std::string_view text, bool addresses) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        if (!is_of_token(text[at])) {
            result += text[at++];
            continue;
        }
        // In JSON the letter behind a backslash is not the first of a word.
        if (at > 0 && text[at - 1] == '\\' &&
            std::string_view{"bfnrt"}.find(text[at]) != std::string_view::npos) {
            result += text[at++];
            continue;
        }
        auto end = at;
        while (end < text.size() && is_of_token(text[end]))
            ++end;
        result += alias_of_token(text.substr(at, end - at), addresses);
        at = end;
    }
    return result;
}

/// A token is an address, a host name, or one of them with what is written directly behind it: a port, a
/// zone, the full stop or colon of a sentence. Else its parts are looked at.
std::string Aliases::alias_of_token(std::string_view token, bool addresses) {
    for (auto end = token.size(); end > 0 && end != std::string_view::npos;
         end = end == 1 ? 0 : token.find_last_of(":%.", end - 1)) {
        const auto front = token.substr(0, end);
        const auto rest = token.substr(end);
        // 1.2.3.4.5 is no address.
        const bool is_behind = rest.find_first_not_of(".:") == std::string_view::npos ||
                               rest.front() == ':' || rest.front() == '%';
        if (!is_behind)
            continue;
        if (const char kind = addresses ? kind_of(front) : '\0'; kind != '\0')
            return (is_kept(front) ? std::string{front} : alias_of(std::string{front}, kind)) +
                   std::string{rest};
        if (const auto known = aliases_.find(lower(front));
            known != aliases_.end() && !is_ip_address(front) && (is_telling(front) || begins_with_port(rest)))
            return known->second + std::string{rest};
    }
    const auto part = token.find_first_of(":%-_");
    if (part == std::string_view::npos)
        return std::string{token};
    return alias_of_token(token.substr(0, part), addresses) + token[part] +
           alias_of_token(token.substr(part + 1), addresses);
}

std::string Aliases::alias_of(const std::string& real, char kind) {
    const auto known = aliases_.find(real);
    if (known != aliases_.end())
        return known->second;
    return aliases_[real] = make_alias(kind, ++counts_[kind]);
}

}  // namespace efm::fake
