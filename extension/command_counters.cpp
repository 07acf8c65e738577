#include "extension/command_counters.h"

#include <algorithm>
#include <array>

#include "extension/shared_state.h"

namespace efm {

namespace {

constexpr std::array<std::string_view, 14> subcommands{
    "allow-node",       "disallow-node", "cluster-status", "cluster-status-json",
    "node-status-json", "set-priority",  "promote",        "resume",
    "stop-cluster",     "reset-members", "encrypt",        "upgrade-conf",
    "create-standby",   "other"};
static_assert(subcommands.size() <= counted_subcommands);

constexpr std::array<std::string_view, 8> outcomes{"succeeded",       "failed",  "timed_out",
                                                   "canceled",        "killed",  "could_not_start",
                                                   "too_much_output", "io_error"};
static_assert(outcomes.size() <= counted_outcomes);

std::size_t outcome_of(const CommandResult& result, bool has_failed) {
    switch (result.ending) {
        case Ending::exited:
            return has_failed ? 1 : 0;
        case Ending::timed_out:
            return 2;
        case Ending::cancelled:
            return 3;
        case Ending::signalled:
            return 4;
        case Ending::could_not_start:
            return 5;
        case Ending::too_much_output:
            return 6;
        case Ending::io_error:
            return 7;
    }
    return 1;
}

}  // namespace

void count_command(std::string_view subcommand, const CommandResult& result, bool has_failed) noexcept {
    const auto* const last = subcommands.end() - 1;
    const auto* const found = std::find(subcommands.begin(), last, subcommand);
    const auto row = static_cast<std::size_t>(found - subcommands.begin());
    auto& counter = shared_state().commands[row][outcome_of(result, has_failed)];
    pg_atomic_fetch_add_u64(&counter.count, 1);
    pg_atomic_fetch_add_u64(&counter.microseconds, result.elapsed.count());
}

std::vector<CommandCount> command_counts() {
    std::vector<CommandCount> counts;
    auto& state = shared_state();
    for (std::size_t row = 0; row < subcommands.size(); ++row) {
        for (std::size_t column = 0; column < outcomes.size(); ++column) {
            auto& counter = state.commands[row][column];
            const auto count = pg_atomic_read_u64(&counter.count);
            if (count > 0)
                counts.push_back({std::string{subcommands[row]}, std::string{outcomes[column]}, count,
                                  static_cast<double>(pg_atomic_read_u64(&counter.microseconds)) / 1e6});
        }
    }
    return counts;
}

}  // namespace efm
