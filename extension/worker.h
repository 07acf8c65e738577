#pragma once

namespace efm {

/// Registers the background worker where the module is preloaded and efm.bgw_enabled is on. README.md tells
/// what it does.
void register_worker();

}  // namespace efm
