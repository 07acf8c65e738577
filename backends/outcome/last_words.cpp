#include "backends/checks/argument_check.h"
#include "backends/outcome/outcome_table.h"
#include "backends/outcome/redact.h"

namespace efm {

namespace {

constexpr std::string_view blanks = " \t\r\n\f\v";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// The end of `text` in whole lines: the first of them may be longer than `limit` alone, and is then cut.
std::string_view last_part(std::string_view text, std::size_t limit) {
    if (text.size() <= limit)
        return text;
    const auto cut = text.substr(text.size() - limit);
    const auto line_end = cut.find('\n');
    const bool cut_at_line = text[text.size() - limit - 1] == '\n';
    return cut_at_line || line_end == std::string_view::npos ? cut : cut.substr(line_end + 1);
}

std::string printable_lines(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        auto line = text.substr(at, end - at);
        line = line.substr(0, line.find_last_not_of(blanks) + 1);
        if (at > 0)
            result += '\n';
        // A tab is how efm indents its tables.
        for (const char c : line)
            result += c == '\t' ? std::string(4, ' ') : printable({&c, 1});
        at = end + 1;
    }
    return result;
}

}  // namespace

std::string last_words(const CommandResult& result, std::size_t limit) {
    const auto errors = trimmed(result.errors);
    const auto said = errors.empty() ? trimmed(result.output) : errors;
    // Secrets are looked for in more than is shown: the key in front of one may be cut off.
    const auto clean = redact(last_part(said, 16 * limit));
    const auto lines = printable_lines(clean);
    return std::string{trimmed(last_part(lines, limit))};
}

}  // namespace efm
