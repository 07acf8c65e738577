#include "mocks/fake/fault_choice.h"

#include <range/v3/algorithm/any_of.hpp>

#include "mocks/fake/random.h"

namespace efm::fake {

namespace {

/// What a choice depends on beside the call itself.
struct Situation {
    const std::vector<std::int64_t>* calls =
        nullptr;                  ///< that each rule has seen; nullptr: it does not matter
    std::int64_t elapsed_ms = 0;  ///< since the scenario began
    std::int64_t seed = 0;
};

Situation situation_of(const State& state) {
    return {&state.fault_calls, state.now_ms - state.clock.began_ms, state.seed};
}

std::optional<ChosenFault> choose(const Scenario& scenario, const std::vector<std::string>& words,
                                  const Situation& situation) {
    for (std::size_t rule = 0; rule < scenario.faults.size(); ++rule) {
        const auto& fault = scenario.faults[rule];
        const auto earlier = situation.calls == nullptr ? 0 : (*situation.calls)[rule];
        if (!fault.matches(words) || !fault.covers(earlier, situation.elapsed_ms))
            continue;
        if (fault.chance < 1 && draw(situation.seed, rule, earlier, Draw::chance) >= fault.chance)
            continue;
        ChosenFault chosen{rule, fault};
        const auto most = static_cast<double>(fault.jitter.count());
        chosen.fault.delay += std::chrono::milliseconds{
            static_cast<std::int64_t>(most * draw(situation.seed, rule, earlier, Draw::jitter))};
        return chosen;
    }
    return std::nullopt;
}

}  // namespace

StateStore::Outcome choose_fault(StateStore& store, const Scenario& scenario,
                                 const std::vector<std::string>& words, std::optional<ChosenFault>& chosen) {
    chosen.reset();
    const auto for_this_call = [&](auto is_of_kind) {
        return ranges::any_of(scenario.faults,
                              [&](const Fault& fault) { return is_of_kind(fault) && fault.matches(words); });
    };
    if (for_this_call([](const Fault& fault) { return fault.counts(); })) {
        return store.update([&](State& state) {
            chosen = choose(scenario, words, situation_of(state));
            for (std::size_t rule = 0; rule < scenario.faults.size(); ++rule) {
                if (scenario.faults[rule].matches(words))
                    ++state.fault_calls[rule];
            }
            return true;
        });
    }
    if (!for_this_call([](const Fault& fault) { return fault.is_timed(); })) {
        chosen = choose(scenario, words, {});
        return StateStore::Outcome::done;
    }
    State state;
    const auto outcome = store.read(state);
    if (outcome == StateStore::Outcome::done)
        chosen = choose(scenario, words, situation_of(state));
    return outcome;
}

bool needs_seed(const Scenario& scenario) {
    return ranges::any_of(scenario.faults, &Fault::is_left_to_chance);
}

}  // namespace efm::fake
