#include "mocks/real_nodes/resume.h"

#include "mocks/fake/state.h"
#include "mocks/real_nodes/agent_view.h"
#include "mocks/real_nodes/conninfo.h"
#include "mocks/real_nodes/replication.h"

namespace efm::fake {

namespace {

/// A primary_conninfo that another standby uses, whose user and password are right for this cluster.
std::string usual_conninfo(const Cluster& cluster) {
    for (const auto& node : cluster.nodes) {
        if (node.server.is_named() && node.found_in_recovery == true) {
            if (auto conninfo = primary_conninfo(node.server); !conninfo.empty())
                return conninfo;
        }
    }
    return {};
}

std::string rewind(ServerControl& control, const Node& primary) {
    if (const auto trouble = checkpoint(primary.server); !trouble.empty())
        return "the primary " + primary.address + " writes no checkpoint: " + trouble;
    if (const auto error = control.directory().remove_fence())
        return error.message();
    if (const auto error = control.directory().remove_standby_signal())
        return error.message();
    return control.rewind(primary.server.connection);
}

std::string start_as_standby(ServerControl& control, const RealServer& server, const std::string& conninfo) {
    auto error = control.directory().make_standby(conninfo);
    if (!error)
        error = control.directory().remove_fence();
    if (error)
        return error.message();
    if (auto trouble = control.start(); !trouble.empty())
        return trouble;
    return is_streaming(server) ? "" : "it receives nothing from the primary";
}

// A former primary may have written what nobody else has. A standby has not, as long as it streams.
std::string rejoin(AgentHost& host, const Cluster& cluster, const Node& node, const Node& primary) {
    auto control = host.control(node);
    const auto conninfo = conninfo_for(usual_conninfo(cluster), primary.server.connection, node.address);
    std::string rewinding;
    if (!control.directory().is_standby())
        rewinding = rewind(control, primary);
    auto trouble = start_as_standby(control, node.server, conninfo);
    if (!trouble.empty() && rewinding.empty()) {
        if (auto stopping = control.stop(); !stopping.empty())
            return stopping;
        rewinding = rewind(control, primary);
        trouble = start_as_standby(control, node.server, conninfo);
    }
    if (trouble.empty())
        return {};
    static_cast<void>(control.stop());
    return rewinding.empty() ? trouble : trouble + "; pg_rewind: " + rewinding;
}

std::string bring_back(AgentHost& host, const Cluster& cluster, const Node& node) {
    const auto* const primary = cluster.primary();
    auto control = host.control(node);
    if (primary == nullptr) {
        if (node.found_in_recovery.has_value())
            return {};
        const auto error = control.directory().remove_fence();
        return error ? error.message() : control.start();
    }
    if (node.found_in_recovery == false)
        return "DB is not in recovery. It must be stopped before it can come back as a standby.";
    if (node.found_in_recovery == true)
        return follow(node.server, primary->server.connection);
    return rejoin(host, cluster, node, *primary);
}

}  // namespace

void resume_node(AgentHost& host, const std::string& address) {
    const auto cluster = host.fresh_state().cluster;
    const auto* const node = cluster.find(address);
    if (node == nullptr || !node->is(Role::idle))
        return;
    host.log("Resuming " + address + ".");
    const auto trouble = bring_back(host, cluster, *node);
    const auto now = host.fresh_state().cluster;
    const auto* const found = now.find(address);
    host.change_node(address, [&](Cluster& view, Node& resumed) {
        if (trouble.empty() && found != nullptr && found->found_in_recovery == true)
            become_standby(view, resumed);
        else if (trouble.empty() && found != nullptr && found->found_in_recovery == false)
            become_primary(view, resumed);
        else
            resumed.info = trouble;
    });
    if (trouble.empty()) {
        host.forget_complaints();
        host.log(address + " is back.");
    } else {
        host.complain("Node " + address + " could not be resumed: " + trouble);
    }
}

}  // namespace efm::fake
