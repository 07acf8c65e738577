#include "backends/metrics/exposition.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace efm {

namespace {

constexpr std::string_view counter_suffix = "_total";

std::string escaped(std::string_view text, bool quotes_too) {
    std::string result;
    for (const char c : text) {
        if (c == '\n')
            result += "\\n";
        else if (c == '\\' || (quotes_too && c == '"'))
            result.append(1, '\\').append(1, c);
        else
            result += c;
    }
    return result;
}

std::string_view type_name(MetricType type) {
    switch (type) {
        case MetricType::counter:
            return "counter";
        case MetricType::summary:
            return "summary";
        case MetricType::gauge:
            return "gauge";
    }
    return "gauge";
}

std::string number(double value) {
    if (std::isnan(value))
        return "NaN";
    if (std::isinf(value))
        return value > 0 ? "+Inf" : "-Inf";
    std::array<char, 64> digits{};
    // A whole number as people write it: 1e+06 is right too, but hard to compare with SQL.
    constexpr double exact_in_double = 9007199254740992.0;
    const auto end =
        std::abs(value) < exact_in_double && value == std::trunc(value)
            ? std::to_chars(digits.data(), digits.data() + digits.size(), static_cast<long long>(value))
            : std::to_chars(digits.data(), digits.data() + digits.size(), value);
    return {digits.data(), end.ptr};
}

std::string written_labels(const Labels& labels) {
    if (labels.empty())
        return {};
    std::string text;
    for (const auto& [name, value] : labels)
        text += (text.empty() ? "{" : ",") + name + "=\"" + escaped(value, true) + "\"";
    return text + "}";
}

}  // namespace

std::string write_metrics(std::span<const MetricFamily> families, Exposition format) {
    std::string text;
    for (const auto& family : families) {
        if (family.samples.empty())
            continue;
        std::string_view name = family.name;
        if (format == Exposition::openmetrics && family.type == MetricType::counter &&
            name.ends_with(counter_suffix))
            name.remove_suffix(counter_suffix.size());
        text.append("# HELP ").append(name).append(" ").append(
            escaped(family.help, format == Exposition::openmetrics));
        text.append("\n# TYPE ").append(name).append(" ").append(type_name(family.type)).append("\n");
        for (const auto& sample : family.samples)
            text += family.name + sample.suffix + written_labels(sample.labels) + " " + number(sample.value) +
                    "\n";
    }
    if (format == Exposition::openmetrics)
        text += "# EOF\n";
    return text;
}

}  // namespace efm
