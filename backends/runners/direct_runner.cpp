#include "backends/runners/direct_runner.h"

#include "backends/process/process_engine.h"
#include "backends/runners/child_environment.h"

namespace efm {

std::vector<std::string> DirectRunner::command_line(const Command& command) const {
    auto words = command.words();
    words.insert(words.begin(), settings_.command_path);
    return words;
}

CommandResult DirectRunner::run(const Command& command, const Limits& limits, Waiter& waiter) {
    return run_process({.command_line = command_line(command),
                        .environment = child_environment(settings_),
                        .under_terminal = false,
                        .confirmation = command.confirmation},
                       limits, waiter);
}

}  // namespace efm
