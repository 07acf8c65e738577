#pragma once

#include <chrono>
#include <string>
#include <system_error>
#include <vector>

namespace efm {

/// How a command came to its end.
enum class Ending {
    exited,           ///< by itself; `exit_status` holds its status
    signalled,        ///< by a signal that this runner did not send; `signal` holds its number
    timed_out,        ///< stopped because Limits::timeout was over
    cancelled,        ///< stopped because the Waiter said `interrupted`
    too_much_output,  ///< stopped because standard output outgrew Limits::max_output
    could_not_start,  ///< no process ever ran the program; `error` says why
    io_error          ///< its output or its exit status could not be read; `error` says why
};

/// The name of an ending as users see it, for example "timed out".
const char* to_string(Ending ending);

/// Everything known about a finished command. Bytes are as the command wrote them, in no known encoding.
struct CommandResult {
    Ending ending = Ending::could_not_start;
    int exit_status = -1;           ///< 0 to 255 when `exited`, else -1
    int signal = 0;                 ///< when `signalled`, else 0
    std::string output;             ///< standard output, at most Limits::max_output bytes
    std::string errors;             ///< the last part of standard error, at most Limits::max_errors bytes
    std::error_code error;          ///< for `could_not_start` and `io_error`
    std::string refused_question;   ///< the question that was answered `n`; empty when there was none
    std::vector<int> left_running;  ///< process ids that could not be ended; empty in all normal cases
    std::chrono::microseconds elapsed{0};
};

}  // namespace efm
