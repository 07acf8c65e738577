#pragma once

#include <string>

namespace efm {

/// One thing that was looked at.
struct Check {
    std::string name;
    bool passed = false;
    std::string detail;  ///< what was found
    std::string hint;    ///< what to do; empty when it passed
};

}  // namespace efm
