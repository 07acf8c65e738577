#include "mocks/fake/timeline.h"

#include <algorithm>
#include <limits>
#include <optional>

#include <range/v3/algorithm/any_of.hpp>
#include <range/v3/algorithm/min_element.hpp>
#include <range/v3/view/indices.hpp>

#include "mocks/fake/failover.h"
#include "mocks/fake/wal.h"

namespace efm::fake {

namespace {

constexpr auto never = std::numeric_limits<std::int64_t>::max();

void move_to(State& state, const Scenario& scenario, std::int64_t at_ms) {
    if (at_ms <= state.now_ms)
        return;
    const auto began_ms = state.clock.began_ms;
    const auto bytes =
        wal_between(scenario.behaviour.wal_bytes_per_second, state.now_ms - began_ms, at_ms - began_ms);
    if (bytes > 0)
        write_wal(state.cluster, bytes);
    state.now_ms = at_ms;
}

void happen(State& state, const Scenario& scenario, std::size_t index) {
    state.transitions[index].has_happened = true;
    state.transitions[index].refusal = carry_out(scenario.transitions[index].event, state, scenario);
}

/// The next transition in time, of several at one moment the first in the file.
std::optional<std::size_t> next_transition(const State& state, const Scenario& scenario) {
    std::optional<std::size_t> next;
    for (std::size_t index = 0; index < scenario.transitions.size(); ++index) {
        const auto& transition = scenario.transitions[index];
        if (transition.calls || state.transitions[index].has_happened)
            continue;
        if (!next || transition.at_ms < scenario.transitions[*next].at_ms)
            next = index;
    }
    return next;
}

/// Takes the next thing that is due until `to_ms`. At one moment what the scenario foresees comes before what
/// agents do.
bool take_next(State& state, const Scenario& scenario, std::int64_t to_ms) {
    const auto transition = next_transition(state, scenario);
    const auto declaration = ranges::min_element(state.declarations, {}, &Declaration::at_ms);
    const auto transition_ms =
        transition ? state.clock.began_ms + scenario.transitions[*transition].at_ms : never;
    const auto declaration_ms = declaration == state.declarations.end() ? never : declaration->at_ms;
    const auto step_ms = state.promotion ? next_step_ms(*state.promotion).value_or(never) : never;
    const auto next_ms = std::min({transition_ms, declaration_ms, step_ms});
    if (next_ms == never || next_ms > to_ms)
        return false;
    move_to(state, scenario, next_ms);
    if (next_ms == transition_ms) {
        happen(state, scenario, *transition);
    } else if (next_ms == declaration_ms) {
        const auto due = *declaration;
        state.declarations.erase(declaration);
        declare(state, scenario, due);
    } else {
        take_step(state.cluster, state.promotion);
    }
    return true;
}

bool is_due(const State& state, const Scenario& scenario, std::size_t index) {
    const auto& calls = scenario.transitions[index].calls;
    return calls && !state.transitions[index].has_happened && state.transitions[index].calls >= calls->count;
}

}  // namespace

void advance(State& state, const Scenario& scenario, std::int64_t to_ms) {
    const auto offset_ms = state.clock.offset_ms;
    // What happens may advance the clock: then there is more to come.
    while (take_next(state, scenario, to_ms + state.clock.offset_ms - offset_ms)) {
    }
    move_to(state, scenario, to_ms + state.clock.offset_ms - offset_ms);
}

bool waits_for_calls(const State& state, const Scenario& scenario) {
    return ranges::any_of(ranges::views::indices(scenario.transitions.size()), [&](std::size_t index) {
        return scenario.transitions[index].calls && !state.transitions[index].has_happened;
    });
}

void carry_out_due_calls(State& state, const Scenario& scenario) {
    const auto before_ms = state.clock.offset_ms;
    const auto now_ms = state.now_ms;
    for (std::size_t index = 0; index < scenario.transitions.size(); ++index) {
        if (is_due(state, scenario, index))
            happen(state, scenario, index);
    }
    advance(state, scenario, now_ms + state.clock.offset_ms - before_ms);
}

void count_call(State& state, const Scenario& scenario, std::string_view subcommand) {
    for (std::size_t index = 0; index < scenario.transitions.size(); ++index) {
        const auto& calls = scenario.transitions[index].calls;
        if (calls && calls->matches(subcommand) && !state.transitions[index].has_happened)
            ++state.transitions[index].calls;
    }
}

}  // namespace efm::fake
