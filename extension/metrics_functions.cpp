// The metrics, as rows and as text. An EFM that does not answer is a metric and no error.

#include <optional>

#include "backends/checks/argument_check.h"
#include "backends/metrics/efm_metrics.h"
#include "backends/metrics/exposition.h"
#include "extension/command_counters.h"
#include "extension/jsonb_writer.h"
#include "extension/row_writer.h"
#include "extension/settings.h"
#include "extension/shared_state.h"
#include "extension/sql_arguments.h"
#include "extension/sql_function.h"
#include "extension/status_cache.h"

namespace efm {

namespace {

double seconds_since_1970(TimestampTz time) {
    constexpr double seconds_between_epochs = (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * 86400.0;
    return static_cast<double>(time) / 1e6 + seconds_between_epochs;
}

std::optional<double> seconds_if_set(TimestampTz time) {
    return time == 0 ? std::nullopt : std::optional{seconds_since_1970(time)};
}

/// The status, or nullptr when EFM gives none. An interrupt stays one.
const SessionStatus* status_or_nothing(const std::string& caller) {
    try {
        return &cluster_status_now(caller);
    } catch (const SqlError&) {
        return nullptr;
    }
}

MetricInputs observe(FunctionCallInfo fcinfo) {
    const auto settings = current_settings();
    MetricInputs inputs;
    inputs.cluster = settings.cluster_name;
    // Before the numbers: it is one of the reads that they count.
    if (const auto* const session = status_or_nothing(called_function(fcinfo))) {
        inputs.status = &session->status;
        inputs.healthy = session->exit_status == 0;
        inputs.age = static_cast<double>(GetCurrentTimestamp() - session->fetched_at) / 1e6;
        inputs.fetched_at = seconds_since_1970(session->fetched_at);
    }
    const auto numbers = cache_numbers();
    inputs.cache_hits = numbers.hits;
    inputs.cache_misses = numbers.misses;
    inputs.cache_updates = numbers.updates;
    inputs.role_changes = numbers.role_changes;
    inputs.last_role_change = seconds_if_set(numbers.last_role_change);
    if (numbers.without_primary >= 0)
        inputs.without_primary = numbers.without_primary;
    inputs.worker_enabled = worker_settings().enabled;
    {
        const SharedStateLock lock{SharedStateLock::Mode::shared};
        const auto& worker = shared_state().worker;
        inputs.worker_running = worker.process != 0;
        inputs.worker_polls = worker.polls;
        inputs.worker_failures = worker.failures;
        inputs.worker_last_success = seconds_if_set(worker.last_success);
    }
    inputs.commands = command_counts();
    return inputs;
}

Datum labels_datum(const Labels& labels) {
    JsonbWriter writer;
    writer.begin_object();
    for (const auto& [name, value] : labels)
        writer.member(name, value);
    writer.end_object();
    return writer.finish();
}

void put_families(const std::vector<MetricFamily>& families, FunctionCallInfo fcinfo) {
    for (const auto& family : families) {
        for (const auto& sample : family.samples) {
            RowWriter<3> row;
            row.set_text(0, family.name + sample.suffix);
            row.set(1, Float8GetDatum(sample.value));
            row.set(2, labels_datum(sample.labels));
            row.put(fcinfo);
        }
    }
}

Datum metrics(FunctionCallInfo fcinfo) {
    const auto inputs = observe(fcinfo);
    guard::call([&] { pg::begin_rows(fcinfo); });
    put_families(collect_metrics_1_1(inputs), fcinfo);
    put_families(collect_metrics(inputs), fcinfo);
    return Datum{0};
}

Datum metrics_text(FunctionCallInfo fcinfo) {
    const auto format = text_argument(fcinfo, 0);
    if (format != "prometheus" && format != "openmetrics")
        throw SqlError{"22023", "invalid metrics format", "The value is \"" + printable(format) + "\".",
                       "It must be \"prometheus\" or \"openmetrics\"."};
    const auto families = collect_metrics(observe(fcinfo));
    const auto text =
        write_metrics(families, format == "openmetrics" ? Exposition::openmetrics : Exposition::prometheus);
    const char* const data = text.data();
    const auto size = static_cast<int>(text.size());
    return guard::call([&] { return PointerGetDatum(cstring_to_text_with_len(data, size)); });
}

}  // namespace

}  // namespace efm

EFM_SQL_FUNCTION(efm_metrics_rows) {
    return efm::guard::enter([&] { return efm::metrics(fcinfo); });
}

EFM_SQL_FUNCTION(efm_metrics_text) {
    return efm::guard::enter([&] { return efm::metrics_text(fcinfo); });
}
