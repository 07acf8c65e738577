#pragma once

#include <string_view>

namespace efm {

/// Whether the subcommand promises a JSON object on its output.
bool promises_json(std::string_view subcommand);

/// Whether the subcommand reads the status and changes nothing.
bool only_reads(std::string_view subcommand);

/// Whether `output` is the status that the subcommand promises: an object that holds an object `nodes` for
/// `cluster-status-json`, one that holds `type` for `node-status-json`, the table of nodes for
/// `cluster-status`. What a launcher printed before it does not matter. False for every other subcommand.
bool is_promised_status(std::string_view subcommand, std::string_view output);

}  // namespace efm
