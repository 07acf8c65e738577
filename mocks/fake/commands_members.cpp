#include <algorithm>
#include <charconv>
#include <functional>

#include <range/v3/algorithm/contains.hpp>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/transform.hpp>

#include "mocks/fake/address.h"
#include "mocks/fake/commands.h"

namespace efm::fake {

namespace {

/// Alters the state, or answers why not.
using Change = std::function<std::string(State&)>;

MaybeEnded carry_out(Session& session, const Change& change) {
    std::string refusal;
    const auto outcome = session.store.update([&](State& state) {
        refusal = change(state);
        return refusal.empty();
    });
    if (outcome != StateStore::Outcome::done)
        return report(session, outcome);
    if (!refusal.empty())
        return complain(session, refusal);
    return say(session, session.subcommand + " signal sent to local agent.\n");
}

std::string no_address(const std::string& word) {
    return "Invalid address: " + word;
}

}  // namespace

MaybeEnded allow_node(Session& session, const Arguments& arguments) {
    const auto& address = arguments.front();
    if (!is_address(address))
        return complain(session, no_address(address));
    return carry_out(session, [&](State& state) {
        if (!ranges::contains(state.cluster.allowed, address))
            state.cluster.allowed.push_back(address);
        return std::string{};
    });
}

// An agent that runs on the node goes on: it is only kept from joining again.
MaybeEnded disallow_node(Session& session, const Arguments& arguments) {
    const auto& address = arguments.front();
    if (!is_address(address))
        return complain(session, no_address(address));
    return carry_out(session, [&](State& state) {
        std::erase(state.cluster.allowed, address);
        return std::string{};
    });
}

// 1 is promoted first, 0 never. A number beyond the end of the list means its end.
MaybeEnded set_priority(Session& session, const Arguments& arguments) {
    const auto& address = arguments[0];
    const auto& word = arguments[1];
    std::size_t priority = 0;
    const auto* const end = word.data() + word.size();
    if (const auto [stopped_at, error] = std::from_chars(word.data(), end, priority);
        error != std::errc{} || stopped_at != end)
        return complain(session, "Invalid priority: " + word);
    return carry_out(session, [&](State& state) -> std::string {
        const auto* const node = state.cluster.find(address);
        if (node == nullptr || !node->is(Role::standby))
            return "Node " + address + " is not a standby of this cluster.";
        auto& list = state.cluster.priority;
        std::erase(list, address);
        if (priority > 0)
            list.insert(list.begin() + static_cast<std::ptrdiff_t>(std::min(priority - 1, list.size())),
                        address);
        return {};
    });
}

MaybeEnded reset_members(Session& session, const Arguments& /*arguments*/) {
    return carry_out(session, [](State& state) {
        auto& cluster = state.cluster;
        std::erase_if(cluster.nodes, [](const Node& node) { return !node.is_member(); });
        std::erase_if(cluster.priority,
                      [&](const auto& address) { return cluster.find(address) == nullptr; });
        cluster.allowed =
            cluster.nodes | ranges::views::transform(&Node::address) | ranges::to<std::vector<std::string>>();
        cluster.missing_nodes.clear();
        return std::string{};
    });
}

// The databases and the virtual IP address stay as they are: nobody watches them any more.
MaybeEnded stop_cluster(Session& session, const Arguments& /*arguments*/) {
    return carry_out(session, [](State& state) {
        for (auto& node : state.cluster.nodes | ranges::views::filter(&Node::is_member))
            node.agent = Agent::stopped;
        state.cluster.allowed.clear();
        return std::string{};
    });
}

MaybeEnded resume(Session& session, const Arguments& /*arguments*/) {
    return carry_out(session, [&](State& state) -> std::string {
        auto& cluster = state.cluster;
        auto* const node = cluster.find(session.scenario.local_node);
        if (node == nullptr || !node->is(Role::idle))
            return "The local agent is not idle.";
        node->database = "UP";
        node->info.clear();
        if (const auto* const primary = cluster.primary()) {
            node->role = Role::standby;
            node->received = primary->replayed;
            node->replayed = primary->replayed;
            if (!ranges::contains(cluster.priority, node->address))
                cluster.priority.push_back(node->address);
            return {};
        }
        node->role = Role::primary;
        node->replayed = newest_lsn(cluster);
        node->received.clear();
        std::erase(cluster.priority, node->address);
        cluster.vip_holder = cluster.vip.empty() ? "" : node->address;
        return {};
    });
}

}  // namespace efm::fake
