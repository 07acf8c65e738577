#include "extension/exit_callback.h"

#include "backends/process/child_process.h"
#include "extension/audit_log.h"
#include "extension/guard.h"

namespace efm {

namespace {

extern "C" void stop_commands(int /*code*/, Datum /*argument*/) {
    ChildProcess::stop_live_children();
    log_abandoned_command();
}

}  // namespace

void register_exit_callback() {
    static bool registered = false;
    if (registered)
        return;
    guard::call([] { before_shmem_exit(stop_commands, 0); });
    registered = true;
}

}  // namespace efm
