#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace efm::fake {

/// A quotation mark with the backslashes before it: one and more inside a string that is quoted itself.
struct Quote {
    char mark = '\0';
    std::size_t backslashes = 0;

    [[nodiscard]] std::size_t size() const { return backslashes + 1; }
    bool operator==(const Quote&) const = default;
};

/// The quote that begins at `at` with its first backslash.
std::optional<Quote> quote_at(std::string_view text, std::size_t at);

/// Behind the quote that ends the string which `open` has begun before `at`; where the string around it ends
/// first, before that one's quote. A quote with more backslashes is a part of the string, and so is a doubled
/// apostrophe.
std::size_t end_of_string(std::string_view text, std::size_t at, const Quote& open);

/// Behind the backslashes at `at`, if there are any.
std::size_t skip_backslashes(std::string_view text, std::size_t at);

/// Behind a character, or behind all the backslashes there: a long row of them is looked at once.
std::size_t behind_one(std::string_view text, std::size_t at);

}  // namespace efm::fake
