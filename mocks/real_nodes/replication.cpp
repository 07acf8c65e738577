#include "mocks/real_nodes/replication.h"

#include <chrono>

#include "mocks/real_nodes/connection.h"
#include "mocks/real_nodes/conninfo.h"
#include "mocks/real_nodes/wait.h"

namespace efm::fake {

namespace {

using std::chrono::seconds;

constexpr seconds streaming_limit{10};
constexpr seconds promotion_limit{60};

// A standby that was given a replication slot asks for it by name on every primary.
std::string make_slot(const std::string& primary_connection, const std::string& slot) {
    Connection primary{primary_connection};
    const auto name = primary.literal(slot);
    const auto made = primary.value("SELECT pg_create_physical_replication_slot(" + name +
                                    ", true) WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE "
                                    "slot_name = " +
                                    name + ")");
    return made ? "" : primary.trouble();
}

}  // namespace

std::string primary_conninfo(const RealServer& server) {
    return Connection{server.connection}.value("SHOW primary_conninfo").value_or("");
}

bool is_streaming(const RealServer& standby) {
    Connection connection{standby.connection};
    return wait_until(streaming_limit, [&] {
        return connection.value("SELECT status FROM pg_stat_wal_receiver") == "streaming";
    });
}

std::string follow(const RealServer& standby, const std::string& primary_connection) {
    Connection connection{standby.connection};
    const auto own = connection.value("SHOW primary_conninfo");
    const auto slot = connection.value("SHOW primary_slot_name");
    if (!own || !slot)
        return connection.trouble();
    if (!slot->empty()) {
        if (auto trouble = make_slot(primary_connection, *slot); !trouble.empty())
            return trouble;
    }
    const auto conninfo = conninfo_for(*own, primary_connection, "");
    if (!connection.value("ALTER SYSTEM SET primary_conninfo = " + connection.literal(conninfo)) ||
        !connection.value("SELECT pg_reload_conf()"))
        return connection.trouble();
    return is_streaming(standby) ? "" : "it receives nothing from the new primary";
}

Promoted promote_server(const RealServer& standby, std::string& trouble) {
    Connection connection{standby.connection};
    if (!connection.is_open()) {
        trouble = connection.trouble();
        return Promoted::no;
    }
    const auto promoted =
        connection.value("SELECT pg_promote(true, " + std::to_string(promotion_limit.count()) + ")");
    if (promoted == "t")
        return Promoted::yes;
    trouble = promoted ? "it was still in recovery after " + std::to_string(promotion_limit.count()) + " s"
                       : connection.trouble();
    // A statement that was refused has changed nothing; whatever else went wrong came after the order.
    return !promoted && connection.is_open() ? Promoted::no : Promoted::maybe;
}

std::string checkpoint(const RealServer& server) {
    Connection connection{server.connection};
    return connection.value("CHECKPOINT") ? "" : connection.trouble();
}

}  // namespace efm::fake
