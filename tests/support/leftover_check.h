#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace efm::test {

/// Remembers what this process had before a command, to say afterwards what the command has left behind. A
/// command is known by its mark: one word of its command line, which the processes it forks have too.
class LeftoverCheck {
  public:
    LeftoverCheck();

    [[nodiscard]] const std::string& mark() const { return mark_; }

    /// No process with the mark, no child or zombie and no descriptor that was not there before. Looks once:
    /// the contract is that all is over when run() returns.
    [[nodiscard]] testing::AssertionResult nothing_left() const;

    /// Only the processes with the mark.
    [[nodiscard]] std::vector<int> processes_left() const;

    /// Ends the processes with the mark that are our own children or orphans, and waits until they are gone:
    /// for what a command may leave behind. By its id each, never by name.
    void end_processes_left() const;

  private:
    std::string mark_;
    std::vector<int> descriptors_;
    std::vector<int> children_;
};

}  // namespace efm::test
