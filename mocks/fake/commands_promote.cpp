#include <array>
#include <optional>

#include <range/v3/algorithm/any_of.hpp>
#include <range/v3/algorithm/find_if.hpp>
#include <range/v3/view/filter.hpp>

#include "mocks/fake/commands.h"
#include "mocks/fake/failover.h"
#include "mocks/fake/real_servers.h"
#include "mocks/fake/timeline.h"
#include "mocks/fake/undocumented.h"
#include "mocks/fake/view.h"

namespace efm::fake {

namespace {

constexpr std::string_view sure_question =
    "The primary database will be shut down and a standby will be promoted. Are you sure you want to "
    "continue? "
    "[y/N]:";
constexpr std::string_view anyway_question = "Would you like to attempt to promote the standby anyway [y/N]:";
constexpr std::string_view data_loss_question =
    "Forcing this promotion may result in data loss - are you sure you want to continue? This is the last "
    "prompt. "
    "[y/N]:";
constexpr std::string_view vip_question =
    "The primary agent is not present but the VIP is in use. Before proceeding, you should ensure that the "
    "VIP is not "
    "in use by a node other than the standby node. Are you sure you want to continue? [y/N]:";

constexpr std::string_view promotion_accepted =
    "Promote command accepted by local agent. Proceeding with promotion. Run the 'cluster-status' command "
    "for "
    "information about the new cluster state.\n";
constexpr std::string_view switchover_accepted =
    "Promote/switchover command accepted by local agent. Proceeding with promotion and will reconfigure "
    "original "
    "primary. Run the 'cluster-status' command for information about the new cluster state.\n";

struct Options {
    bool switchover = false;
    std::string source_node;
};

// -quiet and -noscripts are about mails and scripts: the fake sends and runs none.
std::optional<Options> parse_options(const Arguments& arguments) {
    Options options;
    for (auto word = arguments.begin(); word != arguments.end(); ++word) {
        if (*word == "-switchover") {
            options.switchover = true;
        } else if (*word == "-sourcenode" && word + 1 != arguments.end()) {
            options.source_node = *++word;
        } else if (*word != "-quiet" && *word != "-noscripts") {
            return std::nullopt;
        }
    }
    return options;
}

auto standbys_of(const Cluster& cluster) {
    return cluster.nodes | ranges::views::filter([](const Node& node) { return node.is(Role::standby); });
}

bool has_standby_out_of_sync(const Cluster& cluster, const Node& primary) {
    return ranges::any_of(standbys_of(cluster), [&](const Node& node) { return !is_in_sync(node, primary); });
}

/// Whether a switchover that would make `target` the primary is refused for what standbys lack.
bool lacks_sync(const Cluster& cluster, const Node& primary, const Node& target, const OpenPoints& points) {
    switch (points.switchover_out_of_sync) {
        case OpenPoints::OutOfSync::refused:
            return has_standby_out_of_sync(cluster, primary);
        case OpenPoints::OutOfSync::one_is_enough:
            return !is_in_sync(target, primary);
        case OpenPoints::OutOfSync::asks:
            return false;
    }
    return false;
}

bool is_promoting(const State& state, const Cluster& view) {
    return state.promotion ||
           ranges::any_of(view.nodes, [](const Node& node) { return node.is(Role::promoting); });
}

/// Why the promotion cannot be; empty when it can.
std::string refusal(const State& state, const Cluster& cluster, const Options& options,
                    const Scenario& scenario) {
    if (is_promoting(state, cluster))
        return "A promotion is already in progress.";
    const auto* const source = cluster.find(options.source_node);
    if (!options.source_node.empty() && (source == nullptr || !source->is(Role::standby)))
        return "Node " + options.source_node + " is not a standby of this cluster.";
    const auto* const primary = cluster.primary();
    if (options.switchover && primary == nullptr)
        return "A switchover needs a primary, and no primary was found.";
    const auto* const target = choose_standby(cluster, scenario.behaviour);
    if (target == nullptr)
        return "There is no standby that can be promoted.";
    // The old primary comes back as a standby, but for a while there is one less.
    if (options.switchover && !scenario.version.is_at_least(5, 4) && leaves_too_few_standbys(cluster))
        return "A switchover would leave fewer than the minimum number of standbys.";
    if (options.switchover && lacks_sync(cluster, *primary, *target, scenario.open_points))
        return "The standby databases are not in sync with the primary. A switchover is not possible.";
    return {};
}

std::vector<std::string_view> questions_for(const Cluster& cluster, const Options& options,
                                            const OpenPoints& points) {
    const auto* const primary = cluster.primary();
    if (options.switchover) {
        auto questions = std::vector<std::string_view>{};
        if (points.asks_at_switchover)
            questions.push_back(sure_question);
        if (points.switchover_out_of_sync == OpenPoints::OutOfSync::asks &&
            has_standby_out_of_sync(cluster, *primary))
            questions.insert(questions.end(), {anyway_question, data_loss_question});
        return questions;
    }
    if (primary == nullptr)
        return cluster.vip_holder.empty() ? std::vector<std::string_view>{} : std::vector{vip_question};
    if (ranges::any_of(standbys_of(cluster), [&](const Node& node) { return is_in_sync(node, *primary); }))
        return {sure_question};
    return {sure_question, anyway_question, data_loss_question};
}

void begin(State& state, const Cluster& view, const Options& options, const Scenario& scenario,
           bool is_stuck) {
    // Its agent may be gone, and it is the old primary all the same.
    const auto old_primary = ranges::find_if(state.cluster.nodes, [&](const Node& node) {
        return node.role == Role::primary && can_reach(state.cluster, scenario.local_node, node.address);
    });
    const auto* const primary = view.primary();
    Promotion promotion;
    promotion.target = choose_standby(view, scenario.behaviour)->address;
    promotion.old_primary = old_primary == state.cluster.nodes.end() ? "" : old_primary->address;
    promotion.switchover = options.switchover;
    promotion.stops_old_primary = primary != nullptr && primary->database_answers();
    start_promotion(state, scenario, std::move(promotion));
    if (is_stuck && state.promotion)
        state.promotion->outcome = PromotionOutcome::sticks;
    advance(state, scenario, state.now_ms);
}

}  // namespace

MaybeEnded promote(Session& session, const Arguments& arguments) {
    const auto options = parse_options(arguments);
    if (!options)
        return refuse_usage(session);

    State state;
    if (const auto outcome = session.store.read(state); outcome != StateStore::Outcome::done)
        return report(session, outcome);
    const auto& scenario = session.scenario;
    auto view = view_from(state.cluster, scenario.local_node);
    refresh(view, session.servers);
    if (const auto reason = refusal(state, view, *options, scenario); !reason.empty())
        return complain(session, reason);
    const auto confirmed = confirm(session, questions_for(view, *options, scenario.open_points));
    if (!confirmed || confirmed->exit_status != 0)
        return confirmed;

    // Whoever was quicker while this one was asking has changed what there is to be promoted.
    refresh(view, session.servers);
    std::string reason;
    const auto outcome = session.store.update([&](State& now) {
        auto seen = view_from(now.cluster, scenario.local_node);
        take_answers(seen, view);
        reason = refusal(now, seen, *options, scenario);
        if (!reason.empty())
            return false;
        begin(now, seen, *options, scenario, session.fault != nullptr && session.fault->stuck_promotion);
        return true;
    });
    if (outcome != StateStore::Outcome::done)
        return report(session, outcome);
    if (!reason.empty())
        return complain(session, reason);
    return say(session, options->switchover ? switchover_accepted : promotion_accepted);
}

}  // namespace efm::fake
