#include "mocks/fake/key_path.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <unordered_set>

namespace efm::fake {

namespace {

// Walks over a JSON text that is known to be valid: no check of its own but for the end. Depth is bounded by
// the parser that has accepted the text.
class Walker {
  public:
    explicit Walker(std::string_view json) : json_(json) {}

    std::size_t find(const KeyPath& path) {
        skip_blanks();
        std::size_t found = at_;
        for (const auto& step : path.steps) {
            if (!(peek() == '{' ? enter_key(step) : peek() == '[' && enter_element(step)))
                break;
            found = at_;
        }
        return found;
    }

    std::optional<RepeatedKey> find_repeated_key() {
        skip_value();
        return repeated_;
    }

  private:
    [[nodiscard]] char peek() const { return at_ < json_.size() ? json_[at_] : '\0'; }

    void skip_blanks() { at_ = std::min(json_.find_first_not_of(" \t\r\n", at_), json_.size()); }

    void skip_one(char c) {
        skip_blanks();
        if (peek() == c)
            ++at_;
        skip_blanks();
    }

    // The text between the quotes as it is written.
    std::string_view take_string() {
        const auto start = ++at_;
        while (at_ < json_.size() && json_[at_] != '"')
            at_ += json_[at_] == '\\' ? 2U : 1U;
        const auto end = std::min(at_, json_.size());
        at_ = std::min(at_ + 1, json_.size());
        return json_.substr(start, end - start);
    }

    void skip_value() {
        skip_blanks();
        if (peek() == '{') {
            skip_object();
        } else if (peek() == '[') {
            skip_one('[');
            while (peek() != ']' && peek() != '\0') {
                skip_value();
                skip_one(',');
            }
            ++at_;
        } else if (peek() == '"') {
            take_string();
        } else {
            at_ = std::min(json_.find_first_of(",]} \t\r\n", at_), json_.size());
        }
    }

    void skip_object() {
        std::unordered_set<std::string_view> keys;
        skip_one('{');
        while (peek() == '"') {
            const auto start = at_;
            const auto key = take_string();
            if (!keys.insert(key).second && !repeated_)
                repeated_ = RepeatedKey{std::string{key}, line_at(json_, start)};
            skip_one(':');
            skip_value();
            skip_one(',');
        }
        ++at_;
    }

    bool enter_key(std::string_view wanted) {
        skip_one('{');
        while (peek() == '"') {
            const bool found = take_string() == wanted;
            skip_one(':');
            if (found)
                return true;
            skip_value();
            skip_one(',');
        }
        return false;
    }

    bool enter_element(std::string_view wanted) {
        skip_one('[');
        for (std::size_t index = 0; peek() != ']' && peek() != '\0'; ++index) {
            if (wanted == "[" + std::to_string(index) + "]")
                return true;
            skip_value();
            skip_one(',');
        }
        return false;
    }

    std::string_view json_;
    std::size_t at_ = 0;
    std::optional<RepeatedKey> repeated_;
};

}  // namespace

KeyPath KeyPath::operator/(std::string_view key) const {
    auto longer = *this;
    longer.steps.emplace_back(key);
    return longer;
}

KeyPath KeyPath::operator/(std::size_t index) const {
    return *this / std::string_view{"[" + std::to_string(index) + "]"};
}

std::string to_string(const KeyPath& path) {
    std::string text;
    for (const auto& step : path.steps) {
        if (!text.empty() && !step.starts_with('['))
            text += '.';
        // A mistake is one line, whatever the key is.
        const bool is_plain =
            std::none_of(step.begin(), step.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
        text += is_plain ? step : boost::json::serialize(boost::json::string(step));
    }
    return text;
}

std::size_t line_of(std::string_view json, const KeyPath& path) {
    return line_at(json, Walker{json}.find(path));
}

std::size_t line_at(std::string_view text, std::size_t offset) {
    const auto before = text.substr(0, offset);
    return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
}

std::optional<RepeatedKey> find_repeated_key(std::string_view json) {
    return Walker{json}.find_repeated_key();
}

}  // namespace efm::fake
