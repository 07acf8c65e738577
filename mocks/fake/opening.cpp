#include "mocks/fake/opening.h"

#include <algorithm>
#include <optional>
#include <string>

#include "mocks/fake/real_servers.h"

namespace efm::fake {

namespace {

std::optional<Scenario> load_scenario(const Installation& installation, std::string& trouble) {
    auto reading = read_scenario(installation.scenario_file);
    if (!reading.scenario) {
        trouble = reading.mistakes;
        return std::nullopt;
    }
    if (!installation.local_node.empty())
        reading.scenario->local_node = installation.local_node;
    if (has_real_servers(reading.scenario->start) && installation.servers == nullptr) {
        trouble = installation.scenario_file +
                  ": names real servers, and nothing here can ask them: call mock-efm with it, from SQL "
                  "through efm.backend 'direct' or 'sudo'";
        return std::nullopt;
    }
    return std::move(reading.scenario);
}

/// Whether `node` is one of the scenario's, or has joined since.
bool is_known(StateStore& store, const Scenario& scenario, const std::string& node) {
    State state;
    return scenario.start.find(node) != nullptr ||
           (store.read(state) == StateStore::Outcome::done && state.cluster.find(node) != nullptr);
}

}  // namespace

Ended fail(Console& console, std::string_view text) {
    std::string lines;
    for (std::size_t start = 0; start < text.size();) {
        const auto end = std::min(text.find('\n', start), text.size());
        lines.append("mock-efm: ").append(text.substr(start, end - start)).append("\n");
        start = end + 1;
    }
    static_cast<void>(console.write_errors(lines));
    return {.exit_status = fake_failed};
}

Ended with_installation(const Installation& installation, Console& console,
                        const std::function<Ended(Opened&)>& work) {
    std::string trouble;
    const auto scenario = load_scenario(installation, trouble);
    if (!scenario)
        return fail(console, trouble);
    const auto place = choose_state_place(installation, *scenario);
    trouble = prepare_place(place, installation.scenario_file);
    if (!trouble.empty())
        return fail(console, trouble);
    StateStore store{place.file, place.is_default, *scenario, console};
    if (!is_known(store, *scenario, scenario->local_node))
        return fail(console, "local node " + scenario->local_node +
                                 ": expected the address of one of the scenario's nodes");
    Opened opened{installation, *scenario, place, store, console};
    return work(opened);
}

}  // namespace efm::fake
