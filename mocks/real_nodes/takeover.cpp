#include "mocks/real_nodes/takeover.h"

#include <chrono>

#include <range/v3/algorithm/all_of.hpp>

#include "mocks/fake/lsn.h"
#include "mocks/fake/state.h"
#include "mocks/real_nodes/agent_view.h"
#include "mocks/real_nodes/conninfo.h"
#include "mocks/real_nodes/wait.h"

namespace efm::fake {

namespace {

constexpr std::chrono::seconds last_wal_limit{10};

}  // namespace

void Takeover::run() {
    host_.log("Promotion has started on the cluster" +
              (promotion_.old_primary.empty() ? "." : ", primary " + promotion_.old_primary + "."));
    const bool is_done = promotion_.switchover ? switch_over() : fail_over();
    host_.change_state([](State& state) { state.promotion.reset(); });
    if (is_done)
        host_.log("Failover has completed on the cluster, primary " + promotion_.target + ".");
}

bool Takeover::fail_over() {
    const auto before = host_.fresh_state().cluster;
    if (choose_real_standby(before, host_.scenario().behaviour) == nullptr)
        return fail("no standby answers that could be promoted");
    if (!stop_old_primary())
        return false;

    // What the old primary has sent while it was stopped counts.
    const auto now = host_.fresh_state().cluster;
    const auto* const chosen = choose_real_standby(now, host_.scenario().behaviour);
    if (chosen == nullptr)
        return fail("no standby answers any more that could be promoted");
    promotion_.target = chosen->address;
    if (promote() != Promoted::yes)
        return false;
    let_others_follow();
    return true;
}

bool Takeover::switch_over() {
    const auto before = host_.fresh_state().cluster;
    const auto* const target = before.find(promotion_.target);
    if (target == nullptr || target->found_in_recovery != true)
        return fail("standby " + promotion_.target + " does not answer");
    const auto usual_conninfo = primary_conninfo(target->server);
    if (!stop_old_primary())
        return false;
    if (const auto trouble = choose_complete_standby(); !trouble.empty()) {
        fail(trouble);
        bring_back_as_primary();
        return false;
    }
    const auto promoted = promote();
    if (promoted == Promoted::no)
        bring_back_as_primary();
    if (promoted != Promoted::yes)
        return false;
    let_others_follow();
    bring_back_as_standby(usual_conninfo);
    return true;
}

bool Takeover::stop_old_primary() {
    const auto state = host_.state();
    const auto* const old_primary = state.cluster.find(promotion_.old_primary);
    if (old_primary == nullptr || !old_primary->server.is_named())
        return true;
    step("stopping the old primary", "Stopping " + old_primary->address + ".");
    auto control = host_.control(*old_primary);
    if (const auto trouble = control.stop(); !trouble.empty())
        return fail("the old primary " + old_primary->address + " could not be stopped: " + trouble);
    const bool is_there = control.directory().mistake().empty();
    if (const auto error = is_there ? control.directory().fence() : std::error_code{})
        return fail("the old primary " + old_primary->address +
                    " could not be kept from coming back: " + error.message());
    host_.change_node(old_primary->address, [](Cluster& cluster, Node& node) { become_idle(cluster, node); });
    return true;
}

std::string Takeover::choose_complete_standby() {
    step("waiting for the last WAL", "Waiting until the standbys have replayed everything.");
    const auto state = host_.state();
    const auto* const old_primary = state.cluster.find(promotion_.old_primary);
    if (old_primary == nullptr)
        return "the old primary has left the cluster";
    const auto shutdown = host_.control(*old_primary).last_shutdown();
    const auto last = parse_lsn(shutdown.checkpoint);
    if (!last)
        return "the old primary was not shut down cleanly: " + shutdown.trouble;
    // Who has replayed the record of the shutdown is behind its beginning.
    const auto is_complete = [&](const Node& node) { return parse_lsn(node.replayed).value_or(0) > *last; };
    Cluster now;
    wait_until(last_wal_limit, [&] {
        now = host_.fresh_state().cluster;
        return ranges::all_of(now.nodes, [&](const Node& node) {
            return node.found_in_recovery != true || !node.is(Role::standby) || is_complete(node);
        });
    });
    // All of the same WAL: the priority decides.
    const auto* const chosen = choose_real_standby(now, host_.scenario().behaviour);
    if (chosen == nullptr || !is_complete(*chosen))
        return "no standby has replayed what the old primary has written until " + shutdown.checkpoint +
               (chosen == nullptr ? "" : ", " + chosen->address + " is at " + chosen->replayed);
    promotion_.target = chosen->address;
    return {};
}

Promoted Takeover::promote() {
    step("promoting", "Promoting " + promotion_.target + ".");
    host_.change_node(promotion_.target,
                      [](Cluster& cluster, Node& node) { become_promoting(cluster, node); });
    const auto state = host_.state();
    const auto* const target = state.cluster.find(promotion_.target);
    std::string trouble = "it has left the cluster";
    const auto promoted = target == nullptr ? Promoted::no : promote_server(target->server, trouble);
    if (promoted == Promoted::yes) {
        host_.forget_complaints();
        host_.change_node(promotion_.target,
                          [](Cluster& cluster, Node& node) { become_primary(cluster, node); });
        return promoted;
    }
    fail("could not promote standby " + promotion_.target + ": " + trouble);
    // What it has become is seen when it answers: see notice_changes.
    host_.change_node(promotion_.target, [&](Cluster& cluster, Node& node) {
        become_standby(cluster, node);
        node.info = trouble;
    });
    return promoted;
}

void Takeover::bring_back_as_primary() {
    const auto state = host_.state();
    const auto* const old_primary = state.cluster.find(promotion_.old_primary);
    if (old_primary == nullptr)
        return;
    step("starting the old primary again", "Nothing was promoted: starting " + old_primary->address + ".");
    auto control = host_.control(*old_primary);
    const auto error = control.directory().remove_fence();
    const auto trouble = error ? error.message() : control.start();
    if (!trouble.empty()) {
        fail("the old primary " + old_primary->address + " could not be started: " + trouble);
        return;
    }
    host_.change_node(old_primary->address,
                      [](Cluster& cluster, Node& node) { become_primary(cluster, node); });
}

void Takeover::bring_back_as_standby(const std::string& usual_conninfo) {
    const auto state = host_.state();
    const auto* const old_primary = state.cluster.find(promotion_.old_primary);
    const auto* const target = state.cluster.find(promotion_.target);
    if (old_primary == nullptr || target == nullptr)
        return;
    const auto conninfo = conninfo_for(usual_conninfo, target->server.connection, promotion_.old_primary);
    step("bringing the old primary back", "Starting " + old_primary->address + " as a standby.");
    auto control = host_.control(*old_primary);
    // The signal that makes it a standby is there before the fence goes.
    auto error = control.directory().make_standby(conninfo);
    if (!error)
        error = control.directory().remove_fence();
    auto trouble = error ? error.message() : control.start();
    const bool runs = trouble.empty();
    if (runs && !is_streaming(old_primary->server))
        trouble = "it receives nothing from the new primary";
    host_.change_node(old_primary->address, [&](Cluster& cluster, Node& node) {
        if (runs)
            become_standby(cluster, node);
        node.info = trouble;
    });
    if (!trouble.empty())
        fail("the old primary " + old_primary->address + " as a standby: " + trouble);
}

void Takeover::let_others_follow() {
    step("letting the others follow", "The other standbys follow " + promotion_.target + ".");
    const auto state = host_.state();
    const auto* const target = state.cluster.find(promotion_.target);
    for (const auto& node : state.cluster.nodes) {
        if (target == nullptr || !node.is(Role::standby) || !node.server.is_named())
            continue;
        const auto trouble = follow(node.server, target->server.connection);
        host_.change_node(node.address, [&](Cluster&, Node& standby) { standby.info = trouble; });
        if (!trouble.empty())
            fail("standby " + node.address + " does not follow " + target->address + ": " + trouble);
    }
}

void Takeover::step(const std::string& name, const std::string& log_line) {
    host_.log(log_line);
    host_.change_state([&](State& state) {
        if (state.promotion) {
            state.promotion->target = promotion_.target;
            state.promotion->step = name;
        }
    });
}

bool Takeover::fail(const std::string& what) {
    host_.complain((promotion_.switchover ? "Switchover: " : "Failover: ") + what);
    return false;
}

}  // namespace efm::fake
