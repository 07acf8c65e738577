#include "backends/plefm/body_scanner.h"

#include <optional>
#include <range/v3/algorithm/count_if.hpp>
#include <utility>

namespace efm::plefm {

namespace {

constexpr std::string_view blanks = " \t\r\n";
// What ends a run of plain text in a word.
constexpr std::string_view special = " \t\r\n\"'{}[]";

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

class Scanner {
  public:
    explicit Scanner(std::string_view body) : body_(body) {}

    std::variant<std::vector<Token>, BodyError> run() {
        while (!error_ && at_ < body_.size())
            step();
        if (error_)
            return *std::move(error_);
        return std::move(tokens_);
    }

  private:
    void step() {
        const char c = body_[at_];
        if (blanks.find(c) != std::string_view::npos) {
            in_word_ = false;
            ++at_;
        } else if (c == '[' || c == ']') {
            in_word_ = false;
            tokens_.push_back({c == '[' ? TokenKind::open_group : TokenKind::close_group, at_, {}});
            ++at_;
        } else if (c == '\'' || c == '"') {
            quoted();
        } else if (c == '{') {
            placeholder();
        } else if (c == '}') {
            fail(at_, "unexpected \"}\"", {}, "Put a \"}\" that stands for itself in quotes.");
        } else {
            const auto end = body_.find_first_of(special, at_);
            add_text(body_.substr(at_, end - at_), at_);
            at_ = end == std::string_view::npos ? body_.size() : end;
        }
    }

    void quoted() {
        const auto start = at_;
        const char quote = body_[start];
        std::string text;
        for (auto at = start + 1; at < body_.size(); ++at) {
            if (body_[at] != quote) {
                text += body_[at];
            } else if (at + 1 < body_.size() && body_[at + 1] == quote) {
                text += quote;
                ++at;
            } else {
                at_ = at + 1;
                add_text(text, start);
                return;
            }
        }
        fail(start, "quote is not closed");
    }

    void placeholder() {
        const auto end = body_.find_first_of("{}", at_ + 1);
        if (end == std::string_view::npos || body_[end] != '}') {
            fail(at_, "\"{\" is not closed", {}, "Put a \"{\" that stands for itself in quotes.");
            return;
        }
        word(at_).parts.push_back({std::string{body_.substr(at_ + 1, end - at_ - 1)}, true, at_});
        at_ = end + 1;
    }

    // Neighbours in a word make one text: a quoted part is no boundary.
    void add_text(std::string_view text, std::size_t offset) {
        for (const char c : text) {
            if (is_control(c)) {
                fail(offset, "control character in a word", {},
                     "A word of a command must not hold a newline, a tab or another control character.");
                return;
            }
        }
        auto& parts = word(offset).parts;
        if (parts.empty() || parts.back().is_placeholder)
            parts.push_back({std::string{text}, false, offset});
        else
            parts.back().text += text;
    }

    Token& word(std::size_t offset) {
        if (!in_word_)
            tokens_.push_back({TokenKind::word, offset, {}});
        in_word_ = true;
        return tokens_.back();
    }

    void fail(std::size_t offset, std::string message, std::string detail = {}, std::string hint = {}) {
        error_ = error_at(body_, offset, std::move(message), std::move(detail), std::move(hint));
    }

    std::string_view body_;
    std::size_t at_ = 0;
    bool in_word_ = false;
    std::vector<Token> tokens_;
    std::optional<BodyError> error_;
};

}  // namespace

BodyError error_at(std::string_view body, std::size_t offset, std::string message, std::string detail,
                   std::string hint) {
    // A byte that continues a UTF-8 character is none of its own.
    const auto characters = ranges::count_if(
        body.substr(0, offset), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; });
    return {std::move(message), std::move(detail), std::move(hint), static_cast<std::size_t>(characters) + 1};
}

std::variant<std::vector<Token>, BodyError> scan(std::string_view body) {
    return Scanner{body}.run();
}

}  // namespace efm::plefm
