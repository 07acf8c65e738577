#include "mocks/fake/secret.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include <range/v3/algorithm/any_of.hpp>

#include "mocks/fake/quote.h"

namespace efm::fake {

namespace {

constexpr std::string_view mask = "***";

bool is_gap(char c) {
    return c == ' ' || c == '\t';
}
bool is_blank(char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0;
}
bool is_alphanumeric(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}
bool is_word(char c) {
    return is_alphanumeric(c) || c == '_' || c == '-' || c == '.';
}
bool is_digit(char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
}
bool is_hex(char c) {
    return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}

template <typename Predicate>
std::size_t skip(std::string_view text, std::size_t at, const Predicate& predicate) {
    while (at < text.size() && predicate(text[at]))
        ++at;
    return at;
}

/// Reads a text, and knows which quoted string it is in.
class Masking {
  public:
    explicit Masking(std::string_view text) : text_(text) {}

    std::string run() {
        while (at_ < text_.size()) {
            if (const auto end = end_of_scheme_mark()) {
                copy_to(*end);
                mask_credentials();
            } else if (is_word(text_[at_])) {
                mask_word();
            } else if (const auto quote = quote_at(text_, at_)) {
                note(*quote);
                copy_to(at_ + quote->size());
            } else {
                if (text_[at_] == '\n')
                    around_.reset();
                copy_to(behind_one(text_, at_));
            }
        }
        return std::move(masked_);
    }

  private:
    void copy_to(std::size_t end) {
        masked_ += text_.substr(at_, end - at_);
        at_ = end;
    }
    void mask_to(std::size_t end) {
        masked_ += mask;
        at_ = end;
    }

    // An apostrophe within a word begins nothing.
    void note(const Quote& quote) {
        if (around_ == quote)
            around_.reset();
        else if (!around_ && (at_ == 0 || !is_alphanumeric(text_[at_ - 1])))
            around_ = quote;
    }

    /// Does the string around what is read end at `at`?
    [[nodiscard]] bool ends_around(std::size_t at, const Quote& quote) const {
        const auto behind = at + quote.size();
        return around_ == quote && (behind >= text_.size() || !is_alphanumeric(text_[behind]));
    }

    /// Behind `://`, where it stands here; JSON has backslashes before the slashes.
    [[nodiscard]] std::optional<std::size_t> end_of_scheme_mark() const {
        if (text_[at_] != ':')
            return std::nullopt;
        const auto first = skip_backslashes(text_, at_ + 1);
        if (first >= text_.size() || text_[first] != '/')
            return std::nullopt;
        const auto second = skip_backslashes(text_, first + 1);
        if (second >= text_.size() || text_[second] != '/')
            return std::nullopt;
        return second + 1;
    }

    /// The next blank, or the end of the string around.
    [[nodiscard]] std::size_t end_of_blank_separated(std::size_t at, std::size_t longest) const {
        const auto most = at + longest;
        while (at < std::min(text_.size(), most) && !is_blank(text_[at])) {
            const auto quote = quote_at(text_, at);
            if (quote && ends_around(at, *quote))
                break;
            at = quote ? at + quote->size() : behind_one(text_, at);
        }
        return at;
    }

    /// The password is what stands between the first colon and the last @ of a URL. Digits up to a slash are
    /// a port.
    void mask_credentials() {
        constexpr std::size_t longest = 4096;
        if (next_sign_ < at_)
            next_sign_ = std::min(text_.find('@', at_), text_.size());
        if (next_sign_ - at_ >= longest || next_sign_ == text_.size())
            return;
        const auto url = text_.substr(0, end_of_blank_separated(at_, longest));
        const auto slash = std::min(url.find('/', at_), url.size());
        const auto colon = url.find(':', at_);
        if (colon >= slash || url[at_] == '[')
            return;
        const auto find_sign = [&](std::size_t end) {
            const auto sign = url.substr(0, end).rfind('@');
            return sign == std::string_view::npos || sign < colon ? std::string_view::npos : sign;
        };
        const auto before_query = find_sign(std::min(url.find('?', at_), url.size()));
        const auto sign = before_query == std::string_view::npos ? find_sign(url.size()) : before_query;
        const auto digits = skip(url, colon + 1, is_digit);
        const bool is_port = digits > colon + 1 &&
                             (digits == slash || (digits < slash && url[digits] == '\\')) && sign > slash;
        if (sign == std::string_view::npos || is_port)
            return;
        copy_to(colon + 1);
        mask_to(sign);
    }

    void mask_word() {
        const auto start = at_;
        const auto end = skip(text_, at_, is_word);
        const auto word = text_.substr(start, end - start);
        mask_codes(end);
        if (!names_a_secret(word))
            return;
        const bool is_parameter = start > 0 && (text_[start - 1] == '?' || text_[start - 1] == '&');
        mask_value(word.front() == '-', is_parameter);
    }

