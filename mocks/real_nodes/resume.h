#pragma once

#include <string>

#include "mocks/real_nodes/agent_host.h"

namespace efm::fake {

/// Brings an Idle node back, which `efm resume` has asked for: its database as a standby of the primary,
/// rewound where the histories have parted; or as the primary where there is none.
void resume_node(AgentHost& host, const std::string& address);

}  // namespace efm::fake
