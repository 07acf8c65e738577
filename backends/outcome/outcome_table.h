#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backends/command/command.h"
#include "backends/command/command_result.h"

namespace efm {

/// A failed command, ready to be reported. Texts are in an unknown encoding only where they quote the
/// command; those parts have been made printable and had secrets removed (see redact.h).
struct Failure {
    std::string sqlstate;  ///< five characters
    std::string message;   ///< for example: efm "allow-node" failed: local agent is not running
    std::string detail;    ///< how it ended, and the last it said; may have several lines
    std::string hint;      ///< what to do; may be empty
};

/// What the table needs to know beside the result to say what to change.
struct OutcomeContext {
    std::vector<std::string> command_line;  ///< as CommandRunner::command_line() has it
    bool under_sudo = false;
    std::string sudo_user;    ///< the user that `efm` runs as
    std::string server_user;  ///< the operating system user of the server
    std::string program;      ///< efm.command_path
    long timeout_ms = 0;
    std::size_t max_output = 0;
};

/// Nothing when the result is an answer: exit status 0 without a refused question, or a non-zero exit of
/// `cluster-status`, `cluster-status-json` or `node-status-json` whose output is the status it promises (a
/// non-zero exit is their documented way of saying "not everything is well"). Otherwise the failure, from one
/// table of text patterns and exit codes (only 0 and non-zero are documented for `efm`; what went wrong is in
/// its text).
std::optional<Failure> judge(const Command& command, const CommandResult& result,
                             const OutcomeContext& context);

/// The end of what the command said, for a detail: standard error, or standard output where that is blank; at
/// most `limit` bytes, whole lines where possible, printable, secrets removed.
std::string last_words(const CommandResult& result, std::size_t limit = 1000);

}  // namespace efm
