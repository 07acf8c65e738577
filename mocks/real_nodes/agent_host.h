#pragma once

#include <functional>
#include <optional>
#include <string>

#include "mocks/fake/console.h"
#include "mocks/fake/real_servers.h"
#include "mocks/fake/scenario.h"
#include "mocks/fake/state_store.h"
#include "mocks/real_nodes/server_control.h"

namespace efm::fake {

/// The state could not be had: the agent ends.
struct StateLost {
    std::string trouble;
};

/// What the parts of the agent work with: the state, the servers, and a place for what it has to say.
class AgentHost {
  public:
    AgentHost(const Scenario& scenario, StateStore& store, std::string state_file, Servers& servers,
              Console& console)
        : scenario_(scenario),
          store_(store),
          state_file_(std::move(state_file)),
          servers_(servers),
          console_(console) {}

    [[nodiscard]] const Scenario& scenario() const { return scenario_; }

    /// The state as it is now.
    State state();
    /// The same, with what its servers say right now.
    State fresh_state();
    /// Alters the cluster in the state, as it is now.
    void change(const std::function<void(Cluster&)>& alter);
    void change_state(const std::function<void(State&)>& alter);
    /// Alters one node, if it is still there.
    void change_node(const std::string& address, const std::function<void(Cluster&, Node&)>& alter);

    /// A line in the agent's output.
    void log(const std::string& text);
    /// Something has failed: a line, and a message in the cluster's status until something succeeds.
    void complain(const std::string& text);
    /// Takes the messages away that complain() has left.
    void forget_complaints();

    /// The programs for the server of a node.
    ServerControl control(const Node& node);

  private:
    const Scenario& scenario_;
    StateStore& store_;
    std::string state_file_;
    Servers& servers_;
    Console& console_;
};

}  // namespace efm::fake
