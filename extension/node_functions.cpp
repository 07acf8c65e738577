// The cluster status as SQL values: the JSON, the nodes, the cluster.

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "backends/checks/argument_check.h"
#include "backends/status/status_changes.h"
#include "backends/status/status_reader.h"
#include "extension/result_conversion.h"
#include "extension/row_writer.h"
#include "extension/settings.h"
#include "extension/sql_arguments.h"
#include "extension/sql_function.h"
#include "extension/status_cache.h"

namespace efm {

namespace {

/// Columns of the type node_status: nine of release 1.1, the others since 2.0.
enum NodeColumn : std::size_t {
    node_ip,
    node_type,
    agent_status,
    db_status,
    xlog_location,
    xlog_info,
    priority,
    is_promotable,
    last_updated,
    node_address,
    received_lsn,
    replayed_lsn,
    lag_bytes,
    vip,
    vip_active,
    node_columns
};

constexpr std::array<Oid, node_columns> node_column_types{
    INETOID,        TEXTOID, TEXTOID,   TEXTOID,   TEXTOID, TEXTOID, INT4OID, BOOLOID,
    TIMESTAMPTZOID, TEXTOID, PG_LSNOID, PG_LSNOID, INT8OID, TEXTOID, BOOLOID};

/// NULL for a host name.
bool set_inet(RowWriter<node_columns>& row, std::size_t column, const std::string& address) {
    if (check_value(address, ValueKind::address))
        return false;
    const char* const text = address.c_str();
    row.set(column, guard::call([&] { return DirectFunctionCall1(inet_in, CStringGetDatum(text)); }));
    return true;
}

void fill(RowWriter<node_columns>& row, const NodeStatus* primary, const NodeStatus& node,
          TimestampTz fetched_at) {
    set_inet(row, node_ip, node.address);
    row.set_text(node_type, word_or_unknown(node.type));
    row.set_text(agent_status, node.agent);
    row.set_text(db_status, word_or_unknown(node.database));
    row.set_text(xlog_location, node.replayed);
    row.set_text(xlog_info, node.info);
    if (node.priority > 0)
        row.set(priority, Int32GetDatum(node.priority));
    row.set(is_promotable, BoolGetDatum(node.is_promotable()));
    row.set_time(last_updated, fetched_at);
    row.set_text(node_address, node.address);
    if (node.received_at)
        row.set(received_lsn, LSNGetDatum(*node.received_at));
    if (node.replayed_at)
        row.set(replayed_lsn, LSNGetDatum(*node.replayed_at));
    if (const auto lag = node.is_primary() ? std::nullopt : lag_behind(primary, node))
        row.set(lag_bytes, Int64GetDatum(static_cast<std::int64_t>(
                               std::min<std::uint64_t>(*lag, std::numeric_limits<std::int64_t>::max()))));
    row.set_text(vip, node.vip);
    row.set(vip_active, BoolGetDatum(node.vip_active));
}

/// The rows of the status that this session holds, made once for each answer.
struct HeldRows {
    std::uint64_t serial;
    int columns;
    std::size_t count;
    MinimalTuple* tuples;
};

HeldRows& rows_of(SessionStatus& session, TupleDesc type) {
    static HeldRows held{};
    if (held.serial == session.serial && held.columns == type->natts)
        return held;
    held = HeldRows{};
    const auto memory = session.memory;
    const auto count = session.status.nodes.size();
    auto* const tuples = guard::call([&] {
        return static_cast<MinimalTuple*>(MemoryContextAllocHuge(memory, sizeof(MinimalTuple) * (count + 1)));
    });
    const auto* const primary = session.status.primary();
    for (std::size_t index = 0; index < count; ++index) {
        RowWriter<node_columns> row;
        fill(row, primary, session.status.nodes[index], session.fetched_at);
        Datum* const values = row.values();
        bool* const nulls = row.nulls();
        tuples[index] = guard::call([&] {
            const MemoryContext before = MemoryContextSwitchTo(memory);
            auto* const tuple = pg::form_minimal_tuple(type, values, nulls);
            MemoryContextSwitchTo(before);
            return tuple;
        });
    }
    held = HeldRows{session.serial, type->natts, count, tuples};
    return held;
}

Datum get_nodes(FunctionCallInfo fcinfo) {
    auto& session = cluster_status_now(called_function(fcinfo));
    auto* const info = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    guard::call([&] { pg::begin_rows(fcinfo); });
    require_columns(info->setDesc, node_column_types, "node_status");
    const auto& rows = rows_of(session, info->setDesc);
    auto* const tuples = rows.tuples;
    const auto count = rows.count;
    guard::call([&] {
        // The store wants a slot or a heap tuple; a heap tuple on top of a minimal one costs no copy.
        for (std::size_t index = 0; index < count; ++index) {
            HeapTupleData tuple;
            tuple.t_len = tuples[index]->t_len + MINIMAL_TUPLE_OFFSET;
            tuple.t_data = reinterpret_cast<HeapTupleHeader>(reinterpret_cast<char*>(tuples[index]) -
                                                             MINIMAL_TUPLE_OFFSET);
            tuplestore_puttuple(info->setResult, &tuple);
        }
    });
    return Datum{0};
}

Datum cluster_info(FunctionCallInfo fcinfo) {
    auto& session = cluster_status_now(called_function(fcinfo));
    const auto settings = current_settings();
    const auto& status = session.status;
    enum Column : std::size_t {
        name,
        vip_address,
        coordinator,
        minimum,
        total,
        allowed,
        ranked,
        messages,
        fetched,
        columns
    };
    RowWriter<columns> row;
    row.set_text(name, settings.cluster_name);
    row.set_text(vip_address, status.vip);
    row.set_text(coordinator, status.coordinator);
    if (status.minimum_standbys)
        row.set(minimum, Int32GetDatum(*status.minimum_standbys));
    row.set(total, Int32GetDatum(static_cast<int>(status.nodes.size())));
    row.set(allowed, text_array_datum(status.allowed));
    row.set(ranked, text_array_datum(status.priority));
    row.set(messages, text_array_datum(status.messages));
    row.set_time(fetched, session.fetched_at);
    constexpr std::array<Oid, columns> declared{TEXTOID,      TEXTOID,      TEXTOID,
                                                INT4OID,      INT4OID,      TEXTARRAYOID,
                                                TEXTARRAYOID, TEXTARRAYOID, TIMESTAMPTZOID};
    return row.as_composite(fcinfo, declared, "cluster_info");
}

Datum status_json(FunctionCallInfo fcinfo) {
    auto& session = cluster_status_now(called_function(fcinfo));
    const auto* const jsonb = status_jsonb(session);
    return guard::call([&] {
        auto* const copy = palloc(VARSIZE(jsonb));
        std::memcpy(copy, jsonb, VARSIZE(jsonb));
        return PointerGetDatum(copy);
    });
}

ClusterStatus status_argument(FunctionCallInfo fcinfo, int index) {
    const Datum value = fcinfo->args[index].value;
    const std::string text = guard::call([&] {
        auto* const jsonb = DatumGetJsonbP(value);
        return static_cast<const char*>(JsonbToCString(nullptr, &jsonb->root, VARSIZE(jsonb)));
    });
    auto status = read_cluster_status(text);
    if (!status)
        throw SqlError{
            "22023", "invalid cluster status",
            "Argument number " + std::to_string(index + 1) + " has no object \"nodes\".",
            "It is an answer of efm_cluster_status_json(), or a status_json of efm_status_history."};
    return std::move(*status);
}

Datum status_changes(FunctionCallInfo fcinfo) {
    const auto before = status_argument(fcinfo, 0);
    const auto after = status_argument(fcinfo, 1);
    guard::call([&] { pg::begin_rows(fcinfo); });
    for (const auto& change : compare_status(before, after)) {
        RowWriter<4> row;
        row.set_text(0, change.kind);
        row.set_text(1, change.node);
        row.set_text(2, change.before);
        row.set_text(3, change.after);
        row.put(fcinfo);
    }
    return Datum{0};
}

Datum read_nodes(FunctionCallInfo fcinfo) {
    const auto status = status_argument(fcinfo, 0);
    guard::call([&] { pg::begin_rows(fcinfo); });
    const auto* const info = reinterpret_cast<const ReturnSetInfo*>(fcinfo->resultinfo);
    require_columns(info->setDesc, node_column_types, "node_status");
    const auto* const primary = status.primary();
    for (const auto& node : status.nodes) {
        RowWriter<node_columns> row;
        fill(row, primary, node, 0);
        row.put(fcinfo);
    }
    return Datum{0};
}

}  // namespace

}  // namespace efm

EFM_SQL_FUNCTION(efm_cluster_status_json) {
    // The road of nearly every call: no object is made, nothing is caught, nothing can be left behind.
    if (const auto* const fresh = efm::fresh_jsonb()) {
        void* const copy = palloc(VARSIZE(fresh));
        std::memcpy(copy, fresh, VARSIZE(fresh));
        return PointerGetDatum(copy);
    }
    return efm::guard::enter([&] { return efm::status_json(fcinfo); });
}

EFM_SQL_FUNCTION(efm_get_nodes) {
    return efm::guard::enter([&] { return efm::get_nodes(fcinfo); });
}

EFM_SQL_FUNCTION(efm_cluster_info) {
    return efm::guard::enter([&] { return efm::cluster_info(fcinfo); });
}

EFM_SQL_FUNCTION(efm_status_changes) {
    return efm::guard::enter([&] { return efm::status_changes(fcinfo); });
}

EFM_SQL_FUNCTION(efm_status_nodes) {
    return efm::guard::enter([&] { return efm::read_nodes(fcinfo); });
}
