#pragma once

#include <system_error>
#include <variant>

#include "backends/process/unique_descriptor.h"

namespace efm {

/// A private terminal for one child. Closing the master hangs up everything that has it as controlling
/// terminal, whichever user it runs as.
struct PseudoTerminal {
    UniqueDescriptor master;  ///< never waits
    UniqueDescriptor slave;

    static std::variant<PseudoTerminal, std::error_code> open();
};

}  // namespace efm
