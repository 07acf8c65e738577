#include "backends/runners/mock_control.h"

#include <limits>

#include "backends/command/confirmation.h"
#include "backends/runners/memory_console.h"
#include "mocks/fake/control.h"
#include "mocks/fake/scenario.h"

namespace efm {

template <typename Act>
CommandResult MockControl::run(const Act& act) const {
    // What comes back is for the caller's own eyes and not the output of a command.
    auto limits = limits_;
    limits.max_output = std::numeric_limits<std::size_t>::max();
    MemoryConsole console{Confirmation::none, limits, waiter_};
    fake::Installation installation;
    installation.scenario_file = scenario_file_;
    const auto ended = act(installation, console);
    auto result = console.take_result();
    if (result.ending == Ending::exited)
        result.exit_status = ended.exit_status;
    return result;
}

std::string MockControl::scenario_mistakes() const {
    return fake::read_scenario(scenario_file_).mistakes;
}

CommandResult MockControl::reset() const {
    return run(
        [](const auto& installation, auto& console) { return fake::reset_and_tell(installation, console); });
}

CommandResult MockControl::apply(const std::string& event) const {
    return run([&event](const auto& installation, auto& console) {
        return fake::apply_event(installation, event, console);
    });
}

CommandResult MockControl::state() const {
    return run(
        [](const auto& installation, auto& console) { return fake::show_state(installation, console); });
}

CommandResult MockControl::calls() const {
    return run(
        [](const auto& installation, auto& console) { return fake::show_calls(installation, console); });
}

}  // namespace efm
