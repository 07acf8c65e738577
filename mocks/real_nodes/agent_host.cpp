#include "mocks/real_nodes/agent_host.h"

#include <time.h>

#include <array>

#include "mocks/fake/state.h"

namespace efm::fake {

namespace {

std::string time_of_day() {
    const auto now = time(nullptr);
    tm parts{};
    localtime_r(&now, &parts);
    std::array<char, 32> text{};
    strftime(text.data(), text.size(), "%H:%M:%S ", &parts);
    return text.data();
}

}  // namespace

State AgentHost::state() {
    State state;
    if (store_.read(state) != StateStore::Outcome::done)
        throw StateLost{store_.trouble()};
    return state;
}

State AgentHost::fresh_state() {
    auto now = state();
    refresh(now.cluster, &servers_);
    return now;
}

void AgentHost::change_state(const std::function<void(State&)>& alter) {
    const auto outcome = store_.update([&](State& state) {
        const auto before = write_state(state);
        alter(state);
        return write_state(state) != before;
    });
    if (outcome != StateStore::Outcome::done)
        throw StateLost{store_.trouble()};
}

void AgentHost::change(const std::function<void(Cluster&)>& alter) {
    change_state([&](State& state) { alter(state.cluster); });
}

void AgentHost::change_node(const std::string& address, const std::function<void(Cluster&, Node&)>& alter) {
    change([&](Cluster& cluster) {
        if (auto* const node = cluster.find(address))
            alter(cluster, *node);
    });
}

void AgentHost::log(const std::string& text) {
    static_cast<void>(console_.write_output(time_of_day() + text + "\n"));
}

void AgentHost::complain(const std::string& text) {
    log(text);
    change([&](Cluster& cluster) { cluster.messages.push_back(text); });
}

void AgentHost::forget_complaints() {
    change([&](Cluster& cluster) { cluster.messages = scenario_.start.messages; });
}

ServerControl AgentHost::control(const Node& node) {
    return {node.server, state_file_ + "." + node.address + ".log"};
}

}  // namespace efm::fake
