#pragma once

#include <string>

namespace efm {

enum class Backend {
    sudo,    ///< the real program, as another user, through sudo
    direct,  ///< the real program, as the user of the server
    mock     ///< a fake EFM inside this process
};

/// A snapshot of what decides how a command is run. Paths are absolute.
struct RunnerSettings {
    Backend backend = Backend::sudo;
    std::string command_path;
    std::string sudo_path;
    std::string sudo_user;
    std::string java_home;      ///< empty: no JAVA_HOME, and nothing before the PATH
    std::string home;           ///< HOME of the command
    std::string mock_scenario;  ///< empty: the built-in healthy cluster
};

}  // namespace efm
