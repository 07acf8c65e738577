#include "mocks/recorder/json_strings.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>
#include <cctype>
#include <utility>

namespace efm::fake {

namespace {

namespace json = boost::json;

/// How long the JSON object is that `text` begins with; 0 when it begins with none.
std::size_t size_of_object(std::string_view text) {
    json::parser parser;
    boost::system::error_code error;
    const auto size = parser.write_some(text.data(), text.size(), error);
    return error ? 0 : size;
}

/// EFM writes `\/`, others `/`.
std::string written_as(const std::string& text, std::string_view before) {
    std::string literal = json::serialize(json::value(text));
    const bool escapes_slashes = before.find("\\/") != std::string_view::npos;
    for (auto at = literal.find('/'); escapes_slashes && at != std::string::npos;
         at = literal.find('/', at + 2))
        literal.insert(at, "\\");
    return literal;
}

/// Goes through an object that is known to be one.
class Walk {
  public:
    Walk(std::string_view text, const JsonChange& change) : text_(text), change_(change) {}

    std::string run() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '{' || c == '[')
                open(c == '{');
            else if (c == '}' || c == ']')
                close();
            else if (c == '"')
                pass_string();
            else if (c == ',')
                next();
            else if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-')
                pass_scalar();
            else
                copy(1);
        }
        return std::move(result_);
    }

  private:
    void copy(std::size_t size) {
        result_ += text_.substr(at_, size);
        at_ += size;
    }
    void open(bool is_object) {
        around_.push_back({is_object, false});
        place_.is_key = is_object;
        copy(1);
    }
    void close() {
        leave_member();
        around_.pop_back();
        copy(1);
    }
    void next() {
        leave_member();
        place_.is_key = around_.back().is_object;
        copy(1);
    }
    void leave_member() {
        place_.is_key = false;
        if (around_.back().has_key)
            place_.keys.pop_back();
        around_.back().has_key = false;
    }

    void pass_string() {
        auto end = at_ + 1;
        while (text_[end] != '"')
            end += text_[end] == '\\' ? 2 : 1;
        const auto literal = text_.substr(at_, end + 1 - at_);
        const auto decoded = json::parse(literal).as_string();
        const std::string text{decoded.begin(), decoded.end()};
        change(literal, text);
        if (!place_.is_key)
            return;
        place_.is_key = false;
        place_.keys.push_back(text);
        around_.back().has_key = true;
    }
    void pass_scalar() {
        const auto end = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
        const auto literal = text_.substr(at_, end - at_);
        change(literal, std::string{literal});
    }
    void change(std::string_view literal, const std::string& text) {
        const auto changed = change_(place_, text);
        result_ += changed == text ? std::string{literal} : written_as(changed, text_);
        at_ += literal.size();
    }

    std::string_view text_;
    const JsonChange& change_;
    std::size_t at_ = 0;
    struct Around {
        bool is_object = false;
        bool has_key = false;  ///< of a member, the last of the place's
    };
    std::vector<Around> around_;
    JsonPlace place_;
    std::string result_;
};

}  // namespace

std::string change_json_strings(std::string_view text, const JsonChange& inside,
                                const std::function<std::string(std::string_view)>& outside) {
    std::string result;
    std::size_t behind = 0;
    for (auto start = text.find('{'); start != std::string_view::npos; start = text.find('{', start + 1)) {
        const auto size = size_of_object(text.substr(start));
        if (size == 0)
            continue;
        result += outside(text.substr(behind, start - behind));
        result += Walk{text.substr(start, size), inside}.run();
        behind = start + size;
        start = behind - 1;
    }
    return result + outside(text.substr(behind));
}

}  // namespace efm::fake
