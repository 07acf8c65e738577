#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "mocks/fake/console.h"
#include "mocks/fake/fake_efm.h"
#include "mocks/fake/key_reader.h"

namespace efm::fake {

/// One rule of a scenario's `faults`: which calls it is for, and what becomes of them. Its keys are told in
/// mocks/README.md.
struct Fault {
    std::string subcommand = "*";
    std::int64_t after_calls = 0;
    std::optional<std::int64_t> calls;

    bool ignore_signals = false;
    std::chrono::milliseconds slow_child{0};
    std::chrono::milliseconds delay{0};
    bool hang = false;
    std::string errors_before;
    std::string prefix;
    struct Flood {
        bool on_errors = false;
        std::uint64_t bytes = 0;
    };
    std::optional<Flood> flood;
    std::string question;
    std::optional<std::string> output;  ///< given instead: the command is not carried out
    std::optional<std::string> errors;  ///< given instead, too
    std::optional<std::uint64_t> cut_at;
    std::optional<std::chrono::milliseconds> child_keeps_pipe;
    bool hang_after = false;
    int signal = 0;
    std::optional<int> exit_status;

    [[nodiscard]] bool matches(std::string_view called) const {
        return subcommand == "*" || subcommand == called;
    }
    /// Whether it is for the call that comes after `earlier` calls of the same subcommand.
    [[nodiscard]] bool covers(std::int64_t earlier) const {
        return earlier >= after_calls && (!calls || earlier - after_calls < *calls);
    }
    [[nodiscard]] bool counts() const { return after_calls > 0 || calls; }
};

Fault read_fault(KeyReader& reader);

/// Nothing: the caller has stopped the command, nobody listens any more.
using MaybeEnded = std::optional<Ended>;

/// Carries out `command` with everything the fault does to it, in the order of the members above.
MaybeEnded run_with_fault(const Fault& fault, Console& console,
                          const std::function<MaybeEnded(Console&)>& command);

}  // namespace efm::fake
