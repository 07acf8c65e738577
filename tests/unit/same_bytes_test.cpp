// The same scenario through the backend mock and through the program mock-efm under the backend direct: the
// same bytes on both streams, the same exit status, the same state afterwards. Over all scenarios that are
// shipped, and a session of commands with each.
#include <gmock/gmock.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "backends/runners/direct_runner.h"
#include "backends/runners/mock_runner.h"
#include "tests/support/child_program.h"
#include "tests/support/poll_waiter.h"

namespace efm::test {
namespace {

namespace files = std::filesystem;

std::string content_of(const files::path& file) {
    std::ifstream stream{file};
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

std::vector<std::string> shipped_scenarios() {
    std::vector<std::string> names;
    for (const auto& entry : files::directory_iterator{EFM_SCENARIOS})
        names.push_back(entry.path().stem().string());
    std::ranges::sort(names);
    return names;
}

/// One way to the fake: a directory with a copy of the scenario, and its state beside it.
struct Way {
    explicit Way(const std::string& scenario) {
        auto text = content_of(files::path{EFM_SCENARIOS} / (scenario + ".json"));
        // What is slow is so for a moment: it is the bytes that are compared.
        text = std::regex_replace(text, std::regex{R"re("(delay_ms|slow_child_ms)": \d+)re"}, R"("$1": 20)");
        // Time stands still, so that both see the same moment of it.
        const bool has_clock = text.find("\"clock\"") != std::string::npos;
        text.insert(text.find('{') + 1, std::string{R"("state_file": "efm.state", )"} +
                                            (has_clock ? "" : R"("clock": "stepped", )"));
        settings.mock_scenario = directory.write("efm.json", text);
        settings.command_path = directory.file("efm");
        files::copy_file(EFM_MOCK_EFM, settings.command_path);
    }
    Way(const Way&) = delete;
    Way& operator=(const Way&) = delete;

    /// The state as it is on disk, without what a clock has left in it.
    [[nodiscard]] std::string state() const {
        const auto text = content_of(directory.file("efm.state"));
        if (text.empty())
            return text;
        auto keys = boost::json::parse(text).as_object();
        keys.erase("clock");
        if (auto* const promotion = keys.if_contains("promotion"))
            promotion->as_object().erase("started_ms");
        for (auto& declaration : keys.at("declarations").as_array())
            declaration.as_object().erase("at_ms");
        return boost::json::serialize(keys);
    }

    TemporaryDirectory directory;
    RunnerSettings settings;
};

CommandResult run(CommandRunner& runner, const Command& command) {
    PollWaiter waiter;
    Limits limits;
    // For scenarios that hang: both ways are ended by it.
    limits.timeout = std::chrono::seconds{3};
    return runner.run(command, limits, waiter);
}

/// Directories of the two ways differ, and so do their names where a message quotes them.
std::string without(std::string text, const std::string& path) {
    for (auto at = text.find(path); at != std::string::npos; at = text.find(path, at))
        text.replace(at, path.size(), "DIR");
    return text;
}

class SameBytes : public testing::TestWithParam<std::string> {};

TEST_P(SameBytes, InProcessAndAsAProgram) {
    Way in_process{GetParam()};
    Way as_program{GetParam()};
    as_program.settings.backend = Backend::direct;
    MockRunner mock{in_process.settings};
    DirectRunner direct{as_program.settings};
    const std::vector<Command> session{
        {"cluster-status", "efm", {}, Confirmation::none},
        {"cluster-status-json", "efm", {}, Confirmation::none},
        {"node-status-json", "efm", {}, Confirmation::none},
        {"allow-node", "efm", {"10.0.0.9"}, Confirmation::none},
        {"set-priority", "efm", {"10.0.0.3", "1"}, Confirmation::none},
        {"promote", "efm", {"-switchover"}, Confirmation::routine},
        {"promote", "efm", {}, Confirmation::routine},
        {"cluster-status", "efm", {}, Confirmation::none},
        {"resume", "efm", {}, Confirmation::none},
        {"cluster-status-json", "efm", {}, Confirmation::none},
        {"disallow-node", "efm", {"10.0.0.2"}, Confirmation::none},
        {"reset-members", "efm", {}, Confirmation::none},
        {"encrypt", "efm", {}, Confirmation::none},
        {"encrypt", "efm", {"--from-env"}, Confirmation::none},
        {"upgrade-conf", "efm", {}, Confirmation::none},
        {"upgrade-conf", "efm", {"-source", "/srv/efm"}, Confirmation::none},
        {"--help", "efm", {}, Confirmation::none},
        {"set-priority", "efm", {"10.0.0.3"}, Confirmation::none},
        {"cluster-status", "efm", {}, Confirmation::none},
        {"stop-cluster", "efm", {}, Confirmation::none},
        {"cluster-status-json", "efm", {}, Confirmation::none},
    };
    for (const auto& command : session) {
        SCOPED_TRACE(command.subcommand);
        const auto here = run(mock, command);
        const auto there = run(direct, command);
        EXPECT_EQ(here.ending, there.ending);
        EXPECT_EQ(here.exit_status, there.exit_status);
        EXPECT_EQ(here.signal, there.signal);
        EXPECT_EQ(in_process.state(), as_program.state());
        // One hanging call of a scenario is like the next, and where it was stopped is left to chance.
        if (here.ending == Ending::timed_out)
            break;
        EXPECT_EQ(here.output, there.output);
        EXPECT_EQ(without(here.errors, in_process.directory.file("")),
                  without(there.errors, as_program.directory.file("")));
        EXPECT_EQ(here.refused_question, there.refused_question);
    }
}

INSTANTIATE_TEST_SUITE_P(Shipped, SameBytes, testing::ValuesIn(shipped_scenarios()),
                         [](const auto& parameter) {
                             std::string name = parameter.param;
                             std::ranges::replace_if(
                                 name, [](char c) { return c == '-' || c == '.'; }, '_');
                             return name;
                         });

}  // namespace
}  // namespace efm::test
