#include "extension/sudo_question.h"

#include "backends/runners/sudo_permission.h"
#include "extension/backend_waiter.h"
#include "extension/exit_callback.h"

namespace efm {

CommandResult answer_of_sudo(const Settings& settings, const Command& command) {
    register_exit_callback();
    BackendWaiter waiter;
    auto result = ask_sudo(settings.runner, command, settings.limits, waiter);
    if (result.ending == Ending::cancelled)
        waiter.throw_interrupt("", "");
    return result;
}

}  // namespace efm
