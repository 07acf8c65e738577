#include "mocks/fake/state.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <limits>

#include "mocks/fake/cluster_keys.h"

namespace efm::fake {

namespace {

constexpr auto any_number = std::numeric_limits<std::int64_t>::max();

std::optional<Promotion> read_promotion(KeyReader& reader) {
    auto inner = reader.inner("promotion");
    if (!inner)
        return std::nullopt;
    Promotion promotion;
    promotion.target = inner->text("target");
    promotion.old_primary = inner->text("old_primary");
    promotion.switchover = inner->flag("switchover", false);
    promotion.started_ms = inner->number("started_ms", 0, 0, any_number);
    promotion.duration_ms = inner->number("duration_ms", 0, 0, any_number);
    inner->refuse_other_keys();
    return promotion;
}

}  // namespace

State initial_state(const Scenario& scenario) {
    return {scenario.identity, scenario.start, std::nullopt,
            std::vector<std::int64_t>(scenario.faults.size(), 0)};
}

std::string write_state(const State& state) {
    boost::json::object keys{
        {"scenario", state.scenario_identity},
        {"cluster", write_cluster(state.cluster)},
        {"fault_calls", boost::json::array(state.fault_calls.begin(), state.fault_calls.end())}};
    if (const auto& promotion = state.promotion) {
        keys["promotion"] = boost::json::object{{"target", promotion->target},
                                                {"old_primary", promotion->old_primary},
                                                {"switchover", promotion->switchover},
                                                {"started_ms", promotion->started_ms},
                                                {"duration_ms", promotion->duration_ms}};
    }
    return boost::json::serialize(keys) + "\n";
}

std::optional<State> read_state(std::string_view json, const std::string& name, std::string& mistakes) {
    boost::json::error_code error;
    const auto value = boost::json::parse(json, error);
    const auto* const object = value.if_object();
    if (error || object == nullptr) {
        mistakes = name + ": expected a JSON object\n";
        return std::nullopt;
    }
    Mistakes found;
    KeyReader reader{*object, {}, found};
    State state;
    state.scenario_identity = reader.text("scenario");
    if (auto inner = reader.inner("cluster")) {
        state.cluster = read_cluster(*inner);
        inner->refuse_other_keys();
    }
    state.promotion = read_promotion(reader);
    state.fault_calls = reader.numbers("fault_calls");
    reader.refuse_other_keys();
    for (const auto& mistake : found)
        mistakes += name + ": " + to_string(mistake.where) + ": " + mistake.text + "\n";
    if (!mistakes.empty())
        return std::nullopt;
    return state;
}

std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace efm::fake
