#include "mocks/fake/key_reader.h"

#include <array>
#include <boost/json/serialize.hpp>
#include <charconv>

#include <range/v3/algorithm/contains.hpp>

namespace efm::fake {

namespace {

std::string written(const boost::json::value& value) {
    // Boost.JSON writes 4.9 as 4.9E0.
    std::array<char, 32> digits{};
    if (const auto* const number = value.if_double())
        return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), *number).ptr};
    return boost::json::serialize(value);
}

std::string shortened(const boost::json::value& value) {
    constexpr std::size_t most = 60;
    auto text = written(value);
    if (text.size() > most) {
        // Not in the middle of a character: the rest of one is thrown away with it.
        auto end = most;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
            --end;
        text = text.substr(0, end) + "...";
    }
    return text;
}

}  // namespace

KeyReader::KeyReader(const boost::json::object& object, KeyPath where, Mistakes& mistakes)
    : object_(object), where_(std::move(where)), mistakes_(mistakes) {}

const boost::json::value* KeyReader::find(std::string_view key) {
    known_keys_.emplace_back(key);
    return object_.if_contains(key);
}

std::string KeyReader::text(std::string_view key, std::string_view fallback) {
    const auto* const value = find(key);
    if (value == nullptr)
        return std::string{fallback};
    if (const auto* const text = value->if_string())
        return {text->begin(), text->end()};
    mistake(key, "expected a string");
    return std::string{fallback};
}

bool KeyReader::flag(std::string_view key, bool fallback) {
    const auto* const value = find(key);
    if (value == nullptr)
        return fallback;
    if (const auto* const flag = value->if_bool())
        return *flag;
    mistake(key, "expected true or false");
    return fallback;
}

std::int64_t KeyReader::number(std::string_view key, std::int64_t fallback, std::int64_t least,
                               std::int64_t most) {
    const auto* const value = find(key);
    if (value == nullptr)
        return fallback;
    const auto* const number = value->if_int64();
    if (number != nullptr && *number >= least && *number <= most)
        return *number;
    mistake(key, "expected a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return fallback;
}

double KeyReader::fraction(std::string_view key, double fallback) {
    const auto* const value = find(key);
    if (value == nullptr)
        return fallback;
    boost::system::error_code error;
    const auto number = value->to_number<double>(error);
    if (!error && number >= 0 && number <= 1)
        return number;
    mistake(key, "expected a number from 0 to 1");
    return fallback;
}

std::optional<std::vector<std::string>> KeyReader::texts(std::string_view key) {
    const auto* const value = find(key);
    if (value == nullptr)
        return std::nullopt;
    const auto* const array = value->if_array();
    if (array == nullptr) {
        mistake(key, "expected an array of strings");
        return std::nullopt;
    }
    std::vector<std::string> texts;
    for (std::size_t index = 0; index < array->size(); ++index) {
        const auto* const text = (*array)[index].if_string();
        if (text == nullptr)
            element_mistake(key, index, "expected a string");
        else
            texts.emplace_back(text->begin(), text->end());
    }
    return texts;
}

std::vector<std::int64_t> KeyReader::numbers(std::string_view key) {
    std::vector<std::int64_t> numbers;
    const auto* const value = find(key);
    const auto* const array = value == nullptr ? nullptr : value->if_array();
    if (array == nullptr) {
        mistake(key, "expected an array of whole numbers");
        return numbers;
    }
    for (std::size_t index = 0; index < array->size(); ++index) {
        if (const auto* const number = (*array)[index].if_int64())
            numbers.push_back(*number);
        else
            element_mistake(key, index, "expected a whole number");
    }
    return numbers;
}

std::optional<std::vector<std::vector<std::string>>> KeyReader::text_lists(std::string_view key) {
    const auto* const value = find(key);
    if (value == nullptr)
        return std::nullopt;
    const auto* const array = value->if_array();
    if (array == nullptr) {
        mistake(key, "expected an array of arrays of strings");
        return std::nullopt;
    }
    std::vector<std::vector<std::string>> lists;
    for (std::size_t index = 0; index < array->size(); ++index) {
        auto& list = lists.emplace_back();
        const auto* const elements = (*array)[index].if_array();
        if (elements == nullptr) {
            element_mistake(key, index, "expected an array of strings");
            continue;
        }
        for (const auto& element : *elements) {
            if (const auto* const text = element.if_string())
                list.emplace_back(text->begin(), text->end());
            else
                element_mistake(key, index, "expected an array of strings");
        }
    }
    return lists;
}

std::optional<KeyReader> KeyReader::inner(std::string_view key) {
    const auto* const value = find(key);
    if (value == nullptr)
        return std::nullopt;
    if (const auto* const object = value->if_object())
        return KeyReader{*object, where_ / key, mistakes_};
    mistake(key, "expected an object");
    return std::nullopt;
}

std::vector<KeyReader> KeyReader::objects(std::string_view key) {
    std::vector<KeyReader> readers;
    const auto* const value = find(key);
    if (value == nullptr)
        return readers;
    const auto* const array = value->if_array();
    if (array == nullptr) {
        mistake(key, "expected an array of objects");
        return readers;
    }
    for (std::size_t index = 0; index < array->size(); ++index) {
        if (const auto* const object = (*array)[index].if_object())
            readers.emplace_back(*object, where_ / key / index, mistakes_);
        else
            element_mistake(key, index, "expected an object");
    }
    return readers;
}

void KeyReader::mistake(std::string_view key, std::string expected) {
    const auto* const value = object_.if_contains(key);
    mistakes_.push_back(
        {where_ / key,
         std::move(expected) + (value == nullptr ? ", it is missing" : ", found " + shortened(*value))});
}

void KeyReader::element_mistake(std::string_view key, std::size_t index, std::string expected) {
    const auto* const value = object_.if_contains(key);
    const auto* const array = value == nullptr ? nullptr : value->if_array();
    if (array != nullptr && index < array->size())
        expected += ", found " + shortened((*array)[index]);
    mistakes_.push_back({where_ / key / index, std::move(expected)});
}

void KeyReader::refuse_other_keys() {
    for (const auto& [key, value] : object_) {
        if (!ranges::contains(known_keys_, std::string_view{key}))
            mistakes_.push_back({where_ / std::string_view{key}, "unknown key"});
    }
}

}  // namespace efm::fake
