#include <charconv>
#include <functional>

#include <range/v3/algorithm/contains.hpp>
#include <range/v3/view/filter.hpp>

#include "mocks/fake/address.h"
#include "mocks/fake/commands.h"
#include "mocks/fake/lsn.h"
#include "mocks/fake/view.h"
#include "mocks/fake/wal.h"

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
    if (!session.scenario.open_points.prints_success_lines)
        return Ended{};
    return say(session, session.subcommand + " signal sent to local agent.\n");
}

std::string no_address(const std::string& word) {
    return "Invalid address: " + word;
}

/// Where the list shows place `priority`: a node that has failed keeps its place and is not shown.
std::vector<std::string>::iterator place_in(std::vector<std::string>& list, const Cluster& view,
                                            std::size_t priority) {
    auto place = list.begin();
    for (std::size_t passed = 0; place != list.end(); ++place) {
        const auto* const node = view.find(*place);
        if (node != nullptr && node->is_member() && ++passed == priority)
            break;
    }
    return place;
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
        const auto view = view_from(state.cluster, session.scenario.local_node);
        const auto* const node = view.find(address);
        if (node == nullptr || !node->is(Role::standby))
            return "Node " + address + " is not a standby of this cluster.";
        auto& list = state.cluster.priority;
        std::erase(list, address);
        std::erase(state.cluster.never_promoted, address);
        if (priority > 0)
            list.insert(place_in(list, view, priority), address);
        else
            state.cluster.never_promoted.push_back(address);
        return {};
    });
}

MaybeEnded reset_members(Session& session, const Arguments& /*arguments*/) {
    return carry_out(session, [&](State& state) {
        auto& cluster = state.cluster;
        const auto view = view_from(cluster, session.scenario.local_node);
        std::erase_if(cluster.nodes, [](const Node& node) { return !node.is_member(); });
        const auto is_gone = [&](const std::string& address) { return cluster.find(address) == nullptr; };
        std::erase_if(cluster.priority, is_gone);
        std::erase_if(cluster.never_promoted, is_gone);
        std::vector<std::string> allowed;
        for (const auto& node : view.nodes | ranges::views::filter(&Node::is_member))
            allowed.push_back(node.address);
        // Who is forgotten runs beyond a split, and is allowed there as before: here it is not shown.
        cluster.forgotten.clear();
        for (const auto& node : cluster.nodes) {
            if (!ranges::contains(allowed, node.address))
                cluster.forgotten.push_back(node.address);
        }
        for (const auto& address : cluster.forgotten) {
            if (ranges::contains(cluster.allowed, address))
                allowed.push_back(address);
        }
        cluster.allowed = std::move(allowed);
        cluster.missing_nodes.clear();
        return std::string{};
    });
}

// The databases and the virtual IP address stay as they are: nobody watches them any more.
MaybeEnded stop_cluster(Session& session, const Arguments& /*arguments*/) {
    if (!session.scenario.behaviour.enable_stop_cluster)
        return complain(session, "The stop-cluster command is disabled.");
    return carry_out(session, [&](State& state) {
        auto& cluster = state.cluster;
        if (state.promotion && !state.promotion->real &&
            can_reach(cluster, session.scenario.local_node, state.promotion->target))
            fail_promotion(cluster, state.promotion);
        for (auto& node : cluster.nodes | ranges::views::filter(&Node::is_member)) {
            if (can_reach(cluster, session.scenario.local_node, node.address))
                node.agent = Agent::stopped;
        }
        // Beyond a split the others go on.
        std::erase_if(cluster.allowed, [&](const std::string& address) {
            const auto* const node = cluster.find(address);
            return node == nullptr || !node->is_member();
        });
        choose_coordinator(cluster);
        return std::string{};
    });
}

MaybeEnded resume(Session& session, const Arguments& /*arguments*/) {
    return carry_out(session, [&](State& state) -> std::string {
        auto& cluster = state.cluster;
        auto* const node = cluster.find(session.scenario.local_node);
        if (node == nullptr || !node->is(Role::idle))
            return "The local agent is not idle.";
        if (state.promotion)
            return "A promotion is in progress.";
        // It takes its time, and is the agent's work.
        if (node->server.is_named()) {
            if (!ranges::contains(state.resuming, node->address))
                state.resuming.push_back(node->address);
            return {};
        }
        const bool has_primary = view_from(cluster, session.scenario.local_node).primary() != nullptr;
        node->role = has_primary ? Role::standby : Role::primary;
        if (!has_primary)
            node->last_lsn = further_lsn(node->last_lsn, newest_lsn(cluster));
        start_database(cluster, *node);
        node->receives = true;
        node->replays = true;
        std::erase(cluster.priority, node->address);
        if (has_primary)
            cluster.list_for_promotion(node->address);
        else
            cluster.vip_holder = cluster.vip.empty() ? "" : node->address;
        return {};
    });
}

}  // namespace efm::fake
