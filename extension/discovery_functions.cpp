// The nodes for Zabbix, which drops what it is no longer told of: while EFM gives no answer, its last one
// counts. That EFM is down is a metric (efm_up).

#include "backends/status/status_reader.h"
#include "extension/jsonb_writer.h"
#include "extension/settings.h"
#include "extension/sql_arguments.h"
#include "extension/sql_function.h"
#include "extension/status_cache.h"

namespace efm {

namespace {

/// The nodes of now, else the last that were known; throws why there are none of now when none are known. An
/// interrupt stays one.
std::vector<NodeStatus> known_nodes(const std::string& caller) {
    try {
        return cluster_status_now(caller).status.nodes;
    } catch (const SqlError&) {
        const auto last = published_status();
        auto status = last ? read_cluster_status(last->json) : std::nullopt;
        if (!status)
            throw;
        return std::move(status->nodes);
    }
}

Datum node_discovery(FunctionCallInfo fcinfo) {
    const auto nodes = known_nodes(called_function(fcinfo));
    const auto cluster = current_settings().cluster_name;
    JsonbWriter writer;
    writer.begin_object();
    writer.key("data");
    writer.begin_array();
    for (const auto& node : nodes) {
        writer.begin_object();
        writer.member("{#NODE_IP}", node.address);
        writer.member("{#NODE_TYPE}", std::string{word_or_unknown(node.type)});
        writer.member("{#CLUSTER}", cluster);
        writer.end_object();
    }
    writer.end_array();
    writer.end_object();
    return writer.finish();
}

}  // namespace

}  // namespace efm

EFM_SQL_FUNCTION(efm_node_discovery) {
    return efm::guard::enter([&] { return efm::node_discovery(fcinfo); });
}
