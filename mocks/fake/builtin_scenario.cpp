#include "mocks/fake/scenario.h"

namespace efm::fake {

std::string_view builtin_scenario() {
    return R"({
    "description": "A healthy cluster: a primary, two standbys in sync, a witness and a virtual IP address.",
    "efm_version": "4.9",
    "local_node": "10.0.0.1",
    "vip": "10.0.0.100",
    "nodes": [
        {"address": "10.0.0.1", "role": "Primary"},
        {"address": "10.0.0.2", "role": "Standby"},
        {"address": "10.0.0.3", "role": "Standby"},
        {"address": "10.0.0.4", "role": "Witness"}
    ]
}
)";
}

}  // namespace efm::fake
