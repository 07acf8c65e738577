#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mocks/fake/key_path.h"

namespace efm::fake {

/// What is wrong with one key of a scenario, and what was expected.
struct Mistake {
    KeyPath where;
    std::string text;
};
using Mistakes = std::vector<Mistake>;

/// Reads the keys of one JSON object. What is not as expected is noted as a mistake and read as the fallback,
/// so that all mistakes of a file are found in one go. Call refuse_other_keys() at the end: a key that nobody
/// asked for is a mistake too.
class KeyReader {
  public:
    KeyReader(const boost::json::object& object, KeyPath where, Mistakes& mistakes);

    [[nodiscard]] bool has(std::string_view key) const { return object_.contains(key); }

    std::string text(std::string_view key, std::string_view fallback = {});
    bool flag(std::string_view key, bool fallback);
    std::int64_t number(std::string_view key, std::int64_t fallback, std::int64_t least, std::int64_t most);
    double fraction(std::string_view key, double fallback);  ///< from 0 to 1
    std::optional<std::vector<std::string>> texts(std::string_view key);
    std::vector<std::int64_t> numbers(std::string_view key);
    /// An array of arrays of strings.
    std::optional<std::vector<std::vector<std::string>>> text_lists(std::string_view key);

    /// A reader for the keys of an object inside; nothing when there is none.
    std::optional<KeyReader> inner(std::string_view key);

    /// The elements of an array of objects, each with a reader for its keys.
    std::vector<KeyReader> objects(std::string_view key);

    template <typename Value, typename Choices>
    Value choice(std::string_view key, Value fallback, const Choices& choices) {
        if (!has(key))
            return fallback;
        const auto given = text(key);
        std::string names;
        for (const auto& [name, value] : choices) {
            if (given == name)
                return value;
            names.append(names.empty() ? "" : ", ").append(name);
        }
        mistake(key, "expected one of " + names);
        return fallback;
    }

    /// The object that is read, and a reader for other keys in its place, for example with some filled in.
    [[nodiscard]] const boost::json::object& object() const { return object_; }
    [[nodiscard]] KeyReader instead(const boost::json::object& other) const {
        return {other, where_, mistakes_};
    }

    /// Notes that the value of `key` is not right; what was found is added.
    void mistake(std::string_view key, std::string expected);
    /// The same for element `index` of the array `key`.
    void element_mistake(std::string_view key, std::size_t index, std::string expected);

    void refuse_other_keys();

  private:
    const boost::json::value* find(std::string_view key);

    const boost::json::object& object_;
    KeyPath where_;
    Mistakes& mistakes_;
    std::vector<std::string> known_keys_;
};

}  // namespace efm::fake
