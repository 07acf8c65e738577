#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace efm::fake {

/// The way to a value in a JSON text: object keys, and array indexes written `[0]`.
struct KeyPath {
    std::vector<std::string> steps;

    KeyPath operator/(std::string_view key) const;
    KeyPath operator/(std::size_t index) const;
};

/// As people write it: `nodes[1].role`.
std::string to_string(const KeyPath& path);

/// The line (from 1) of the value at `path` in `json`, which must be valid JSON, or of the last step that is
/// there.
std::size_t line_of(std::string_view json, const KeyPath& path);

/// The line (from 1) of the character at `offset`.
std::size_t line_at(std::string_view text, std::size_t offset);

/// A key that stands twice in one object of `json`, which must be valid JSON. JSON readers take one of the
/// two and say nothing.
struct RepeatedKey {
    std::string key;
    std::size_t line = 0;
};
std::optional<RepeatedKey> find_repeated_key(std::string_view json);

}  // namespace efm::fake
