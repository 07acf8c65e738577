#include "mocks/fake/transition.h"

#include <array>

#include <range/v3/algorithm/contains.hpp>

#include "mocks/fake/behaviour.h"
#include "mocks/fake/command_table.h"

namespace efm::fake {

namespace {

using Addresses = std::vector<std::string>;

bool can_be_called(const std::string& subcommand, const std::vector<std::string>& scripted) {
    return subcommand == "*" || find_command(subcommand) != nullptr || ranges::contains(scripted, subcommand);
}

Transition read_transition(KeyReader& reader, const Addresses& nodes,
                           const std::vector<std::string>& scripted) {
    constexpr std::int64_t most_calls = 1'000'000'000;
    Transition transition;
    transition.event = read_event(reader, nodes);
    transition.at_ms = reader.number("at_ms", 0, 0, most_ms);
    if (auto calls = reader.inner("after_calls")) {
        Transition::Calls awaited;
        awaited.count = calls->number("count", 1, 1, most_calls);
        if (!calls->has("count"))
            calls->mistake("count", "expected a whole number from 1");
        awaited.subcommand = calls->text("subcommand", "*");
        if (!can_be_called(awaited.subcommand, scripted))
            calls->mistake("subcommand",
                           "expected a subcommand of efm, or of a rule in \"faults\", or \"*\"");
        transition.calls = awaited;
        calls->refuse_other_keys();
        if (reader.has("at_ms"))
            reader.mistake("at_ms", "expected no \"after_calls\" beside it");
    }
    if (transition.event.happen)
        reader.refuse_other_keys();
    return transition;
}

std::string_view text_in(const boost::json::object& keys, std::string_view key) {
    const auto* const value = keys.if_contains(key);
    const auto* const text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string_view{} : std::string_view{*text};
}

/// Those of whom nothing makes anything but a witness.
Addresses witnesses_of(const Cluster& start, const std::vector<KeyReader>& transitions) {
    Addresses witnesses;
    for (const auto& node : start.nodes) {
        if (node.role == Role::witness)
            witnesses.push_back(node.address);
    }
    for (const auto& transition : transitions) {
        const auto* const joining = transition.object().if_contains("node");
        if (joining != nullptr && joining->is_object() && text_in(joining->as_object(), "role") == "Witness")
            witnesses.emplace_back(text_in(joining->as_object(), "address"));
    }
    for (const auto& transition : transitions) {
        if (transition.has("role"))
            std::erase(witnesses, text_in(transition.object(), "node"));
    }
    return witnesses;
}

// When its time had come, it would only be refused.
void check_has_database(KeyReader& reader, const Addresses& witnesses) {
    constexpr std::array<std::string_view, 4> of_databases{"database_fails", "database_starts",
                                                           "standby_lags", "standby_catches_up"};
    const auto& keys = reader.object();
    if (ranges::contains(of_databases, text_in(keys, "event")) &&
        ranges::contains(witnesses, text_in(keys, "node")))
        reader.mistake("node", "expected a node with a database, no witness");
}

}  // namespace

std::vector<Transition> read_transitions(KeyReader& reader, const Cluster& start,
                                         const std::vector<std::string>& scripted) {
    std::vector<Transition> transitions;
    auto nodes = addresses_of(start);
    auto readers = reader.objects("transitions");
    const auto witnesses = witnesses_of(start, readers);
    for (auto& inner : readers) {
        transitions.push_back(read_transition(inner, nodes, scripted));
        check_has_database(inner, witnesses);
        if (const auto& joining = transitions.back().event.joining; !joining.empty())
            nodes.push_back(joining);
    }
    return transitions;
}

}  // namespace efm::fake
