#pragma once

#include <span>
#include <string_view>

#include "mocks/fake/commands.h"

namespace efm::fake {

/// One subcommand: how it is called, who may call it, what it does.
struct CommandRule {
    std::string_view name;
    std::string_view syntax;  ///< with the name and `<cluster_name>`
    std::size_t least_arguments = 0;
    std::size_t most_arguments = 0;
    bool needs_privilege = false;  ///< only for efm, a member of the group efm, and root
    bool needs_agent = true;       ///< talks to the agent on its node
    bool asks_for_status = false;  ///< is one of those where a scenario's open points have a say
    MaybeEnded (*run)(Session&, const Arguments&) = nullptr;
    int since_generation = 3;
    int since_release = 0;

    [[nodiscard]] bool is_in(const EfmVersion& version) const {
        return version.is_at_least(since_generation, since_release);
    }
};

/// All subcommands, in the order of the help text.
std::span<const CommandRule> all_commands();

/// nullptr when there is none of this name in any version.
const CommandRule* find_command(std::string_view name);

}  // namespace efm::fake
