// Reading of scenarios and events: never a crash; a scenario or a list of mistakes, each with its file and
// line; and a cluster that can be played and shown whatever was read. The input is a scenario, and after a
// line `---` events, one a line.

#include <boost/json/parse.hpp>
#include <cstdint>
#include <fstream>

#include "mocks/fake/control.h"
#include "mocks/fake/scenario.h"
#include "tests/fuzz/fuzz_support.h"

namespace {

using namespace efm::fake;

constexpr std::string_view separator = "\n---\n";

bool is_json(std::string_view text) {
    boost::system::error_code error;
    boost::json::parse(text, error);
    return !error;
}

void check_mistakes(std::string_view mistakes) {
    require(!mistakes.empty() && mistakes.back() == '\n');
    while (!mistakes.empty()) {
        require(mistakes.starts_with("fuzz"));
        mistakes.remove_prefix(mistakes.find('\n') + 1);
    }
}

void play(std::string_view scenario, std::string_view events) {
    static const PrivateDirectory directory;
    Installation installation;
    installation.scenario_file = directory.file("scenario.json");
    installation.state_file = directory.file("state");
    std::ofstream{installation.scenario_file, std::ios::binary} << scenario;
    BoundedConsole reset;
    require(reset_fake_efm(installation, reset).exit_status == 0);

    constexpr int most_events = 20;
    for (int count = 0; !events.empty() && count < most_events; ++count) {
        const auto end = std::min(events.find('\n'), events.size() - 1);
        BoundedConsole console;
        const auto ended = apply_event(installation, events.substr(0, end + 1), console);
        require(ended.exit_status == 0 || (ended.exit_status == fake_failed && !console.errors.empty()));
        events.remove_prefix(end + 1);
    }
    BoundedConsole state;
    require(show_state(installation, state).exit_status == 0 && is_json(state.output));
    for (const auto* const subcommand : {"cluster-status", "cluster-status-json", "promote"}) {
        BoundedConsole console;
        static_cast<void>(run_fake_efm(installation, {subcommand, "efm"}, console));
    }
    BoundedConsole again;
    require(show_state(installation, again).exit_status == 0 && is_json(again.output));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // A copy of its own, so that a sanitizer sees a read past the end.
    const std::string input(reinterpret_cast<const char*>(data), size);
    const auto end = std::min(input.find(separator), input.size());
    const auto scenario = input.substr(0, end);
    const auto reading = parse_scenario(scenario, "fuzz");
    require(reading.scenario.has_value() == reading.mistakes.empty());
    if (!reading.scenario) {
        check_mistakes(reading.mistakes);
        return 0;
    }
    require(!reading.scenario->start.nodes.empty());
    play(scenario,
         end == input.size() ? std::string_view{} : std::string_view{input}.substr(end + separator.size()));
    return 0;
}
