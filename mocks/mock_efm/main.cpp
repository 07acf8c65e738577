#include <signal.h>
#include <sys/resource.h>

#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "mocks/fake/control.h"
#include "mocks/fake/fake_efm.h"
#include "mocks/mock_efm/command_line.h"
#include "mocks/mock_efm/control_command.h"
#include "mocks/mock_efm/exit_status.h"
#include "mocks/mock_efm/real_console.h"
#include "mocks/real_nodes/agent_command.h"
#include "mocks/real_nodes/pq_servers.h"
#include "mocks/recorder/record_command.h"

namespace {

using namespace efm::fake;

// As a process that this signal has hit, whatever was inherited from the caller, and without a core file.
void die_by(int signal_number) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    signal(signal_number, SIG_DFL);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, signal_number);
    sigprocmask(SIG_UNBLOCK, &only, nullptr);
    raise(signal_number);
}

Ended run_words(const CommandLine& line, RealConsole& console) {
    const auto words = line.help ? std::vector<std::string>{"--help"} : line.words;
    if (words.empty())
        return {};
    if (line.has_hands && words.front() == "control")
        return {.exit_status = run_control(line, console)};
    if (line.has_hands && words.front() == "record")
        return run_record({words.begin() + 1, words.end()}, console);
    if (line.has_hands && words.front() == "agent")
        return run_agent_command(line, console);
    return run_fake_efm(line.installation, words, console);
}

// Called by a path with a file beside it that says which efm it stands in for.
std::optional<Ended> run_as_recorder(const std::vector<std::string>& arguments, RealConsole& console) {
    if (arguments.empty())
        return std::nullopt;
    std::string mistake;
    const auto settings = settings_beside(arguments.front(), mistake);
    if (settings)
        return record_call(*settings, {arguments.begin() + 1, arguments.end()}, console);
    if (mistake.empty())
        return std::nullopt;
    static_cast<void>(console.write_errors("mock-efm: " + mistake + "\n"));
    return Ended{.exit_status = fake_failed};
}

int run(const std::vector<std::string>& arguments) {
    RealConsole console;
    if (const auto ended = run_as_recorder(arguments, console)) {
        if (ended->signal != 0)
            die_by(ended->signal);
        return ended->exit_status;
    }
    PqServers servers;
    auto line = parse_command_line(arguments);
    line.installation.servers = &servers;
    if (!line.mistake.empty() || (line.words.empty() && !line.reset && !line.help)) {
        const auto mistake = line.mistake.empty() ? "a subcommand is missing" : line.mistake;
        static_cast<void>(console.write_errors("mock-efm: " + mistake + "\n\n" + own_help()));
        return bad_usage;
    }
    if (!line.unknown_scenario.empty() && !line.help) {
        static_cast<void>(console.write_errors("mock-efm: " + line.unknown_scenario + "\n"));
        return fake_failed;
    }
    Ended ended;
    if (line.reset)
        ended = reset_and_tell(line.installation, console, true);
    if (line.help)
        static_cast<void>(console.write_output(own_help() + "\n"));
    if (ended.exit_status == 0)
        ended = run_words(line, console);
    if (ended.signal != 0)
        die_by(ended.signal);
    return console.is_broken() ? output_failed : ended.exit_status;
}

}  // namespace

int main(int count, char** words) {
    try {
        return run({words, words + count});
    } catch (const std::exception& error) {
        static_cast<void>(RealConsole{}.write_errors("mock-efm: " + std::string{error.what()} + "\n"));
        return fake_failed;
    }
}
