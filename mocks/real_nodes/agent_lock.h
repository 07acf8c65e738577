#pragma once

#include <string>

#include "mocks/fake/descriptor.h"

namespace efm::fake {

/// Held by the one agent that runs for a state, until the process ends. Its process id stands in the file.
class AgentLock {
  public:
    /// Answers why it could not be had; empty: it is held.
    std::string take(const std::string& state_file);

  private:
    Descriptor file_;
};

}  // namespace efm::fake
