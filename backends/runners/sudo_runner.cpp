#include "backends/runners/sudo_runner.h"

#include "backends/process/process_engine.h"
#include "backends/runners/child_environment.h"

namespace efm {

std::vector<std::string> SudoRunner::command_line(const Command& command) const {
    std::vector<std::string> line{settings_.sudo_path, "-n", "-u", settings_.sudo_user};
    if (!settings_.java_home.empty()) {
        line.push_back("PATH=" + search_path(settings_));
        line.push_back("JAVA_HOME=" + settings_.java_home);
    }
    line.push_back(settings_.command_path);
    const auto words = command.words();
    line.insert(line.end(), words.begin(), words.end());
    return line;
}

CommandResult SudoRunner::run(const Command& command, const Limits& limits, Waiter& waiter) {
    return run_process({.command_line = command_line(command),
                        .environment = child_environment(settings_),
                        .under_terminal = true,
                        .confirmation = command.confirmation},
                       limits, waiter);
}

}  // namespace efm
