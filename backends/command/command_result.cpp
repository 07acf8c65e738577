#include "backends/command/command_result.h"

namespace efm {

const char* to_string(Ending ending) {
    switch (ending) {
        case Ending::exited:
            return "exited";
        case Ending::signalled:
            return "signalled";
        case Ending::timed_out:
            return "timed out";
        case Ending::cancelled:
            return "canceled";
        case Ending::too_much_output:
            return "too much output";
        case Ending::could_not_start:
            return "could not start";
        case Ending::io_error:
            return "I/O error";
    }
    return "unknown";
}

}  // namespace efm
