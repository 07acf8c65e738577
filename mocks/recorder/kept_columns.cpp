#include "mocks/recorder/kept_columns.h"

#include <algorithm>

namespace efm::fake {

namespace {

/// Takes the next line from `text`, without its end.
std::string_view take_line(std::string_view& text) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

bool is_rule(std::string_view line) {
    return line.starts_with("\t-") && line.find_first_not_of('-', 1) == std::string_view::npos;
}

/// A cell, and the blanks up to the next one.
struct Cell {
    std::size_t width = 0;
    std::size_t blanks = 0;
};

/// Nothing wide where there is no cell, no blanks where it is the last of its line.
Cell cell_at(std::string_view line, std::size_t column) {
    if (column >= line.size() || line[column] == ' ')
        return {};
    const auto end = std::min(line.find(' ', column), line.size());
    const auto next = std::min(line.find_first_not_of(' ', end), line.size());
    return {end - column, next == line.size() ? 0 : next - end};
}

std::string keep_column(std::string_view original, std::string_view line, std::size_t column) {
    const auto before = cell_at(original, column);
    const auto now = cell_at(line, column);
    std::string kept{line};
    if (before.width == now.width || before.blanks == 0 || now.blanks == 0)
        return kept;
    const auto next = before.width + before.blanks;
    kept.replace(column + now.width, now.blanks, now.width < next ? next - now.width : 1, ' ');
    return kept;
}

}  // namespace

std::string keep_columns(std::string_view original, std::string_view text) {
    std::string result;
    std::string_view header;
    auto column = std::string_view::npos;
    while (!text.empty()) {
        const auto before = take_line(original);
        const bool has_end = text.find('\n') != std::string_view::npos;
        const auto line = take_line(text);
        if (is_rule(line))
            column = header.find("Address");
        else if (line.empty())
            column = std::string_view::npos;
        result += column == std::string_view::npos || is_rule(line) ? std::string{line}
                                                                    : keep_column(before, line, column);
        result += has_end ? "\n" : "";
        header = line;
    }
    return result;
}

}  // namespace efm::fake
