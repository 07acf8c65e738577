#include "backends/command/command.h"

namespace efm {

std::vector<std::string> Command::words() const {
    std::vector<std::string> all{subcommand, cluster};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
}

}  // namespace efm
