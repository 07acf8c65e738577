#include "mocks/fake/quote.h"

#include <algorithm>

namespace efm::fake {

std::size_t skip_backslashes(std::string_view text, std::size_t at) {
    return std::min(text.find_first_not_of('\\', at), text.size());
}

std::size_t behind_one(std::string_view text, std::size_t at) {
    return std::max(skip_backslashes(text, at), at + 1);
}

std::optional<Quote> quote_at(std::string_view text, std::size_t at) {
    const auto mark = skip_backslashes(text, at);
    if (mark >= text.size() || (text[mark] != '\'' && text[mark] != '"'))
        return std::nullopt;
    return Quote{text[mark], mark - at};
}

std::size_t end_of_string(std::string_view text, std::size_t at, const Quote& open) {
    while (at < text.size()) {
        const auto found = quote_at(text, at);
        if (!found || found->mark != open.mark) {
            at = behind_one(text, at);
            continue;
        }
        if (found->backslashes < open.backslashes)
            return at;
        const auto behind = at + found->size();
        const bool is_end = found->backslashes % (2 * open.size()) == open.backslashes;
        const bool is_doubled = open.mark == '\'' && quote_at(text, behind) == open;
        if (is_end && !is_doubled)
            return behind;
        at = behind + (is_end ? open.size() : 0);
    }
    return text.size();
}

}  // namespace efm::fake
