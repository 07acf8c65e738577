#include "mocks/fake/fake_efm.h"

#include <boost/algorithm/string/join.hpp>
#include <chrono>
#include <functional>
#include <optional>

#include <range/v3/algorithm/any_of.hpp>
#include <range/v3/algorithm/contains.hpp>

#include "mocks/fake/calls_ledger.h"
#include "mocks/fake/command_table.h"
#include "mocks/fake/fault_choice.h"
#include "mocks/fake/opening.h"
#include "mocks/fake/real_servers.h"
#include "mocks/fake/session.h"
#include "mocks/fake/timeline.h"
#include "mocks/fake/undocumented.h"

namespace efm::fake {

namespace {

MaybeEnded refuse_without_agent(Session& session, const CommandRule& rule) {
    State state;
    if (const auto outcome = session.store.read(state); outcome != StateStore::Outcome::done)
        return report(session, outcome);
    const auto* const local = state.cluster.find(session.scenario.local_node);
    const bool has_agents =
        !has_real_servers(session.scenario.start) || agent_is_running(session.store.file());
    if (has_agents && session.scenario.agent_running && local != nullptr && local->is_member())
        return Ended{};
    return answer_without_agent(session, rule.asks_for_status);
}

// A subcommand that the fake does not have, and that a rule gives the answer of.
bool is_scripted(const Scenario& scenario, std::string_view subcommand) {
    return ranges::contains(scenario.faults, subcommand, &Fault::subcommand);
}

// Who scripts the answer to a subcommand foresees the calls that it is for.
bool gives_scripted_answer(const Fault* fault) {
    return fault != nullptr && fault->subcommand != "*" && fault->gives_whole_answer();
}

/// Nothing when the scenario foresees the call.
std::optional<MaybeEnded> refuse_unforeseen(const Session& session, const std::vector<std::string>& words) {
    const auto& foreseen = session.scenario.foreseen;
    if (!foreseen || ranges::contains(*foreseen, session.subcommand) || gives_scripted_answer(session.fault))
        return std::nullopt;
    const bool is_of_rule = is_scripted(session.scenario, session.subcommand);
    const auto call = is_of_rule ? to_string(begin_call(words)) : session.subcommand;
    const bool has_answers = ranges::any_of(session.scenario.faults,
                                            [](const Fault& rule) { return gives_scripted_answer(&rule); });
    const auto list =
        boost::algorithm::join(*foreseen, ", ") + (has_answers && !foreseen->empty() ? ", " : "");
    return give_up(session, "'" + call + "' was called, and the scenario foresees only: " + list +
                                (has_answers    ? "what its faults answer"
                                 : list.empty() ? "nothing"
                                                : ""));
}

MaybeEnded run_command(Session& session, const std::vector<std::string>& words) {
    if (const auto answered = answer_version_option(session))
        return *answered;
    const auto* const rule = find_command(session.subcommand);
    if (rule == nullptr && is_scripted(session.scenario, session.subcommand))
        return give_up(session, session.subcommand + ": no rule of the scenario's faults is for this call");
    if (rule == nullptr || !rule->is_in(session.scenario.version))
        return complain(session, "'" + session.subcommand + "' is not a command of efm. See efm --help.");
    if (rule->run == help)
        return help(session, {});
    if (session.cluster_word.empty())
        return refuse_usage(session);
    const auto& points = session.scenario.open_points;
    Arguments arguments{words.begin() + 2, words.end()};
    if (rule->asks_for_status && points.ignores_extra_parameters)
        arguments.clear();
    if (arguments.size() < rule->least_arguments || arguments.size() > rule->most_arguments)
        return refuse_usage(session);
    const auto& scenario = session.scenario;
    if (!scenario.cluster_name.empty() && scenario.cluster_name != session.cluster_name())
        return complain(session, "The properties file " + session.properties_file() + " was not found.");
    const bool needs_privilege =
        rule->needs_privilege || (rule->asks_for_status && points.status_needs_privilege);
    if (needs_privilege && !scenario.authorized)
        return refuse_unauthorised(session);
    if (rule->needs_agent) {
        const auto refused = refuse_without_agent(session, *rule);
        if (!refused || refused->exit_status != 0)
            return refused;
    }
    return rule->run(session, arguments);
}

/// Keeps the call when it begins and when it has ended.
Ended keep_call(const CallLedger& ledger, Call& call, const std::function<MaybeEnded()>& run) {
    using std::chrono::steady_clock;
    const auto start = steady_clock::now();
    ledger.begin(call);
    const auto ended = run();
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - start);
    call.end = Call::End{.stopped = !ended,
                         .exit_status = ended.value_or(Ended{}).exit_status,
                         .signal = ended.value_or(Ended{}).signal,
                         .duration_ms = elapsed.count()};
    ledger.end(call);
    return ended.value_or(Ended{});
}

/// Lets happen what waited for the calls before this one, and counts it.
StateStore::Outcome count_for_transitions(const Opened& opened, std::string_view subcommand) {
    State state;
    const auto outcome =
        opened.scenario.transitions.empty() ? StateStore::Outcome::done : opened.store.read(state);
    if (outcome != StateStore::Outcome::done || !waits_for_calls(state, opened.scenario))
        return outcome;
    return opened.store.update([&](State& now) {
        carry_out_due_calls(now, opened.scenario);
        count_call(now, opened.scenario, subcommand);
        return true;
    });
}

Ended run_call(const Opened& opened, const std::vector<std::string>& words) {
    Session session{opened.scenario, opened.store, opened.console, words.empty() ? "" : words[0],
                    words.size() < 2 ? "" : words[1]};
    session.servers = opened.installation.servers;
    std::optional<ChosenFault> chosen;
    auto outcome = count_for_transitions(opened, session.subcommand);
    if (outcome == StateStore::Outcome::done)
        outcome = choose_fault(opened.store, opened.scenario, words, chosen);

    auto call = begin_call(words);
    if (State state; outcome == StateStore::Outcome::done) {
        // Who needs the state will say so himself when it cannot be had.
        const auto read = opened.store.read(state);
        call.time_ms = state.now_ms;
        if (read == StateStore::Outcome::stopped)
            outcome = read;
    }
    call.node = opened.scenario.local_node;
    if (chosen) {
        session.fault = &chosen->fault;
        call.fault = static_cast<std::int64_t>(chosen->rule);
        call.preset = chosen->fault.preset;
    }
    return keep_call({opened.place.file, opened.place.is_default}, call, [&]() -> MaybeEnded {
        if (outcome != StateStore::Outcome::done)
            return report(session, outcome);
        if (const auto refused = refuse_unforeseen(session, words))
            return *refused;
        if (!chosen)
            return run_command(session, words);
        const auto& questions = chosen->fault.questions;
        const auto ask_all = [&] { return confirm(session, {questions.begin(), questions.end()}); };
        return run_with_fault(chosen->fault, opened.console, ask_all, [&](Console& heard_on) {
            Session heard{session.scenario,     session.store, heard_on,       session.subcommand,
                          session.cluster_word, session.fault, session.servers};
            return run_command(heard, words);
        });
    });
}

}  // namespace

Ended run_fake_efm(const Installation& installation, const std::vector<std::string>& words,
                   Console& console) {
    return with_installation(installation, console, [&](Opened& opened) { return run_call(opened, words); });
}

Ended reset_fake_efm(const Installation& installation, Console& console) {
    return with_installation(installation, console, [&](Opened& opened) {
        if (opened.store.begin_anew() == StateStore::Outcome::failed)
            return fail(console, opened.store.trouble());
        CallLedger{opened.place.file, opened.place.is_default}.forget();
        return Ended{};
    });
}

}  // namespace efm::fake
