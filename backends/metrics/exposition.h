#pragma once

#include <span>
#include <string>

#include "backends/metrics/metric.h"

namespace efm {

/// The two text formats that Prometheus reads. They differ in what a counter's HELP and TYPE lines call it.
enum class Exposition {
    prometheus,  ///< text format 0.0.4: `# TYPE efm_cache_hits_total counter`
    openmetrics  ///< OpenMetrics 1.0: `# TYPE efm_cache_hits counter`, and `# EOF` at the end
};

/// Writes the families that have samples, each with HELP and TYPE.
std::string write_metrics(std::span<const MetricFamily> families, Exposition format);

}  // namespace efm
