#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace efm::fake {

/// Stable names for the hosts of a site: IPv4 addresses become 192.0.2.N (then 198.51.100.N, 203.0.113.N,
/// 198.18.N.N), IPv6 addresses 2001:db8::N, host names nodeN.example. Loopback and wildcard addresses stay.
/// Addresses are known by their form; a host name has to be learnt. One that is an ordinary word (no digit,
/// dot or hyphen) has an alias only where nothing but a host can stand, and before a port: nobody could tell
/// it from other text.
class Aliases {
  public:
    Aliases() = default;
    /// As to_json() gave them.
    explicit Aliases(const boost::json::object& kept);

    /// From now on `name` is a host name. An address is none, and has its alias anyway. Answers whether it is
    /// new.
    bool learn_host(std::string_view name);

    /// The alias of what stands where only a host can stand. An address stays, and what can be none of both.
    std::string replace_host_name(std::string_view name);

    /// `text` with the aliases in the place of the hosts, all else byte for byte; but in the tables of a
    /// status report the columns stay where they were (see keep_columns).
    std::string replace(std::string_view text);
    /// The same for what `cluster-status` prints.
    std::string replace_in_report(std::string_view text);

    /// `text`, in which addresses are replaced already, with the host names that were learnt since.
    std::string replace_hosts(std::string_view text);

    [[nodiscard]] boost::json::object to_json() const;

  private:
    std::string replace_tokens(std::string_view text, bool addresses);
    std::string alias_of_token(std::string_view token, bool addresses);
    std::string alias_of(const std::string& real, char kind);

    std::map<std::string, std::string> aliases_;  ///< by the real address or the lower-case host name
    std::map<char, int> counts_;                  ///< of aliases of a kind: 4, 6, h
};

}  // namespace efm::fake
