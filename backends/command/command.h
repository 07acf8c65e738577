#pragma once

#include <string>
#include <vector>

#include "backends/command/confirmation.h"

namespace efm {

/// One `efm` command. The program is not part of it: that is the runner's business. The cluster name always
/// follows the subcommand. No word is ever seen by a shell.
struct Command {
    std::string subcommand;              ///< for example `allow-node`
    std::string cluster;                 ///< cluster name, or the full path of a properties file
    std::vector<std::string> arguments;  ///< what follows the cluster name, in order
    Confirmation confirmation = Confirmation::none;

    /// Subcommand, cluster and arguments as one argument vector.
    [[nodiscard]] std::vector<std::string> words() const;
};

}  // namespace efm
