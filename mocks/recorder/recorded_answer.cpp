#include "mocks/recorder/recorded_answer.h"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "mocks/fake/utf8.h"

namespace efm::fake {

namespace {

namespace json = boost::json;

constexpr std::string_view question_mark = "[y/N]:";

std::string hex_of(const std::string& bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        hex.append({digits[byte >> 4U], digits[byte & 15U]});
    }
    return hex;
}

// What was asked is asked again.
void take_questions_out(json::object& answer, std::string& text) {
    json::array questions;
    for (auto end = text.find(question_mark); end != std::string::npos; end = text.find(question_mark)) {
        questions.emplace_back(text.substr(0, end + question_mark.size()));
        text.erase(0, end + question_mark.size());
    }
    if (!questions.empty())
        answer["questions"] = std::move(questions);
}

// The same answer may take longer or shorter, and comes at its place among the calls.
json::object without_place(json::object answer) {
    for (const auto* const key : {"after_calls", "calls", "delay_ms"})
        answer.erase(key);
    return answer;
}

}  // namespace

json::object make_answer(const std::vector<std::string>& words, const PassedThrough& seen) {
    constexpr std::size_t before_arguments = 2;
    const auto first = words.begin() + static_cast<std::ptrdiff_t>(std::min(before_arguments, words.size()));
    json::object answer{{"subcommand", words.empty() ? std::string{} : words.front()},
                        {"arguments", json::array(first, words.end())}};
    if (seen.elapsed.count() > 0)
        answer["delay_ms"] = seen.elapsed.count();
    auto output = seen.output;
    if (is_utf8(output))
        take_questions_out(answer, output);
    if (is_utf8(output))
        answer["output"] = output;
    else
        answer["output_hex"] = hex_of(output);
    auto errors = as_utf8(seen.errors);
    if (asks_on_errors(seen))
        take_questions_out(answer, errors);
    if (!errors.empty())
        answer["errors"] = errors;
    if (seen.signal != 0)
        answer["signal"] = seen.signal;
    else
        answer["exit_status"] = seen.exit_status;
    return answer;
}

bool asks_on_errors(const PassedThrough& seen) {
    return seen.output.find(question_mark) == std::string::npos &&
           seen.errors.find(question_mark) != std::string::npos;
}

std::string kind_of_answer(const json::object& answer) {
    const auto part = [&answer](const char* key) {
        const auto* const value = answer.if_contains(key);
        return value == nullptr ? json::value{} : *value;
    };
    return json::serialize(json::array{part("subcommand"), part("arguments")});
}

void add_answer(json::array& faults, json::object answer, std::int64_t earlier) {
    const auto kind = kind_of_answer(answer);
    const auto last = std::find_if(faults.rbegin(), faults.rend(), [&](const json::value& fault) {
        return kind_of_answer(fault.as_object()) == kind;
    });
    if (last == faults.rend()) {
        faults.push_back(std::move(answer));
        return;
    }
    auto& before = last->as_object();
    if (without_place(before) == without_place(answer))
        return;
    const auto* const place = before.if_contains("after_calls");
    before["calls"] = earlier - (place == nullptr ? 0 : place->to_number<std::int64_t>());
    answer["after_calls"] = earlier;
    faults.push_back(std::move(answer));
}

}  // namespace efm::fake
