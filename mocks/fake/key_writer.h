#pragma once

#include <boost/json/array.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace efm::fake {

/// The name that a table of (name, value) pairs, as KeyReader::choice takes it, has for a value; empty when
/// it has none.
template <typename Choices, typename Value>
std::string_view name_of(const Choices& choices, Value wanted) {
    for (const auto& [name, value] : choices) {
        if (value == wanted)
            return name;
    }
    return {};
}

inline boost::json::array array_of(const std::vector<std::string>& texts) {
    boost::json::array array;
    for (const auto& text : texts)
        array.emplace_back(text);
    return array;
}

}  // namespace efm::fake
