#pragma once

#include <string_view>

#include "mocks/fake/fake_efm.h"

namespace efm::fake {

// What a test does to the fake cluster beside calling efm. Each answers on the console, with exit status 0,
// 1 (a verification that does not hold) or `fake_failed`; what a state, a list and an expectation look like
// is told in mocks/README.md.

/// Begins anew from the scenario, with no calls received, and writes the seed of what is left to chance,
/// where anything is: the same seed in the scenario plays the same again. Beside a command, whose output is
/// its own, it is told on standard error.
Ended reset_and_tell(const Installation& installation, Console& console, bool is_beside_command = false);

/// Applies one event (a JSON object, the vocabulary of a scenario's transitions). A mistake in it is told
/// with its key, and changes nothing.
Ended apply_event(const Installation& installation, std::string_view event, Console& console);

/// Writes the state as it is now: one JSON object and a newline.
Ended show_state(const Installation& installation, Console& console);

/// Writes the calls received since the last reset, one JSON object a line, the oldest first.
Ended show_calls(const Installation& installation, Console& console);

/// Holds the calls received against `expectation` (a JSON object). Exit status 1 when it does not hold, with
/// the nearest call on standard error.
Ended verify_calls(const Installation& installation, std::string_view expectation, Console& console);

}  // namespace efm::fake
