#pragma once

namespace efm {

/// Makes sure, once per backend, that a command that runs when the backend ends without unwinding (a
/// termination, the death of the postmaster) is stopped and logged.
void register_exit_callback();

}  // namespace efm
