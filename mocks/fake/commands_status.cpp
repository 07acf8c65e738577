#include "mocks/fake/commands.h"
#include "mocks/fake/health.h"
#include "mocks/fake/status_json.h"
#include "mocks/fake/status_text.h"

namespace efm::fake {

namespace {

int exit_status_of(const Cluster& cluster, const Dialect& dialect) {
    return examine(cluster, dialect).is_healthy ? 0 : dialect.points.unhealthy_exit_status;
}

}  // namespace

MaybeEnded cluster_status(Session& session, const Arguments& /*arguments*/) {
    Cluster cluster;
    if (const auto refused = look(session, cluster))
        return *refused;
    const auto dialect = session.scenario.dialect();
    return say(session, status_text(cluster, session.cluster_name(), dialect),
               exit_status_of(cluster, dialect));
}

MaybeEnded cluster_status_json(Session& session, const Arguments& /*arguments*/) {
    Cluster cluster;
    if (const auto refused = look(session, cluster))
        return *refused;
    const auto dialect = session.scenario.dialect();
    return say(session, status_json(cluster, dialect), exit_status_of(cluster, dialect));
}

MaybeEnded node_status_json(Session& session, const Arguments& /*arguments*/) {
    Cluster cluster;
    if (const auto refused = look(session, cluster))
        return *refused;
    const auto* const node = cluster.find(session.scenario.local_node);
    if (node == nullptr)
        return give_up(session, "the local node has left the cluster meanwhile");
    const bool is_well = node->role == Role::witness || (node->role != Role::idle && node->database == "UP");
    return say(session, node_status_json(cluster, *node, session.scenario.dialect()), is_well ? 0 : 1);
}

}  // namespace efm::fake
