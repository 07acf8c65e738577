#pragma once

#include <string>
#include <vector>

namespace efm {

struct SudoersSettings {
    std::string server_user;   ///< the operating system user of the server
    std::string sudo_user;     ///< the user that `efm` runs as
    std::string command_path;
    std::string cluster;
    bool with_java_home = false;  ///< the command line carries PATH= and JAVA_HOME=
    bool allow_host_names = false;
};

/// The lines of a sudoers file that allows exactly the commands of this extension for this cluster, in three aliases:
/// EFM_READONLY, EFM_WRITE, EFM_CRITICAL. Arguments that vary are regular expressions (sudo 1.9.10 and later), never
/// wildcards that would match further arguments. `visudo -c` accepts the result.
std::vector<std::string> sudoers_lines(const SudoersSettings& settings);

}  // namespace efm
