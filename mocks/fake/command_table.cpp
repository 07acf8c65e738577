#include "mocks/fake/command_table.h"

#include <array>

#include <range/v3/algorithm/find.hpp>

namespace efm::fake {

namespace {

constexpr std::array commands{
    CommandRule{.name = "allow-node",
                .syntax = "allow-node <cluster_name> <address>",
                .least_arguments = 1,
                .most_arguments = 1,
                .needs_privilege = true,
                .run = allow_node},
    CommandRule{.name = "disallow-node",
                .syntax = "disallow-node <cluster_name> <address>",
                .least_arguments = 1,
                .most_arguments = 1,
                .needs_privilege = true,
                .run = disallow_node},
    CommandRule{.name = "cluster-status",
                .syntax = "cluster-status <cluster_name>",
                .asks_for_status = true,
                .run = cluster_status},
    CommandRule{.name = "cluster-status-json",
                .syntax = "cluster-status-json <cluster_name>",
                .asks_for_status = true,
                .run = cluster_status_json},
    CommandRule{.name = "node-status-json",
                .syntax = "node-status-json <cluster_name>",
                .asks_for_status = true,
                .run = node_status_json,
                .since_release = 10},
    CommandRule{.name = "set-priority",
                .syntax = "set-priority <cluster_name> <address> <priority>",
                .least_arguments = 2,
                .most_arguments = 2,
                .needs_privilege = true,
                .run = set_priority},
    CommandRule{
        .name = "promote",
        .syntax = "promote <cluster_name> [-switchover [-sourcenode <address>] [-quiet] [-noscripts]]",
        .most_arguments = 5,
        .needs_privilege = true,
        .run = promote},
    CommandRule{.name = "resume", .syntax = "resume <cluster_name>", .needs_privilege = true, .run = resume},
    CommandRule{.name = "stop-cluster",
                .syntax = "stop-cluster <cluster_name>",
                .needs_privilege = true,
                .run = stop_cluster},
    CommandRule{.name = "reset-members",
                .syntax = "reset-members <cluster_name>",
                .needs_privilege = true,
                .run = reset_members,
                .since_generation = 4,
                .since_release = 8},
    CommandRule{.name = "encrypt",
                .syntax = "encrypt <cluster_name> [--from-env]",
                .most_arguments = 1,
                .needs_agent = false,
                .run = encrypt},
    // Needs root, but not for files of one's own: it sees to that itself.
    CommandRule{.name = "upgrade-conf",
                .syntax = "upgrade-conf <cluster_name> [-source <directory>]",
                .most_arguments = 2,
                .needs_agent = false,
                .run = upgrade_conf},
    CommandRule{.name = "create-standby",
                .syntax = "create-standby <cluster_name> ...",
                .most_arguments = 1000,
                .needs_agent = false,
                .run = create_standby,
                .since_generation = 5},
    CommandRule{
        .name = "--help", .syntax = "--help", .most_arguments = 1000, .needs_agent = false, .run = help},
};

}  // namespace

std::span<const CommandRule> all_commands() {
    return commands;
}

const CommandRule* find_command(std::string_view name) {
    const auto* const found = ranges::find(commands, name, &CommandRule::name);
    return found == commands.end() ? nullptr : found;
}

}  // namespace efm::fake
