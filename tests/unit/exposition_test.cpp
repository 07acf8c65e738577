#include "backends/metrics/exposition.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <limits>

namespace efm {
namespace {

using namespace std::string_literals;

std::string write(const std::vector<MetricFamily>& families, Exposition format = Exposition::prometheus) {
    return write_metrics(families, format);
}

// The last word of the line of a gauge that has this value.
std::string written(double value) {
    const auto text = write({{"x", MetricType::gauge, "h", {{"", {}, value}}}});
    return text.substr("# HELP x h\n# TYPE x gauge\nx "s.size());
}

const std::vector<MetricFamily> one_of_each{
    {"efm_up", MetricType::gauge, "Whether it is up.", {{"", {{"cluster", "efm"}}, 1}}},
    {"efm_hits_total", MetricType::counter, "Hits.", {{"", {}, 7}}},
    {"efm_took_seconds",
     MetricType::summary,
     "How long.",
     {{"_sum", {{"a", "1"}, {"b", "2"}}, 1.5}, {"_count", {{"a", "1"}, {"b", "2"}}, 3}}}};

TEST(Exposition, ThePrometheusText) {
    EXPECT_EQ(write(one_of_each),
              "# HELP efm_up Whether it is up.\n"
              "# TYPE efm_up gauge\n"
              "efm_up{cluster=\"efm\"} 1\n"
              "# HELP efm_hits_total Hits.\n"
              "# TYPE efm_hits_total counter\n"
              "efm_hits_total 7\n"
              "# HELP efm_took_seconds How long.\n"
              "# TYPE efm_took_seconds summary\n"
              "efm_took_seconds_sum{a=\"1\",b=\"2\"} 1.5\n"
              "efm_took_seconds_count{a=\"1\",b=\"2\"} 3\n");
}

// A counter's name ends before _total, and the end is marked.
TEST(Exposition, OpenMetrics) {
    EXPECT_EQ(write(one_of_each, Exposition::openmetrics),
              "# HELP efm_up Whether it is up.\n"
              "# TYPE efm_up gauge\n"
              "efm_up{cluster=\"efm\"} 1\n"
              "# HELP efm_hits Hits.\n"
              "# TYPE efm_hits counter\n"
              "efm_hits_total 7\n"
              "# HELP efm_took_seconds How long.\n"
              "# TYPE efm_took_seconds summary\n"
              "efm_took_seconds_sum{a=\"1\",b=\"2\"} 1.5\n"
              "efm_took_seconds_count{a=\"1\",b=\"2\"} 3\n"
              "# EOF\n");
}

TEST(Exposition, OnlyCountersLoseTheirSuffix) {
    const std::vector<MetricFamily> gauge{{"efm_nodes_total", MetricType::gauge, "h", {{"", {}, 2}}}};
    EXPECT_EQ(write(gauge, Exposition::openmetrics),
              "# HELP efm_nodes_total h\n# TYPE efm_nodes_total gauge\nefm_nodes_total 2\n# EOF\n");
}

TEST(Exposition, FamiliesWithoutSamplesAreLeftOut) {
    EXPECT_EQ(write({}), "");
    EXPECT_EQ(write({}, Exposition::openmetrics), "# EOF\n");
    EXPECT_EQ(write({{"x", MetricType::gauge, "h", {}}, {"y", MetricType::gauge, "h", {{"", {}, 0}}}}),
              "# HELP y h\n# TYPE y gauge\ny 0\n");
}

TEST(Exposition, LabelValuesAreEscaped) {
    const auto line = [](const std::string& value, Exposition format) {
        const auto text = write({{"x", MetricType::gauge, "h", {{"", {{"l", value}}, 1}}}}, format);
        const auto start = text.find("x{");
        return text.substr(start, text.find(" 1\n", start) - start);
    };
    for (const auto format : {Exposition::prometheus, Exposition::openmetrics}) {
        EXPECT_EQ(line("", format), R"(x{l=""})");
        EXPECT_EQ(line("2001:db8::1", format), R"(x{l="2001:db8::1"})");
        EXPECT_EQ(line(R"(a"b)", format), R"(x{l="a\"b"})");
        EXPECT_EQ(line(R"(a\b)", format), R"(x{l="a\\b"})");
        EXPECT_EQ(line(R"(a\"b)", format), R"(x{l="a\\\"b"})");
        EXPECT_EQ(line("a\nb\n", format), R"(x{l="a\nb\n"})");
        EXPECT_EQ(line(R"(a\n)", format), R"(x{l="a\\n"})");
        EXPECT_EQ(line("\"} 9\nx{l=\"", format), R"(x{l="\"} 9\nx{l=\""})");
        EXPECT_EQ(line("{,=}\t'\xc3\xbc", format), "x{l=\"{,=}\t'\xc3\xbc\"}");
    }
}

// OpenMetrics escapes the quote in a HELP line, the older format does not know it there.
TEST(Exposition, HelpIsEscaped) {
    const std::vector<MetricFamily> family{{"x", MetricType::gauge, "a \"b\"\n\\c", {{"", {}, 1}}}};
    EXPECT_TRUE(write(family).starts_with("# HELP x a \"b\"\\n\\\\c\n# TYPE")) << write(family);
    EXPECT_TRUE(write(family, Exposition::openmetrics).starts_with("# HELP x a \\\"b\\\"\\n\\\\c\n# TYPE"));
}

TEST(Exposition, NumbersAreWholeWhereTheyAreExact) {
    struct Case {
        double value;
        std::string expected;
    };
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    for (const auto& c : {
             Case{0, "0"},
             Case{-0.0, "0"},
             Case{1, "1"},
             Case{-1, "-1"},
             Case{1000000, "1000000"},
             Case{9007199254740991.0, "9007199254740991"},
             Case{18446744073709551615.0, "18446744073709551616"},
             Case{1e300, "1e+300"},
             Case{0.1, "0.1"},
             Case{0.30000000000000004, "0.30000000000000004"},
             Case{-2.5e-7, "-2.5e-07"},
             Case{1767225600.123456, "1767225600.123456"},
             Case{infinity, "+Inf"},
             Case{-infinity, "-Inf"},
             Case{std::nan(""), "NaN"},
         })
        EXPECT_EQ(written(c.value), c.expected + "\n");
}

TEST(Exposition, WhatIsWrittenReadsBackAsTheSameNumber) {
    for (const double value :
         {1.0 / 3, 2e-308, 5e-324, 1.7976931348623157e308, 9007199254740993.0, 123456.789}) {
        const auto text = written(value);
        double read = 0;
        EXPECT_EQ(*std::from_chars(text.data(), text.data() + text.size(), read).ptr, '\n') << text;
        EXPECT_EQ(read, value) << text;
    }
}

}  // namespace
}  // namespace efm
