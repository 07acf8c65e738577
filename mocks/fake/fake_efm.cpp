#include "mocks/fake/fake_efm.h"

#include <optional>

#include <range/v3/algorithm/any_of.hpp>

#include "mocks/fake/command_table.h"
#include "mocks/fake/session.h"
#include "mocks/fake/state_place.h"

namespace efm::fake {

namespace {

Ended fail(Console& console, const std::string& text) {
    std::string lines;
    for (std::size_t start = 0; start < text.size();) {
        const auto end = std::min(text.find('\n', start), text.size());
        lines += "mock-efm: " + text.substr(start, end - start) + "\n";
        start = end + 1;
    }
    static_cast<void>(console.write_errors(lines));
    return {.exit_status = fake_failed};
}

std::optional<Scenario> load_scenario(const Installation& installation, std::string& trouble) {
    auto reading = read_scenario(installation.scenario_file);
    if (!reading.scenario) {
        trouble = reading.mistakes;
        return std::nullopt;
    }
    if (!installation.local_node.empty())
        reading.scenario->local_node = installation.local_node;
    if (reading.scenario->start.find(reading.scenario->local_node) == nullptr) {
        trouble = "local node " + reading.scenario->local_node +
                  ": expected the address of one of the scenario's nodes";
        return std::nullopt;
    }
    return std::move(reading.scenario);
}

/// The first fault that is for this call, if any. The call is counted for every fault that counts.
StateStore::Outcome choose_fault(StateStore& store, const Scenario& scenario, std::string_view subcommand,
                                 const Fault*& chosen) {
    chosen = nullptr;
    const auto choose = [&](const std::vector<std::int64_t>* calls) {
        for (std::size_t index = 0; index < scenario.faults.size() && chosen == nullptr; ++index) {
            const auto& fault = scenario.faults[index];
            if (fault.matches(subcommand) && fault.covers(calls == nullptr ? 0 : (*calls)[index]))
                chosen = &fault;
        }
    };
    if (!ranges::any_of(scenario.faults,
                        [&](const Fault& fault) { return fault.counts() && fault.matches(subcommand); })) {
        choose(nullptr);
        return StateStore::Outcome::done;
    }
    return store.update([&](State& state) {
        choose(&state.fault_calls);
        for (std::size_t index = 0; index < scenario.faults.size(); ++index) {
            if (scenario.faults[index].matches(subcommand))
                ++state.fault_calls[index];
        }
        return true;
    });
}

MaybeEnded refuse_without_agent(Session& session) {
    State state;
    if (const auto outcome = session.store.read(state); outcome != StateStore::Outcome::done)
        return report(session, outcome);
    const auto* const local = state.cluster.find(session.scenario.local_node);
    if (session.scenario.agent_running && local != nullptr && local->is_member())
        return Ended{};
    return complain(session, "Authorization file not found. Is the local agent running?");
}

MaybeEnded run_command(Session& session, const std::vector<std::string>& words) {
    const auto* const rule = find_command(session.subcommand);
    if (rule == nullptr || !rule->is_in(session.scenario.version))
        return complain(session, "'" + session.subcommand + "' is not a command of efm. See efm --help.");
    if (rule->run == help)
        return help(session, {});
    if (session.cluster_word.empty())
        return refuse_usage(session);
    const Arguments arguments{words.begin() + 2, words.end()};
    if (arguments.size() < rule->least_arguments || arguments.size() > rule->most_arguments)
        return refuse_usage(session);
    const auto& scenario = session.scenario;
    if (!scenario.cluster_name.empty() && scenario.cluster_name != session.cluster_name())
        return complain(session, "The properties file " + session.properties_file() + " was not found.");
    if (rule->needs_privilege && !scenario.authorized)
        return refuse_unauthorised(session);
    if (rule->needs_agent) {
        const auto refused = refuse_without_agent(session);
        if (!refused || refused->exit_status != 0)
            return refused;
    }
    return rule->run(session, arguments);
}

}  // namespace

Ended run_fake_efm(const Installation& installation, const std::vector<std::string>& words,
                   Console& console) {
    std::string trouble;
    const auto scenario = load_scenario(installation, trouble);
    if (!scenario)
        return fail(console, trouble);
    const auto place = choose_state_place(installation, *scenario);
    if (place.is_default)
        trouble = prepare_default_directory();
    if (!trouble.empty())
        return fail(console, trouble);

    StateStore store{place.file, place.is_default, *scenario, console};
    const std::string subcommand = words.empty() ? "" : words[0];
    const std::string cluster_word = words.size() < 2 ? "" : words[1];
    const Fault* fault = nullptr;
    if (const auto outcome = choose_fault(store, *scenario, subcommand, fault);
        outcome != StateStore::Outcome::done)
        return report({*scenario, store, console, subcommand, cluster_word}, outcome).value_or(Ended{});
    const auto command = [&](Console& heard_on) {
        Session session{*scenario, store, heard_on, subcommand, cluster_word};
        return run_command(session, words);
    };
    const auto ended = fault == nullptr ? command(console) : run_with_fault(*fault, console, command);
    return ended.value_or(Ended{});
}

Ended reset_fake_efm(const Installation& installation, Console& console) {
    std::string trouble;
    const auto scenario = load_scenario(installation, trouble);
    if (!scenario)
        return fail(console, trouble);
    const auto place = choose_state_place(installation, *scenario);
    if (place.is_default)
        trouble = prepare_default_directory();
    if (!trouble.empty())
        return fail(console, trouble);
    StateStore store{place.file, place.is_default, *scenario, console};
    const auto outcome = store.forget();
    if (outcome == StateStore::Outcome::failed)
        return fail(console, store.trouble());
    return {};
}

}  // namespace efm::fake
