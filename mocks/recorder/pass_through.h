#pragma once

#include <chrono>
#include <string>
#include <system_error>
#include <vector>

namespace efm::fake {

/// What was seen of a program that a call was passed on to.
struct PassedThrough {
    std::error_code error;  ///< why the program could not be started; nothing else counts then
    int exit_status = 0;
    int signal = 0;               ///< that ended it; 0 when it has exited
    bool is_interrupted = false;  ///< a signal of our caller's was passed on to it
    bool is_complete = true;      ///< false: it wrote more than is kept
    std::string output;
    std::string errors;
    std::chrono::milliseconds elapsed{0};
};

/// Runs `program` with `words` in the place of this process: it has our standard input, environment,
/// directory and process group; what it writes is written by us at once, byte for byte, and kept. Signals
/// that only we are sent are passed on to it, and it dies when we do. Returns when it has ended, with what it
/// has written until then; a process that it leaves behind is not waited for. Changes this process's signal
/// mask: made for a program that ends soon after.
PassedThrough pass_through(const std::string& program, const std::vector<std::string>& words);

}  // namespace efm::fake
