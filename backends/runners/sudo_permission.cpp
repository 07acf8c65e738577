#include "backends/runners/sudo_permission.h"

#include "backends/process/process_engine.h"
#include "backends/runners/child_environment.h"

namespace efm {

CommandResult ask_sudo(const RunnerSettings& settings, const Command& command, const Limits& limits,
                       Waiter& waiter) {
    ProcessRequest request{
        .command_line = {settings.sudo_path, "-n", "-l", "-u", settings.sudo_user, settings.command_path},
        .environment = child_environment(settings),
        .under_terminal = true,
        .confirmation = Confirmation::none};
    const auto words = command.words();
    request.command_line.insert(request.command_line.end(), words.begin(), words.end());
    return run_process(request, limits, waiter);
}

}  // namespace efm
