#pragma once

#include <string>
#include <utility>
#include <vector>

namespace efm {

/// Names and values of labels, in the order in which they are shown.
using Labels = std::vector<std::pair<std::string, std::string>>;

struct Sample {
    std::string suffix;  ///< after the family's name: `_sum` and `_count` of a summary, else empty
    Labels labels;
    double value = 0;
};

enum class MetricType { gauge, counter, summary };

/// A metric by Prometheus' rules: base units, a counter's name ends in `_total`, nobody else's does.
struct MetricFamily {
    std::string name;
    MetricType type = MetricType::gauge;
    std::string help;
    std::vector<Sample> samples;
};

}  // namespace efm
