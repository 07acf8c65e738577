#pragma once

#include <span>
#include <string_view>

namespace efm::fake {

/// Keys of a fault under a name. Keys that stand beside the name in a rule take the place of those here.
struct Preset {
    std::string_view name;
    std::string_view keys;  ///< a JSON object
};

/// All of them, in the order of the README's table.
std::span<const Preset> all_presets();

}  // namespace efm::fake
