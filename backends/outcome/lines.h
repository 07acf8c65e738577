#pragma once

#include <algorithm>
#include <string_view>

namespace efm {

/// Whether `condition` holds for a line of `text`.
template <typename Condition>
bool any_line(std::string_view text, Condition condition) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (condition(text.substr(0, end)))
            return true;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return false;
}

}  // namespace efm
