#include "mocks/fake/real_servers.h"

#include <fcntl.h>

#include <range/v3/algorithm/any_of.hpp>

#include "mocks/fake/descriptor.h"
#include "mocks/fake/lsn.h"

namespace efm::fake {

namespace {

constexpr std::string_view not_in_recovery = "DB is not in recovery.";

void show_answer(Node& node, const ServerAnswer& answer) {
    if (!answer.answers) {
        node.found_in_recovery.reset();
        node.received = unknown_lsn;
        node.replayed = unknown_lsn;
        // Why the agent could not bring it back says more than that it does not answer.
        if (node.info.empty() || node.info == not_in_recovery)
            node.info = answer.error;
        return;
    }
    const bool was_gone = node.replayed == unknown_lsn;
    node.found_in_recovery = answer.in_recovery;
    node.received = answer.received;
    node.replayed = answer.replayed.empty() ? std::string{unknown_lsn} : answer.replayed;
    if (was_gone || node.info == not_in_recovery)
        node.info.clear();
    if (node.role == Role::idle && !answer.in_recovery)
        node.info = not_in_recovery;
}

}  // namespace

bool has_real_servers(const Cluster& cluster) {
    return ranges::any_of(cluster.nodes, [](const Node& node) { return node.server.is_named(); });
}

std::vector<ServerAnswer> ask_servers(const Cluster& cluster, Servers& servers) {
    std::vector<RealServer> asked;
    for (const auto& node : cluster.nodes)
        asked.push_back(node.is_member() ? node.server : RealServer{});
    return servers.ask(asked);
}

void show_answers(Cluster& cluster, const std::vector<ServerAnswer>& answers) {
    for (std::size_t index = 0; index < cluster.nodes.size() && index < answers.size(); ++index) {
        auto& node = cluster.nodes[index];
        if (node.server.is_named() && node.is_member())
            show_answer(node, answers[index]);
    }
}

void take_answers(Cluster& cluster, const Cluster& asked) {
    for (auto& node : cluster.nodes) {
        const auto* const found = asked.find(node.address);
        if (found == nullptr || !node.server.is_named())
            continue;
        node.found_in_recovery = found->found_in_recovery;
        node.received = found->received;
        node.replayed = found->replayed;
    }
}

void refresh(Cluster& cluster, Servers* servers) {
    if (servers != nullptr && has_real_servers(cluster))
        show_answers(cluster, ask_servers(cluster, *servers));
}

std::string agent_lock_file(const std::string& state_file) {
    return state_file + ".agent";
}

// Looks whether it could be locked, and locks nothing: an agent that starts right now must not be kept out.
bool agent_is_running(const std::string& state_file) {
    const Descriptor file{
        open(agent_lock_file(state_file).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return file.is_open() && fcntl(file.number(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace efm::fake
