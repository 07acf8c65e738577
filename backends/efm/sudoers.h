#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace efm {

struct SudoersSettings {
    std::string server_user;  ///< the operating system user of the server
    std::string sudo_user;    ///< the user that `efm` runs as
    std::string command_path;
    std::string cluster;
    bool with_java_home = false;  ///< the command line carries PATH= and JAVA_HOME=
    bool allow_host_names = false;
    /// The `NAME=value` words of the command line. A value that is known here is the only one that sudo will
    /// accept; without it any value is, and who chooses PATH chooses the `java` that runs as `sudo_user`.
    std::vector<std::string> environment;
};

/// The lines of a sudoers file that allows exactly the commands of this extension for this cluster, in three
/// aliases: EFM_READONLY, EFM_WRITE, EFM_CRITICAL. Arguments that vary are regular expressions (sudo 1.9.10
/// and later), never wildcards that would match further arguments. `visudo -c` accepts the result. Throws
/// std::invalid_argument for what no sudoers file can say: a control character, or a backslash in
/// `command_path`.
std::vector<std::string> sudoers_lines(const SudoersSettings& settings);

/// The lines that allow one command line and nothing else, for a hint. `words` are the program's path and its
/// arguments, `environment` is as in the settings. Throws as sudoers_lines() does.
std::vector<std::string> sudoers_lines_for(std::string_view server_user, std::string_view sudo_user,
                                           const std::vector<std::string>& words,
                                           const std::vector<std::string>& environment = {});

}  // namespace efm
