#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/fake/console.h"
#include "mocks/fake/distortion.h"
#include "mocks/fake/fake_efm.h"
#include "mocks/fake/key_reader.h"

namespace efm::fake {

/// One rule of a scenario's `faults`: which calls it is for, and what becomes of them. Its keys are told in
/// mocks/README.md.
struct Fault {
    std::string preset;  ///< the name that its keys came by, empty for none
    // Which calls.
    std::string subcommand = "*";
    std::optional<std::vector<std::string>> arguments;  ///< nothing: any; `*` stands for any one word
    std::int64_t after_calls = 0;
    std::optional<std::int64_t> calls;
    std::int64_t every = 1;
    double chance = 1;
    std::int64_t from_ms = 0;  ///< since the scenario began, on the fake's clock
    std::optional<std::int64_t> for_ms;

    // What becomes of them.

    bool ignore_signals = false;
    std::chrono::milliseconds slow_child{0};
    std::chrono::milliseconds delay{0};
    std::chrono::milliseconds jitter{0};  ///< the most that is added to the delay
    bool hang = false;
    std::string errors_before;
    std::string prefix;
    struct Flood {
        bool on_errors = false;
        std::uint64_t bytes = 0;
    };
    std::optional<Flood> flood;
    std::string question;
    std::vector<std::string> questions;  ///< asked as the fake asks its own
    std::optional<std::string> output;   ///< given instead: the command is not carried out
    std::optional<std::string> errors;   ///< given instead, too
    Distortion distortion;
    bool stuck_promotion = false;  ///< a promotion that this call begins never ends
    std::optional<std::uint64_t> cut_at;
    std::optional<std::chrono::milliseconds> child_keeps_pipe;
    bool hang_after = false;
    int signal = 0;
    std::optional<int> exit_status;

    /// Whether a call with these words (subcommand, cluster, arguments) is of those that it counts.
    [[nodiscard]] bool matches(const std::vector<std::string>& words) const;
    /// Whether it is for the call that comes after `earlier` of those, so many milliseconds after the
    /// beginning. What is left to chance is not looked at.
    [[nodiscard]] bool covers(std::int64_t earlier, std::int64_t elapsed_ms) const;
    /// Whether it matters how many calls there were.
    [[nodiscard]] bool counts() const { return after_calls > 0 || calls || every > 1 || is_left_to_chance(); }
    [[nodiscard]] bool is_timed() const { return from_ms > 0 || for_ms; }
    [[nodiscard]] bool is_left_to_chance() const { return chance < 1 || jitter.count() > 0; }
    [[nodiscard]] bool gives_whole_answer() const { return output || errors; }
};

/// Reads one rule: the keys of its preset, and those beside it. `nodes`: the addresses that it may name.
Fault read_fault(KeyReader& reader, const std::vector<std::string>& nodes);

/// Nothing: the caller has stopped the command, nobody listens any more.
using MaybeEnded = std::optional<Ended>;

/// Carries out `command` with everything the fault does to it, in the order of the members above. `confirm`
/// asks `questions`; a status other than 0 is a refusal, and the end.
MaybeEnded run_with_fault(const Fault& fault, Console& console, const std::function<MaybeEnded()>& confirm,
                          const std::function<MaybeEnded(Console&)>& command);

}  // namespace efm::fake
