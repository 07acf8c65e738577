#include "mocks/real_nodes/agent.h"

#include <libpq-fe.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <optional>

#include <range/v3/algorithm/any_of.hpp>

#include "mocks/fake/descriptor.h"
#include "mocks/fake/state_place.h"
#include "mocks/real_nodes/agent_host.h"
#include "mocks/real_nodes/agent_lock.h"
#include "mocks/real_nodes/agent_view.h"
#include "mocks/real_nodes/connection.h"
#include "mocks/real_nodes/failure_watch.h"
#include "mocks/real_nodes/pq_servers.h"
#include "mocks/real_nodes/program.h"
#include "mocks/real_nodes/resume.h"
#include "mocks/real_nodes/takeover.h"

namespace efm::fake {

namespace {

using std::chrono::milliseconds;

/// TERM, INT and HUP, as something to wait for: a promotion that is under way is brought to its end first.
class EndSignals {
  public:
    EndSignals() {
        sigset_t wanted;
        sigemptyset(&wanted);
        for (const int number : {SIGTERM, SIGINT, SIGHUP})
            sigaddset(&wanted, number);
        sigprocmask(SIG_BLOCK, &wanted, nullptr);
        file_ = Descriptor{signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK)};
        signal(SIGPIPE, SIG_IGN);
    }

    /// Answers whether one has come.
    [[nodiscard]] bool wait(milliseconds limit) const {
        pollfd waiting{file_.number(), POLLIN, 0};
        return poll(&waiting, 1, static_cast<int>(limit.count())) > 0;
    }

  private:
    Descriptor file_;
};

/// Whether a server that refuses a session is there all the same: full, or the password is wrong.
bool is_there(const RealServer& server) {
    const std::array<const char*, 3> keys{"dbname", "connect_timeout", nullptr};
    const std::array<const char*, 3> values{server.connection.c_str(), connect_seconds, nullptr};
    return PQpingParams(keys.data(), values.data(), 1) == PQPING_OK;
}

class Agent {
  public:
    explicit Agent(AgentHost& host) : host_(host) {}

    void begin() {
        host_.change([](Cluster& cluster) { start_agents(cluster); });
        const auto found = host_.fresh_state();
        host_.change_state([&](State& state) {
            if (state.promotion)
                state.cluster.messages.push_back(
                    "A promotion was interrupted while " +
                    (state.promotion->step.empty() ? "it was to begin" : state.promotion->step) + ".");
            state.promotion.reset();
            take_answers(state.cluster, found.cluster);
            for (auto& node : state.cluster.nodes) {
                if (node.server.is_named())
                    node.info.clear();
            }
            find_roles(state.cluster);
        });
        if (found.promotion)
            let_standbys_follow();
    }

    /// Answers whether to go on.
    bool turn() {
        const auto state = host_.state();
        if (!ranges::any_of(state.cluster.nodes, &Node::is_member))
            return false;
        if (state.promotion && state.promotion->real) {
            Takeover{host_, *state.promotion}.run();
            watch_.forget();
            return true;
        }
        for (const auto& address : state.resuming)
            resume(address);
        watch();
        return true;
    }

  private:
    /// A promotion that was interrupted may not have come to this.
    void let_standbys_follow() {
        const auto state = host_.state();
        const auto* const primary = state.cluster.primary();
        for (const auto& node : state.cluster.nodes) {
            if (primary == nullptr || !node.is(Role::standby) || !node.server.is_named())
                continue;
            if (const auto trouble = follow(node.server, primary->server.connection); !trouble.empty())
                host_.complain("Standby " + node.address + " does not follow " + primary->address + ": " +
                               trouble);
        }
    }

    void resume(const std::string& address) {
        resume_node(host_, address);
        host_.change_state([&](State& state) { std::erase(state.resuming, address); });
    }

    void watch() {
        const auto found = host_.fresh_state();
        host_.change_state([&](State& state) {
            if (state.promotion)
                return;
            take_answers(state.cluster, found.cluster);
            notice_changes(state.cluster);
        });
        for (const auto& node : found.cluster.nodes) {
            const bool is_watched = node.is(Role::primary) || node.is(Role::standby);
            if (!node.server.is_named() || !is_watched)
                continue;
            const auto silent_for =
                watch_.note(node.address, node.found_in_recovery.has_value(), FailureWatch::Clock::now());
            if (silent_for < detection_time() || silent_for.count() == 0)
                continue;
            watch_.forget();
            if (!is_there(node.server))
                declare_failed(node);
            return;
        }
    }

