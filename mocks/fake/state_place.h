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

/// Makes sure that the directory of the default place is there, and the user's own: /tmp belongs to
/// everybody. Answers what is wrong, empty when nothing is.
std::string prepare_default_directory();

}  // namespace efm::fake
