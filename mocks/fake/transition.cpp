#include "mocks/fake/transition.h"

#include "mocks/fake/behaviour.h"

namespace efm::fake {

namespace {

Transition read_transition(KeyReader& reader, const std::vector<std::string>& nodes) {
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
        transition.calls = awaited;
        calls->refuse_other_keys();
        if (reader.has("at_ms"))
            reader.mistake("at_ms", "expected no \"after_calls\" beside it");
    }
    if (transition.event.happen)
        reader.refuse_other_keys();
    return transition;
}

}  // namespace

std::vector<Transition> read_transitions(KeyReader& reader, std::vector<std::string> nodes) {
    std::vector<Transition> transitions;
    for (auto& inner : reader.objects("transitions")) {
        transitions.push_back(read_transition(inner, nodes));
        if (const auto& joining = transitions.back().event.joining; !joining.empty())
            nodes.push_back(joining);
    }
    return transitions;
}

}  // namespace efm::fake
