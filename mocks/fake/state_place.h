#pragma once

#include <string>

#include "mocks/fake/fake_efm.h"
#include "mocks/fake/scenario.h"

namespace efm::fake {

/// Where the state of an installation is: at the place that the caller names, else at the one that the
/// scenario names, else at the default place.
struct StatePlace {
    std::string file;
    bool is_default = false;
};
StatePlace choose_state_place(const Installation& installation, const Scenario& scenario);

/// Where a `state_file` of this scenario file is.
std::string state_file_beside(const std::string& scenario_file, const std::string& state_file);

/// Whether the state, or a file that is kept beside it, would be the scenario.
bool is_own_state(const std::string& scenario_file, const std::string& state_file);

/// Makes sure that the directory of the default place is there, and the user's own: /tmp belongs to
/// everybody; and that another place is not the scenario's. Answers what is wrong, empty when nothing is.
std::string prepare_place(const StatePlace& place, const std::string& scenario_file);

}  // namespace efm::fake
