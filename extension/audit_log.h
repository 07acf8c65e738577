#pragma once

#include <string>
#include <vector>

#include "backends/command/command.h"
#include "backends/command/command_result.h"

namespace efm {

/// Writes one line to the server log for a command that changes the cluster, and for every command with
/// efm.debug: who, from where, which function, the argument vector, the outcome, how long. Secrets are
/// removed from the words.
class AuditEntry {
  public:
    AuditEntry(const Command& command, const std::vector<std::string>& command_line,
               const std::string& caller, bool log_all);
    ~AuditEntry();
    AuditEntry(const AuditEntry&) = delete;
    AuditEntry& operator=(const AuditEntry&) = delete;

    void finished(const CommandResult& result) const;

  private:
    bool wanted_;
};

/// Logs the command that is under way as abandoned, for a backend that ends without unwinding.
void log_abandoned_command() noexcept;

}  // namespace efm
