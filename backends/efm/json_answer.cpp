#include "backends/efm/json_answer.h"

#include <boost/json/basic_parser_impl.hpp>

namespace efm {

namespace json = boost::json;
using boost::system::error_code;

namespace {

constexpr auto none = std::string_view::npos;
constexpr std::string_view blanks = " \t\r\n";

// Follows a JSON text without building it, and watches the values of one key of the outermost object. Of
// several with the same key the last one counts, as for jsonb.
class KeyWatcher {
  public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    explicit KeyWatcher(std::string_view key) : key_(key) {}

    [[nodiscard]] bool found() const { return found_; }
    [[nodiscard]] bool holds_object() const { return holds_object_; }

    // What Boost.JSON's basic_parser calls, by these names.
    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) { return open(true); }
    bool on_object_end(std::size_t, error_code&) { return close(); }
    bool on_array_begin(error_code&) { return open(false); }
    bool on_array_end(std::size_t, error_code&) { return close(); }
    bool on_key_part(json::string_view part, std::size_t, error_code&) { return add_to_key(part); }
    bool on_key(json::string_view part, std::size_t, error_code&) {
        add_to_key(part);
        if (depth_ == 1 && matches_ && matched_ == key_.size()) {
            found_ = true;
            holds_object_ = false;
            value_follows_ = true;
        }
        matched_ = 0;
        matches_ = true;
        return true;
    }
    bool on_string_part(json::string_view, std::size_t, error_code&) { return true; }
    bool on_string(json::string_view, std::size_t, error_code&) { return scalar(); }
    bool on_number_part(json::string_view, error_code&) { return true; }
    bool on_int64(std::int64_t, json::string_view, error_code&) { return scalar(); }
    bool on_uint64(std::uint64_t, json::string_view, error_code&) { return scalar(); }
    bool on_double(double, json::string_view, error_code&) { return scalar(); }
    bool on_bool(bool, error_code&) { return scalar(); }
    bool on_null(error_code&) { return scalar(); }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }

  private:
    bool open(bool is_object) {
        if (value_follows_)
            holds_object_ = is_object;
        value_follows_ = false;
        ++depth_;
        return true;
    }
    bool close() {
        --depth_;
        return true;
    }
    bool scalar() {
        value_follows_ = false;
        return true;
    }
    bool add_to_key(std::string_view part) {
        matches_ = matches_ && key_.substr(matched_, part.size()) == part;
        matched_ += matches_ ? part.size() : 0;
        return true;
    }

    std::string_view key_;
    std::size_t depth_ = 0;
    std::size_t matched_ = 0;
    bool matches_ = true;
    bool value_follows_ = false;
    bool found_ = false;
    bool holds_object_ = false;
};

// The encoding of the output is not known here: that a string is no UTF-8 is for its reader to report.
json::parse_options lenient_about_encoding() {
    json::parse_options options;
    options.allow_invalid_utf8 = true;
    return options;
}

// Parses `text`, which must be one JSON text from its first to its last byte. More levels than Boost.JSON's
// limit of 32 are refused: its parser uses the stack, and the status of a cluster has three.
bool parse(json::basic_parser<KeyWatcher>& parser, std::string_view text) {
    error_code error;
    const auto parsed = parser.write_some(false, text.data(), text.size(), error);
    return !error && parsed == text.size();
}

std::size_t trailing_backslashes(std::string_view text) {
    const auto last = text.find_last_not_of('\\');
    return last == none ? text.size() : text.size() - last - 1;
}

// The opening bracket that belongs to the closing one at the end of `text`, found backwards, so that each
// byte is looked at a few times at most whatever stands before. Right when a valid JSON text ends there,
// which is checked afterwards: in valid JSON a quote that is not escaped opens or closes a string, and what
// is in strings is skipped.
std::size_t find_opening_bracket(std::string_view text) {
    std::size_t open = 0;
    bool in_string = false;
    for (auto at = text.size(); at-- > 0;) {
        const char c = text[at];
        if (c == '"') {
            if (trailing_backslashes(text.substr(0, at)) % 2 == 0)
                in_string = !in_string;
        } else if (in_string) {
            continue;
        } else if (c == '}' || c == ']') {
            ++open;
        } else if ((c == '{' || c == '[') && --open == 0) {
            return at;
        }
    }
    return none;
}

bool begins_a_line(std::string_view text, std::size_t at) {
    const auto before = text.substr(0, at).find_last_not_of(" \t\r");
    return before == none || text[before] == '\n';
}

}  // namespace

std::optional<std::string_view> find_json(std::string_view output) {
    const auto last = output.find_last_not_of(blanks);
    if (last == none || (output[last] != '}' && output[last] != ']'))
        return std::nullopt;
    const auto text = output.substr(0, last + 1);
    const auto first = find_opening_bracket(text);
    if (first == none || !begins_a_line(text, first))
        return std::nullopt;
    const auto candidate = text.substr(first);
    json::basic_parser<KeyWatcher> parser{lenient_about_encoding(), std::string_view{}};
    if (!parse(parser, candidate))
        return std::nullopt;
    return candidate;
}

bool has_key(std::string_view json_text, std::string_view key, bool must_be_object) {
    const auto first = json_text.find_first_not_of(blanks);
    if (first == none || json_text[first] != '{')
        return false;
    json::basic_parser<KeyWatcher> parser{lenient_about_encoding(), key};
    if (!parse(parser, json_text))
        return false;
    return parser.handler().found() && (!must_be_object || parser.handler().holds_object());
}

}  // namespace efm
