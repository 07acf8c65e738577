#pragma once

#include "mocks/fake/console.h"
#include "mocks/fake/fake_efm.h"

namespace efm::fake {

/// Plays all agents of a scenario with real servers, in the foreground, until TERM, INT or HUP, or until
/// `efm stop-cluster`: watches the servers, keeps the roles in the state, carries out promotions and
/// `resume`, and fails over when the primary is gone. Exit status 0 for such an end; `fake_failed` when it
/// cannot begin, or loses the state, with a line on standard error.
Ended run_agent(const Installation& installation, Console& console);

}  // namespace efm::fake
