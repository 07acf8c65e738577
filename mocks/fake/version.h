#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace efm::fake {

/// An EFM version, for example 4.10, and what documents say of the differences between versions.
struct EfmVersion {
    int generation = 4;
    int release = 9;

    [[nodiscard]] bool is_at_least(int other_generation, int other_release) const {
        return generation != other_generation ? generation > other_generation : release >= other_release;
    }

    /// Says Primary (before: Master).
    [[nodiscard]] bool says_primary() const { return is_at_least(4, 0); }
    /// A node whose agent has failed stays in the table as `DOWN` until reset-members (before: it vanishes).
    [[nodiscard]] bool keeps_failed_nodes() const { return is_at_least(5, 0); }
    /// The JSON has what a node has received, too.
    [[nodiscard]] bool has_received_key() const { return is_at_least(3, 10); }
    /// The JSON keys are `lsn…` (before: `xlog…`).
    [[nodiscard]] bool says_lsn() const { return is_at_least(5, 0); }
    /// The tables grow with long addresses.
    [[nodiscard]] bool widens_tables() const { return is_at_least(5, 0); }
    /// Has the property enable.stop.cluster.
    [[nodiscard]] bool can_disable_stop_cluster() const { return is_at_least(4, 2); }
    /// Says why a database could not be asked even when none could (before: nothing then).
    [[nodiscard]] bool explains_when_no_database_answers() const { return is_at_least(4, 10); }
    /// Has a mistake of one release: what a standby has received is shown as what it has replayed.
    [[nodiscard]] bool mistakes_received_for_replayed() const { return generation == 4 && release == 6; }
};

/// Reads `4.10`; nothing when it is no version that the fake knows (3.0 to 5.99).
std::optional<EfmVersion> parse_version(std::string_view text);

std::string to_string(const EfmVersion& version);

}  // namespace efm::fake
