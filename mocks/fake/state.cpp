#include "mocks/fake/state.h"

#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "mocks/fake/cluster_keys.h"
#include "mocks/fake/fault_choice.h"
#include "mocks/fake/hash.h"
#include "mocks/fake/key_writer.h"
#include "mocks/fake/random.h"
#include "mocks/fake/timeline.h"

namespace efm::fake {

namespace {

constexpr std::int64_t any_number = 10'000'000'000'000'000;

constexpr std::array<std::pair<std::string_view, bool>, 2> clocks{{{"real", false}, {"stepped", true}}};

constexpr std::array<std::pair<std::string_view, Promotion::Phase>, 3> phases{
    {{"stopping", Promotion::Phase::stopping},
     {"promoting", Promotion::Phase::promoting},
     {"old primary back", Promotion::Phase::old_primary_back}}};

constexpr std::array<std::pair<std::string_view, Declaration::What>, 3> declarations{
    {{"database", Declaration::What::database},
     {"node", Declaration::What::node},
     {"isolation", Declaration::What::isolation}}};

// A missing number in a state that was written by somebody else is a mistake like a wrong one.
std::int64_t read_number(KeyReader& reader, std::string_view key) {
    const auto number = reader.number(key, 0, 0, any_number);
    if (!reader.has(key))
        reader.mistake(key, "expected a whole number");
    return number;
}

Clock read_clock(KeyReader& reader, std::int64_t& now_ms) {
    Clock clock;
    auto inner = reader.inner("clock");
    if (!inner) {
        if (!reader.has("clock"))
            reader.mistake("clock", "expected an object");
        return clock;
    }
    clock.is_stepped = inner->choice("kind", false, clocks);
    clock.began_ms = read_number(*inner, "began_ms");
    clock.offset_ms = read_number(*inner, "offset_ms");
    now_ms = read_number(*inner, "now_ms");
    inner->refuse_other_keys();
    return clock;
}

boost::json::object write_clock(const State& state) {
    return {{"kind", name_of(clocks, state.clock.is_stepped)},
            {"now_ms", state.now_ms},
            {"began_ms", state.clock.began_ms},
            {"offset_ms", state.clock.offset_ms}};
}

std::optional<Promotion> read_promotion(KeyReader& reader) {
    auto inner = reader.inner("promotion");
    if (!inner)
        return std::nullopt;
    Promotion promotion;
    promotion.target = inner->text("target");
    promotion.old_primary = inner->text("old_primary");
    promotion.switchover = inner->flag("switchover", false);
    promotion.started_ms = read_number(*inner, "started_ms");
    promotion.duration_ms = read_number(*inner, "duration_ms");
    promotion.outcome = inner->choice("outcome", PromotionOutcome::succeeds, promotion_outcomes);
    promotion.phase = inner->choice("phase", Promotion::Phase::stopping, phases);
    promotion.stops_old_primary = inner->flag("stops_old_primary", true);
    promotion.real = inner->flag("real", false);
    promotion.step = inner->text("step");
    inner->refuse_other_keys();
    return promotion;
}

boost::json::object write_promotion(const Promotion& promotion) {
    return {{"target", promotion.target},
            {"old_primary", promotion.old_primary},
            {"switchover", promotion.switchover},
            {"started_ms", promotion.started_ms},
            {"duration_ms", promotion.duration_ms},
            {"outcome", name_of(promotion_outcomes, promotion.outcome)},
            {"phase", name_of(phases, promotion.phase)},
            {"stops_old_primary", promotion.stops_old_primary},
            {"real", promotion.real},
            {"step", promotion.step}};
}

std::vector<Declaration> read_declarations(KeyReader& reader) {
    std::vector<Declaration> found;
    for (auto& inner : reader.objects("declarations")) {
        Declaration declaration;
        declaration.what = inner.choice("what", Declaration::What::database, declarations);
        declaration.node = inner.text("node");
        declaration.at_ms = read_number(inner, "at_ms");
        inner.refuse_other_keys();
        found.push_back(std::move(declaration));
    }
    return found;
}

boost::json::array write_declarations(const std::vector<Declaration>& given) {
    boost::json::array array;
    for (const auto& declaration : given)
        array.push_back(boost::json::object{{"what", name_of(declarations, declaration.what)},
                                            {"node", declaration.node},
                                            {"at_ms", declaration.at_ms}});
    return array;
}

std::vector<TransitionProgress> read_progress(KeyReader& reader) {
    std::vector<TransitionProgress> found;
    for (auto& inner : reader.objects("transitions")) {
        TransitionProgress progress;
        progress.has_happened = inner.flag("has_happened", false);
        progress.calls = inner.number("calls", 0, 0, any_number);
        progress.refusal = inner.text("refused");
        inner.refuse_other_keys();
        found.push_back(std::move(progress));
    }
    return found;
}

boost::json::array write_progress(const std::vector<TransitionProgress>& given) {
    boost::json::array array;
    for (const auto& progress : given) {
        boost::json::object keys{{"has_happened", progress.has_happened}, {"calls", progress.calls}};
        if (!progress.refusal.empty())
            keys["refused"] = progress.refusal;
        array.push_back(std::move(keys));
    }
    return array;
}

// What the data directories of databases hold that cannot be asked.
void read_held_wal(KeyReader& reader, Cluster& cluster) {
    auto inner = reader.inner("held_wal");
    if (!inner)
        return;
    for (auto& node : cluster.nodes)
        node.last_lsn = inner->text(node.address);
    inner->refuse_other_keys();
}

boost::json::object write_held_wal(const Cluster& cluster) {
    boost::json::object keys;
    for (const auto& node : cluster.nodes) {
        if (!node.last_lsn.empty())
            keys[node.address] = node.last_lsn;
    }
    return keys;
}

boost::json::array write_groups(const Cluster& cluster) {
    boost::json::array groups;
    for (const auto& group : cluster.groups)
        groups.push_back(array_of(group));
    return groups;
}

/// Another one when the keys of a state change: an older state begins anew then.
constexpr std::int64_t state_format = 3;

// The first state that was ever written had these, and what is to be overwritten must be ours.
bool has_keys_of_every_format(const boost::json::object& keys) {
    const auto* const scenario = keys.if_contains("scenario");
    const auto* const calls = keys.if_contains("fault_calls");
    return scenario != nullptr && scenario->is_string() && is_hash(scenario->get_string()) &&
           calls != nullptr && calls->is_array();
}

State read_keys(KeyReader& reader) {
    State state;
    state.scenario_identity = reader.text("scenario");
    reader.number("format", 0, state_format, state_format);
    state.clock = read_clock(reader, state.now_ms);
    state.seed = reader.number("seed", 0, 0, most_seed);
    state.cluster = read_cluster(reader);
    state.cluster.groups =
        reader.text_lists("network_groups").value_or(std::vector<std::vector<std::string>>{});
    state.cluster.forgotten = reader.texts("forgotten_nodes").value_or(std::vector<std::string>{});
    state.cluster.never_promoted = reader.texts("never_promoted").value_or(std::vector<std::string>{});
    state.cluster.last_promoted = reader.text("last_promoted");
    read_held_wal(reader, state.cluster);
    state.promotion = read_promotion(reader);
    const auto next_outcome = reader.choice("next_promotion", PromotionOutcome::succeeds, promotion_outcomes);
    if (reader.has("next_promotion"))
        state.next_outcome = next_outcome;
    state.resuming = reader.texts("resuming").value_or(std::vector<std::string>{});
    state.declarations = read_declarations(reader);
    state.transitions = read_progress(reader);
    state.fault_calls = reader.numbers("fault_calls");
    reader.refuse_other_keys();
    return state;
}

}  // namespace

State initial_state(const Scenario& scenario) {
    State state;
    state.scenario_identity = scenario.identity;
    state.clock = start_clock(scenario.behaviour.has_stepped_clock);
    state.now_ms = state.clock.began_ms;
    state.seed = scenario.seed ? *scenario.seed : needs_seed(scenario) ? draw_seed() : 0;
    state.cluster = scenario.start;
    state.transitions.resize(scenario.transitions.size());
    state.fault_calls.resize(scenario.faults.size());
    advance(state, scenario, state.now_ms);
    return state;
}

std::string write_state(const State& state) {
    boost::json::object keys{{"scenario", state.scenario_identity},
                             {"format", state_format},
                             {"clock", write_clock(state)},
                             {"seed", state.seed}};
    for (auto& [key, value] : write_cluster(state.cluster))
        keys[key] = std::move(value);
    keys["network_groups"] = write_groups(state.cluster);
    keys["forgotten_nodes"] = array_of(state.cluster.forgotten);
    keys["never_promoted"] = array_of(state.cluster.never_promoted);
    keys["last_promoted"] = state.cluster.last_promoted;
    keys["held_wal"] = write_held_wal(state.cluster);
    if (state.promotion)
        keys["promotion"] = write_promotion(*state.promotion);
    if (state.next_outcome)
        keys["next_promotion"] = name_of(promotion_outcomes, *state.next_outcome);
    if (!state.resuming.empty())
        keys["resuming"] = array_of(state.resuming);
    keys["declarations"] = write_declarations(state.declarations);
    keys["transitions"] = write_progress(state.transitions);
    keys["fault_calls"] = boost::json::array(state.fault_calls.begin(), state.fault_calls.end());
    return boost::json::serialize(keys) + "\n";
}

bool is_state(std::string_view text) {
    return text.starts_with("{\"scenario\":");
}

bool has_other_format(std::string_view json) {
    boost::system::error_code error;
    const auto value = boost::json::parse(json, error);
    const auto* const object = error ? nullptr : value.if_object();
    if (object == nullptr || !has_keys_of_every_format(*object))
        return false;
    const auto* const format = object->if_contains("format");
    return format == nullptr || !format->is_int64() || format->get_int64() != state_format;
}

std::optional<State> read_state(std::string_view json, const std::string& name, std::string& mistakes) {
    boost::system::error_code error;
    const auto value = boost::json::parse(json, error);
    const auto* const object = value.if_object();
    if (error || object == nullptr) {
        mistakes = name + ": expected a JSON object\n";
        return std::nullopt;
    }
    Mistakes found;
    KeyReader reader{*object, {}, found};
    auto state = read_keys(reader);
    for (const auto& mistake : found)
        mistakes += name + ": " + to_string(mistake.where) + ": " + mistake.text + "\n";
    if (!mistakes.empty())
        return std::nullopt;
    return state;
}

}  // namespace efm::fake
