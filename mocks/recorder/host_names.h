#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace efm::fake {

/// The words that stand where `efm` has a node's address, and the name of this host: in the command line
/// (`words`), in what `cluster-status` and `cluster-status-json` show, and in the usual messages about a
/// connection. Addresses are among them.
std::vector<std::string> find_host_names(const std::vector<std::string>& words, std::string_view output,
                                         std::string_view errors);

/// Which of the words of a call are the addresses of nodes.
std::vector<std::size_t> host_positions(const std::vector<std::string>& words);

/// `text`, a report of `cluster-status`, with every address in its tables and lists, and that of the
/// coordinator, as `change` wants it.
std::string change_report_hosts(std::string_view text,
                                const std::function<std::string(std::string_view)>& change);

}  // namespace efm::fake
