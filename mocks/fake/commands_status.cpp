#include "mocks/fake/commands.h"
#include "mocks/fake/health.h"
#include "mocks/fake/status_json.h"
#include "mocks/fake/status_text.h"

namespace efm::fake {

namespace {

int exit_status_of(const Cluster& cluster, const EfmVersion& version) {
    return examine(cluster, version).is_healthy ? 0 : 1;
}

}  // namespace

MaybeEnded cluster_status(Session& session, const Arguments& /*arguments*/) {
    State state;
    if (const auto outcome = session.store.read(state); outcome != StateStore::Outcome::done)
        return report(session, outcome);
    const auto& version = session.scenario.version;
    return say(session, status_text(state.cluster, session.cluster_name(), version),
               exit_status_of(state.cluster, version));
}

MaybeEnded cluster_status_json(Session& session, const Arguments& /*arguments*/) {
    State state;
    if (const auto outcome = session.store.read(state); outcome != StateStore::Outcome::done)
        return report(session, outcome);
    const auto& version = session.scenario.version;
    return say(session, status_json(state.cluster, version), exit_status_of(state.cluster, version));
}

MaybeEnded node_status_json(Session& session, const Arguments& /*arguments*/) {
    State state;
    if (const auto outcome = session.store.read(state); outcome != StateStore::Outcome::done)
        return report(session, outcome);
    const auto* const node = state.cluster.find(session.scenario.local_node);
    if (node == nullptr)
        return complain(session, "mock-efm: the local node has left the cluster meanwhile", fake_failed);
    const bool is_well = node->role == Role::witness || (node->role != Role::idle && node->database == "UP");
    return say(session, node_status_json(state.cluster, *node), is_well ? 0 : 1);
}

}  // namespace efm::fake