    void mask_codes(std::size_t end) {
        constexpr std::size_t shortest = 32;
        while (at_ < end) {
            const auto part = std::max(skip(text_.substr(0, end), at_, is_alphanumeric), at_ + 1);
            const bool is_code = part - at_ >= shortest && skip(text_.substr(0, part), at_, is_hex) == part;
            if (is_code)
                mask_to(part);
            else
                copy_to(part);
        }
    }

    /// Behind a name: what is between it and its value, and the value.
    void mask_value(bool is_option, bool is_parameter) {
        const auto closing = quote_at(text_, at_);
        const auto behind = at_ + (closing ? closing->size() : 0);
        auto start = closing ? skip(text_, behind, is_blank) : skip(text_, behind, is_gap);
        const auto sign = skip(text_, start, [](char c) { return c == '=' || c == ':' || c == '>'; });
        const bool has_sign = sign > start && text_[start] != '>';
        const auto quote = quote_at(text_, start);
        // --password x, and PASSWORD 'x' in SQL
        const bool has_gap = !closing && start > behind && (is_option || (quote && quote->mark == '\''));
        if (!has_sign && !has_gap)
            return;
        const auto around = around_;
        if (closing && around_ == *closing)
            around_.reset();
        if (has_sign)
            start = closing ? skip(text_, sign, is_blank) : skip(text_, sign, is_gap);
        const auto end = end_of_value(start, closing.has_value(), is_parameter);
        if (end == start) {
            around_ = around;
            return;
        }
        copy_to(start);
        mask_found(end);
    }

    /// The quotes around a value stay.
    void mask_found(std::size_t end) {
        const auto open = quote_at(text_, at_);
        const bool is_string = open && end_of_string(text_, at_ + open->size(), *open) == end &&
                               end >= at_ + 2 * open->size() && quote_at(text_, end - open->size()) == open;
        if (!is_string) {
            mask_to(end);
            return;
        }
        copy_to(at_ + open->size());
        mask_to(end - open->size());
        copy_to(end);
    }

    /// A value is made of quoted strings, and of what is not quoted up to a blank.
    [[nodiscard]] std::size_t end_of_value(std::size_t start, bool has_quoted_name, bool is_parameter) const {
        bool is_behind_string = true;
        for (auto at = start; at < text_.size();) {
            if (const auto quote = quote_at(text_, at)) {
                if (ends_around(at, *quote))
                    return at;
                at += quote->size();
                if (is_behind_string)
                    at = end_of_string(text_, at, *quote);
                continue;
            }
            const bool ends_list = std::string_view{",;:)}]"}.find(text_[at]) != std::string_view::npos;
            if (is_blank(text_[at]) || (is_parameter && text_[at] == '&') ||
                (ends_list && (has_quoted_name || (is_behind_string && at > start))))
                return at;
            is_behind_string = false;
            at = behind_one(text_, at);
        }
        return text_.size();
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t next_sign_ = 0;  ///< the first @ that is not before `at_`
    std::optional<Quote> around_;
    std::string masked_;
};

}  // namespace

bool names_a_secret(std::string_view name) {
    constexpr std::array<std::string_view, 4> anywhere{"password", "passwd", "passphrase", "secret"};
    constexpr std::array<std::string_view, 3> as_a_word{"pass", "pwd", "token"};
    std::string lower{name};
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return ranges::any_of(anywhere,
                          [&](std::string_view part) { return lower.find(part) != std::string::npos; }) ||
           ranges::any_of(as_a_word, [&](std::string_view word) {
               return lower.ends_with(word) || lower.find(std::string{word} + ".") != std::string::npos ||
                      lower.find(std::string{word} + "_") != std::string::npos;
           });
}

std::string mask_secrets(std::string_view text) {
    // What is masked no longer hides what stands behind it; a few rounds, for texts that nobody writes.
    constexpr int most_rounds = 8;
    auto masked = Masking{text}.run();
    for (int round = 1; round < most_rounds; ++round) {
        auto again = Masking{masked}.run();
        if (again == masked)
            break;
        masked = std::move(again);
    }
    return masked;
}

std::vector<std::string> mask_secrets(const std::vector<std::string>& words) {
    std::vector<std::string> masked;
    bool is_value = false;
    for (const auto& word : words) {
        masked.push_back(is_value ? std::string{mask} : mask_secrets(word));
        const auto name = word.substr(0, word.find_last_not_of("=: ") + 1);
        is_value = !is_value && names_a_secret(name.substr(name.find_last_of(" =:&?,;\"'") + 1));
    }
    return masked;
}

}  // namespace efm::fake
