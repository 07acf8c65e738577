#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace efm::fake {

/// An EFM version, for example 4.10, and what differs between versions in what they print.
struct EfmVersion {
    int generation = 4;
    int release = 9;

    [[nodiscard]] bool is_at_least(int other_generation, int other_release) const {
        return generation != other_generation ? generation > other_generation : release >= other_release;
    }

    /// A node whose agent has failed stays in the table as `DOWN` until reset-members (before: it vanishes).
    [[nodiscard]] bool keeps_failed_nodes() const { return is_at_least(5, 0); }
    /// The JSON keys are `lsn…` (before: `xlog…`).
    [[nodiscard]] bool says_lsn() const { return is_at_least(5, 0); }
    /// The tables grow with long addresses.
    [[nodiscard]] bool widens_tables() const { return is_at_least(5, 0); }
};

/// Reads `4.10`; nothing when it is no version that the fake knows (4.0 and later).
std::optional<EfmVersion> parse_version(std::string_view text);

std::string to_string(const EfmVersion& version);

}  // namespace efm::fake
