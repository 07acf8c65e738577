#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace efm::fake {

/// The words that stand where `efm` has a node's address, and the name of this host: in the command line
/// (`words`), in what `cluster-status` and `cluster-status-json` show, and in the usual messages about a
/// connection. Addresses are among them.
std::vector<std::string> find_host_names(const std::vector<std::string>& words, std::string_view output,
                                         std::string_view errors);

}  // namespace efm::fake