    [[nodiscard]] milliseconds detection_time() const {
        return milliseconds{host_.scenario().behaviour.failure_detection_ms.value_or(2000)};
    }

    void declare_failed(const Node& node) {
        if (node.role == Role::standby) {
            host_.complain("The standby database on " + node.address + " has failed: " + node.info);
            host_.change_node(node.address, [](Cluster& cluster, Node& gone) { become_idle(cluster, gone); });
            return;
        }
        const bool was_shut_down = host_.control(node).last_shutdown().trouble.empty();
        host_.log("The primary database on " + node.address + " has failed: " + node.info);
        if (was_shut_down && !host_.scenario().behaviour.primary_shutdown_as_failure) {
            host_.complain("Failover has not occurred for " + node.address + ": it was shut down cleanly.");
            host_.change_node(node.address, [](Cluster& cluster, Node& gone) { become_idle(cluster, gone); });
            return;
        }
        fail_over(node.address);
    }

    void fail_over(const std::string& old_primary) {
        Promotion promotion;
        promotion.old_primary = old_primary;
        promotion.real = true;
        std::string refusal;
        host_.change_state([&](State& state) {
            const auto& behaviour = host_.scenario().behaviour;
            refusal =
                state.promotion ? "a promotion is in progress" : failover_refusal(state.cluster, behaviour);
            if (!refusal.empty())
                return;
            promotion.target = choose_standby(state.cluster, behaviour)->address;
            promotion.started_ms = state.now_ms;
            state.promotion = promotion;
        });
        if (refusal.empty())
            Takeover{host_, promotion}.run();
        else
            host_.complain("Failover has not occurred for " + old_primary + ": " + refusal + ".");
        // Whatever became of it: nobody watches a database that has failed.
        host_.change_node(old_primary, [](Cluster& cluster, Node& node) { become_idle(cluster, node); });
    }

    AgentHost& host_;
    FailureWatch watch_;
};

std::string mistake_in(const Scenario& scenario) {
    if (geteuid() == 0)
        return "PostgreSQL servers are not run by root: start the agent as the user that owns them";
    if (!has_real_servers(scenario.start))
        return "an agent is only needed for real servers: no node of the scenario has a key \"server\"";
    for (const auto& node : scenario.start.nodes) {
        if (!node.server.is_named())
            continue;
        if (auto mistake = DataDirectory{node.server.data_directory}.mistake(); !mistake.empty())
            return "node " + node.address + ": " + mistake;
    }
    return {};
}

Ended fail(Console& console, const std::string& text) {
    static_cast<void>(console.write_errors("mock-efm: " + text + "\n"));
    return {.exit_status = fake_failed};
}

void serve(AgentHost& host, const EndSignals& signals) {
    Agent agent{host};
    agent.begin();
    host.log("The agents run.");
    const milliseconds period{host.scenario().behaviour.local_period_ms};
    while (agent.turn() && !signals.wait(period)) {
    }
    host.log("The agents end.");
}

}  // namespace

Ended run_agent(const Installation& installation, Console& console) {
    const EndSignals signals;
    const auto reading = read_scenario(installation.scenario_file);
    if (!reading.scenario)
        return fail(console, one_line(reading.mistakes));
    const auto& scenario = *reading.scenario;
    if (const auto mistake = mistake_in(scenario); !mistake.empty())
        return fail(console, mistake);
    const auto place = choose_state_place(installation, scenario);
    if (const auto trouble = prepare_place(place, installation.scenario_file); !trouble.empty())
        return fail(console, trouble);
    AgentLock lock;
    if (const auto trouble = lock.take(place.file); !trouble.empty())
        return fail(console, trouble);

    PqServers servers;
    StateStore store{place.file, place.is_default, scenario, console};
    AgentHost host{scenario, store, place.file, servers, console};
    try {
        serve(host, signals);
    } catch (const StateLost& lost) {
        return fail(console, lost.trouble);
    }
    return {};
}

}  // namespace efm::fake
