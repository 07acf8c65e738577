#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace efm::fake {

/// How a program of PostgreSQL has ended.
struct ProgramResult {
    bool succeeded = false;
    std::string output;  ///< both streams, or why it could not be run or was ended
};

/// Runs `words` (the first one is the program's absolute path) without a shell, in a process group of its
/// own, and waits for its end. A process that it leaves behind does not keep the caller. What takes longer
/// than `limit` is ended. With `plain_language` its messages are in English, whatever the locale.
ProgramResult run_program(const std::vector<std::string>& words, std::chrono::milliseconds limit,
                          bool plain_language = false);

/// Text on one line, blanks trimmed: what PostgreSQL says often has several lines.
std::string one_line(const std::string& text);

}  // namespace efm::fake
