// The reader of cluster-status-json and all that is made of what it read: never a crash, and some sentences
// of their headers for whatever EFM prints.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "backends/metrics/efm_metrics.h"
#include "backends/metrics/exposition.h"
#include "backends/outcome/status_answer.h"
#include "backends/status/status_changes.h"
#include "backends/status/status_reader.h"

namespace {

void require(bool holds) {
    if (!holds)
        std::abort();
}

void check_status(const efm::ClusterStatus& status) {
    const auto* const primary = status.primary();
    require((primary == nullptr) == (status.count_primaries() == 0));
    for (const auto& node : status.nodes) {
        const auto place = std::find(status.priority.begin(), status.priority.end(), node.address);
        require(node.priority ==
                (place == status.priority.end() ? 0 : static_cast<int>(place - status.priority.begin()) + 1));
        require(!node.agent.empty());
        require(node.replayed_at.has_value() == efm::parse_wal_location(node.replayed).has_value());
        require(lag_behind(primary, node).has_value() ==
                (primary != nullptr && primary->replayed_at && node.replayed_at));
        for (const auto& text : {node.address, node.type, node.agent, node.database, node.vip, node.received,
                                 node.replayed, node.info})
            require(text.find('\0') == std::string::npos);
    }
    require(!status.is_safe_to_promote() || primary != nullptr);
    require(!status.minimum_standbys || *status.minimum_standbys >= 0);
}

void check_changes(const efm::ClusterStatus& status) {
    require(efm::compare_status(status, status).empty());
    require(efm::count_role_changes(status, status) == 0);
    const auto appeared = efm::compare_status({}, status);
    require(appeared.size() >= status.nodes.size());
    require(efm::compare_status(status, {}).size() == appeared.size());
}

// Every line ends, is a comment or a sample, and holds no label value that ends it early.
void check_metrics(const efm::ClusterStatus& status) {
    efm::MetricInputs inputs;
    inputs.cluster = "efm";
    inputs.status = &status;
    const auto families = efm::collect_metrics(inputs);
    (void)efm::collect_metrics_1_1(inputs);
    std::size_t lines = 1;
    for (const auto& family : families)
        lines += family.samples.empty() ? 0 : family.samples.size() + 2;
    const auto text = efm::write_metrics(families, efm::Exposition::openmetrics);
    for (std::string_view rest = text; !rest.empty(); --lines) {
        const auto end = rest.find('\n');
        require(end != std::string_view::npos && lines > 0);
        require(rest.starts_with("# ") || rest.starts_with("efm_"));
        rest.remove_prefix(end + 1);
    }
    require(lines == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // A copy of its own, so that a sanitizer sees a read past the end.
    const std::vector<char> bytes(data, data + size);
    const std::string_view output{bytes.data(), bytes.size()};
    (void)efm::read_cluster_status(output);
    const auto status = efm::read_cluster_status_output(output);
    const bool is_answer = efm::is_promised_status("cluster-status-json", output);
    require(!status || is_answer);
    require(status || !is_answer || output.find("\\u0000") != std::string_view::npos);
    if (status) {
        check_status(*status);
        check_changes(*status);
        check_metrics(*status);
    }
    return 0;
}
