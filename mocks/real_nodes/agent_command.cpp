#include "mocks/real_nodes/agent_command.h"

#include "mocks/mock_efm/exit_status.h"
#include "mocks/real_nodes/agent.h"

namespace efm::fake {

namespace {

constexpr std::string_view agent_help =
    "Usage: mock-efm agent --scenario FILE [--state FILE]\n\n"
    "Plays all agents of a scenario that names real PostgreSQL servers, in the foreground, until it is ended "
    "by\n"
    "TERM or INT or by `efm stop-cluster`. Runs as the user that owns the servers.\n";

}  // namespace

Ended run_agent_command(const CommandLine& line, Console& console) {
    auto installation = line.installation;
    // The name decides what an option means: here they are mock-efm's own.
    std::vector<std::string> arguments{"mock-efm"};
    arguments.insert(arguments.end(), line.words.begin() + 1, line.words.end());
    const auto behind = parse_command_line(arguments);
    if (behind.help) {
        static_cast<void>(console.write_output(agent_help));
        return {};
    }
    const auto mistake = !behind.mistake.empty() ? behind.mistake
                         : behind.words.empty()  ? std::string{}
                                                 : "unexpected word '" + behind.words.front() + "'";
    if (!mistake.empty()) {
        static_cast<void>(
            console.write_errors("mock-efm: agent: " + mistake + "\n\n" + std::string{agent_help}));
        return {.exit_status = bad_usage};
    }
    if (!behind.installation.scenario_file.empty())
        installation.scenario_file = behind.installation.scenario_file;
    if (!behind.installation.state_file.empty())
        installation.state_file = behind.installation.state_file;
    return run_agent(installation, console);
}

}  // namespace efm::fake
