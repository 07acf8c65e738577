#include "backends/efm/properties_file.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

namespace efm {

namespace {

constexpr auto none = std::string_view::npos;
constexpr std::string_view blanks = " \t\f";
constexpr std::string_view line_ends = "\r\n";

// Natural lines joined where a backslash at the end continues them. Escapes are still in it.
struct LogicalLine {
    std::string text;
    std::size_t number = 0;  // of the natural line that its text begins in, from 1
};

// An odd number of backslashes at the end: the last one is not itself escaped.
bool is_continued(std::string_view text) {
    const auto last = text.find_last_not_of('\\');
    return (text.size() - (last == none ? 0 : last + 1)) % 2 == 1;
}

class LineReader {
  public:
    explicit LineReader(std::string_view bytes) : rest_(bytes) {}

    // The next logical line that is neither blank nor a comment.
    std::optional<LogicalLine> next() {
        LogicalLine line;
        while (!rest_.empty()) {
            if (line.text.empty())
                line.number = number_;
            skip_blanks();
            // As long as the logical line is empty there may be a comment, even after a lone backslash.
            const bool is_comment = line.text.empty() && (rest_.starts_with('#') || rest_.starts_with('!'));
            const auto natural = take_until_line_end();
            const auto end_size = skip_line_end();
            if (is_comment)
                continue;
            line.text += natural;
            if (is_continued(line.text)) {
                line.text.pop_back();
                // Java's one oddity: a lone backslash before the end of the file is an entry without name and
                // value, unless a carriage return and a newline stand between.
                if (line.text.empty() && rest_.empty() && end_size < 2)
                    return line;
            } else if (!line.text.empty()) {
                return line;
            }
        }
        return line.text.empty() ? std::nullopt : std::optional{std::move(line)};
    }

  private:
    void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size())); }

    std::string_view take_until_line_end() {
        const auto taken = rest_.substr(0, rest_.find_first_of(line_ends));
        rest_.remove_prefix(taken.size());
        return taken;
    }

    // How many bytes: a carriage return and a newline are one end, the end of the file is none.
    std::size_t skip_line_end() {
        if (rest_.empty())
            return 0;
        const std::size_t size = rest_.starts_with("\r\n") ? 2 : 1;
        rest_.remove_prefix(size);
        ++number_;
        return size;
    }

    std::string_view rest_;
    std::size_t number_ = 1;
};

struct NameAndValue {
    std::string_view name;
    std::string_view value;
};

// The name ends at the first separator that is not escaped; around a `=` or `:` there may be blanks.
NameAndValue split(std::string_view line) {
    std::size_t end = 0;
    while (end < line.size() && line[end] != '=' && line[end] != ':' && blanks.find(line[end]) == none)
        end += line[end] == '\\' ? 2 : 1;
    end = std::min(end, line.size());
    auto value = line.substr(end);
    const auto skip_blanks = [&] {
        value.remove_prefix(std::min(value.find_first_not_of(blanks), value.size()));
    };
    skip_blanks();
    if (value.starts_with('=') || value.starts_with(':')) {
        value.remove_prefix(1);
        skip_blanks();
    }
    return {line.substr(0, end), value};
}

// Four hexadecimal digits at the beginning of `text`.
std::optional<char16_t> hex_unit(std::string_view text) {
    if (text.size() < 4)
        return std::nullopt;
    unsigned unit = 0;
    for (const char c : text.substr(0, 4)) {
        const auto digit =
            std::string_view{"0123456789abcdef"}.find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
        if (digit == none)
            return std::nullopt;
        unit = unit * 16 + static_cast<unsigned>(digit);
    }
    return static_cast<char16_t>(unit);
}

// Escapes resolved, in UTF-16 as Java has it: an escaped surrogate pair is one character. Nothing when
// malformed.
std::optional<std::u16string> unescape(std::string_view text) {
    std::u16string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        // Each byte is an ISO 8859-1 character.
        auto unit = static_cast<char16_t>(static_cast<unsigned char>(text[at]));
        if (unit == u'\\' && at + 1 < text.size()) {
            const char escaped = text[++at];
            if (escaped == 'u') {
                const auto hex = hex_unit(text.substr(at + 1));
                if (!hex)
                    return std::nullopt;
                unit = *hex;
                at += 4;
            } else {
                const auto known = std::string_view{"tnrf"}.find(escaped);
                unit = known == none ? static_cast<char16_t>(static_cast<unsigned char>(escaped))
                                     : std::u16string_view{u"\t\n\r\f"}[known];
            }
        }
        result += unit;
    }
    return result;
}

void append_utf8(std::string& text, char32_t character) {
    const auto byte = [&](char32_t bits) { text += static_cast<char>(static_cast<unsigned char>(bits)); };
    const auto continuation = [&](unsigned shift) { byte(0x80U | ((character >> shift) & 0x3fU)); };
    if (character < 0x80) {
        byte(character);
    } else if (character < 0x800) {
        byte(0xc0U | (character >> 6U));
        continuation(0);
    } else if (character < 0x10000) {
        byte(0xe0U | (character >> 12U));
        continuation(6);
        continuation(0);
    } else {
        byte(0xf0U | (character >> 18U));
        continuation(12);
        continuation(6);
        continuation(0);
    }
}

// Half of a surrogate pair is no character: U+FFFD stands for it.
std::string to_utf8(std::u16string_view text) {
    const auto is_high = [](char32_t unit) { return unit >= 0xd800 && unit < 0xdc00; };
    const auto is_low = [](char32_t unit) { return unit >= 0xdc00 && unit < 0xe000; };
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char32_t unit = text[at];
        const char32_t following = at + 1 < text.size() ? text[at + 1] : U'\0';
        if (is_high(unit) && is_low(following)) {
            append_utf8(result, 0x10000U + ((unit - 0xd800U) << 10U) + (following - 0xdc00U));
            ++at;
        } else {
            append_utf8(result, is_high(unit) || is_low(unit) ? U'\ufffd' : unit);
        }
    }
    return result;
}

}  // namespace

std::variant<std::vector<Property>, PropertiesError> parse_properties(std::string_view bytes) {
    std::vector<Property> properties;
    // By the name as Java has it: two halves of surrogate pairs differ, and look the same in UTF-8.
    std::unordered_map<std::u16string, std::size_t> places;
    LineReader reader{bytes};
    while (const auto line = reader.next()) {
        const auto [raw_name, raw_value] = split(line->text);
        const auto name = unescape(raw_name);
        const auto value = name ? unescape(raw_value) : std::nullopt;
        if (!value)
            return PropertiesError{"malformed \\uxxxx encoding in line " + std::to_string(line->number)};
        Property property{to_utf8(*name), to_utf8(*value)};
        const auto [place, is_new] = places.try_emplace(*name, properties.size());
        if (is_new)
            properties.push_back(std::move(property));
        else
            properties[place->second] = std::move(property);
    }
    return properties;
}

}  // namespace efm
