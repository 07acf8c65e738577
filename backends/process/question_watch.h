#pragma once

#include <cstddef>
#include <string>

#include "backends/command/confirmation.h"
#include "backends/process/output_capture.h"
#include "backends/process/unique_descriptor.h"

namespace efm {

/// Answers the questions of one command: looks at the end of its output for one that waits, writes `y` or `n`
/// to its standard input as the policy has it, and remembers the first that it refused. The host ignores
/// SIGPIPE (a PostgreSQL backend does).
class QuestionWatch {
  public:
    QuestionWatch(Confirmation policy, UniqueDescriptor standard_input)
        : policy_(policy), standard_input_(std::move(standard_input)) {}

    /// Looks at one stream of the command; `answered` is how much of it has been looked at and answered
    /// before.
    void look_at(const OutputCapture& stream, std::size_t& answered);

    [[nodiscard]] std::string take_refused() { return std::move(refused_); }

  private:
    Confirmation policy_;
    UniqueDescriptor standard_input_;
    std::string refused_;
};

}  // namespace efm
