#include "mocks/fake/control.h"

#include <boost/json/parse.hpp>

#include "mocks/fake/event.h"
#include "mocks/fake/opening.h"
#include "mocks/fake/timeline.h"

namespace efm::fake {

namespace {

/// Reads an event that stands alone. `mistakes` says what is wrong with it.
Event parse_event(std::string_view json, const std::vector<std::string>& nodes, std::string& mistakes) {
    boost::system::error_code error;
    const auto value = boost::json::parse(json, error);
    const auto* const object = value.if_object();
    if (error || object == nullptr) {
        mistakes = "event: expected a JSON object" + (error ? ", found " + error.message() : "");
        return {};
    }
    if (const auto repeated = find_repeated_key(json)) {
        mistakes = "event: " + repeated->key + ": expected this key once";
        return {};
    }
    Mistakes found;
    KeyReader reader{*object, {}, found};
    auto event = read_event(reader, nodes);
    if (event.happen)
        reader.refuse_other_keys();
    for (const auto& mistake : found)
        mistakes += "event: " + to_string(mistake.where) + ": " + mistake.text + "\n";
    return event;
}

}  // namespace

Ended apply_event(const Installation& installation, std::string_view event, Console& console) {
    return with_installation(installation, console, [&](Opened& opened) -> Ended {
        std::string refusal;
        const auto outcome = opened.store.update([&](State& state) {
            carry_out_due_calls(state, opened.scenario);
            const auto parsed = parse_event(event, addresses_of(state.cluster), refusal);
            const auto to_ms = state.now_ms - state.clock.offset_ms;
            if (refusal.empty())
                refusal = carry_out(parsed, state, opened.scenario);
            if (refusal.empty())
                advance(state, opened.scenario, to_ms + state.clock.offset_ms);
            return refusal.empty();
        });
        if (outcome == StateStore::Outcome::failed)
            refusal = opened.store.trouble();
        return refusal.empty() ? Ended{} : fail(console, refusal);
    });
}

Ended show_state(const Installation& installation, Console& console) {
    return with_installation(installation, console, [&](Opened& opened) -> Ended {
        State state;
        auto outcome = opened.store.read(state);
        if (outcome == StateStore::Outcome::done && waits_for_calls(state, opened.scenario)) {
            outcome = opened.store.update([&](State& now) {
                carry_out_due_calls(now, opened.scenario);
                state = now;
                return true;
            });
        }
        if (outcome == StateStore::Outcome::failed)
            return fail(console, opened.store.trouble());
        if (outcome == StateStore::Outcome::done)
            static_cast<void>(console.write_output(write_state(state)));
        return {};
    });
}

}  // namespace efm::fake
