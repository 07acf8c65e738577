#include "backends/runners/mock_runner.h"

#include <algorithm>

#include "backends/command/confirmation.h"
#include "backends/runners/memory_console.h"
#include "mocks/fake/fake_efm.h"

namespace efm {

std::vector<std::string> MockRunner::command_line(const Command& command) const {
    auto words = command.words();
    words.insert(words.begin(), settings_.command_path);
    return words;
}

CommandResult MockRunner::run(const Command& command, const Limits& limits, Waiter& waiter) {
    const auto start = std::chrono::steady_clock::now();
    CommandResult result;
    const auto words = command.words();
    const bool has_nul = std::ranges::any_of(
        words, [](const std::string& word) { return word.find('\0') != std::string::npos; });
    if (has_nul) {
        result.error = std::make_error_code(std::errc::invalid_argument);
        return result;
    }
    MemoryConsole console{command.confirmation, limits, waiter};
    fake::Installation installation;
    installation.scenario_file = settings_.mock_scenario;
    const auto ended = fake::run_fake_efm(installation, words, console);
    result = console.take_result();
    if (result.ending == Ending::exited && ended.signal != 0) {
        result.ending = Ending::signalled;
        result.signal = ended.signal;
    } else if (result.ending == Ending::exited) {
        result.exit_status = ended.exit_status;
    }
    result.elapsed =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
    return result;
}

}  // namespace efm
