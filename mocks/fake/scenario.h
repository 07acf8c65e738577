#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/fake/behaviour.h"
#include "mocks/fake/cluster.h"
#include "mocks/fake/dialect.h"
#include "mocks/fake/fault.h"
#include "mocks/fake/open_points.h"
#include "mocks/fake/transition.h"
#include "mocks/fake/version.h"

namespace efm::fake {

/// A scripted cluster: how it is at the start, and what goes wrong with which call.
struct Scenario {
    /// A hash of everything in the file that makes the cluster what it is. The state on disk belongs to a
    /// scenario with the same identity. Who is asking is no part of it (description, local_node,
    /// agent_running, authorized, os_user, state_file), so that scenarios for several hosts of one cluster
    /// can share one state.
    std::string identity;

    EfmVersion version;
    std::string cluster_name;  ///< empty: any name will do
    Cluster start;
    Behaviour behaviour;
    std::vector<Transition> transitions;  ///< in the order of the file
    std::vector<Fault> faults;
    OpenPoints open_points;
    std::optional<std::int64_t> seed;  ///< of what is left to chance; nothing: drawn anew
    std::optional<std::vector<std::string>>
        foreseen;  ///< any other call is a mistake of the caller's, or has a rule for it

    std::string local_node;
    bool agent_running = true;
    bool authorized = true;
    std::string os_user;
    std::string state_file;  ///< as it stands in the file; empty for none

    [[nodiscard]] Dialect dialect() const { return {version, open_points}; }
};

/// What reading a scenario came to: the scenario, or all mistakes in it, one a line, each with file, line,
/// key and what was expected.
struct ScenarioReading {
    std::optional<Scenario> scenario;
    std::string mistakes;
};

/// Reads the text of a scenario; `name` is its file, or what else mistakes call it.
ScenarioReading parse_scenario(std::string_view json, const std::string& name);

/// Reads a scenario file, or the built-in one for an empty name.
ScenarioReading read_scenario(const std::string& file);

/// The healthy cluster that everything begins with, as the text of a scenario.
std::string_view builtin_scenario();

}  // namespace efm::fake
