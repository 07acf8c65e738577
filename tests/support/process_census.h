#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace efm::test {

/// The open descriptors of this process, in order.
std::vector<int> open_descriptors();

struct ChildState {
    pid_t id;
    char state;  ///< as proc(5) has it: R, S, T, Z (zombie), …
};

/// The children of every thread of this process, zombies among them.
std::vector<ChildState> children();

/// Every running process of this machine, whichever user's, that has `marker` in its command line or, where
/// that may be read, in its environment. This process and zombies are not among them.
std::vector<pid_t> processes_with(std::string_view marker);

/// The state of a process as in ChildState, `-` when there is none.
char state_of(pid_t id);

/// For a failure message: number, state, parent, group, session and command line of each.
std::string describe(const std::vector<pid_t>& processes);

/// A word that no other process of this machine has in its command line.
std::string unique_marker();

/// Resident memory of this process in kilobytes.
long resident_kilobytes();

/// Waits until `condition` holds, at most `deadline`; whether it came to hold.
bool comes_true(const std::function<bool()>& condition,
                std::chrono::milliseconds deadline = std::chrono::milliseconds{10'000});

}  // namespace efm::test
