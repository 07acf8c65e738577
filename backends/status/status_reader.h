#pragma once

#include <optional>
#include <string_view>

#include "backends/status/cluster_status.h"

namespace efm {

/// Reads the answer of `efm cluster-status-json`: `text` is one JSON text without noise around it (see
/// find_json). Nothing when it is no object with an object `nodes`, and when a text in it has a character
/// U+0000, which jsonb refuses too. What a version leaves out, or writes in another type than expected, is
/// read as empty; a key that is not known is passed over, and so is a member of `nodes` that is no object. Of
/// several members of one name the last counts, as for jsonb. Keys of 2.1 to 5.x: `xlog`, `xlogReceive`,
/// `xloginfo` and `lsn`, `lsnReceive`, `lsnInfo`; `agent` where there is one.
std::optional<ClusterStatus> read_cluster_status(std::string_view text);

/// The same for the whole output of the command, with what a launcher printed on the lines before it.
std::optional<ClusterStatus> read_cluster_status_output(std::string_view output);

}  // namespace efm
