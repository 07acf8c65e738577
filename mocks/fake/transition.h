#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mocks/fake/event.h"

namespace efm::fake {

/// An event that the scenario foresees, and when: at a moment, or after so many calls. It happens once.
struct Transition {
    Event event;
    std::int64_t at_ms = 0;  ///< since the scenario began; of no meaning with `calls`
    struct Calls {
        std::int64_t count = 0;
        std::string subcommand = "*";

        [[nodiscard]] bool matches(std::string_view called) const {
            return subcommand == "*" || subcommand == called;
        }
    };
    std::optional<Calls> calls;
};

/// What has become of it so far.
struct TransitionProgress {
    bool has_happened = false;
    std::int64_t calls = 0;  ///< that it has seen
    std::string refusal;     ///< why it could not be when its time had come
};

/// Reads the key `transitions` of a scenario that begins with `start`. `scripted` are the subcommands that
/// its rules in `faults` name.
std::vector<Transition> read_transitions(KeyReader& reader, const Cluster& start,
                                         const std::vector<std::string>& scripted);

}  // namespace efm::fake
