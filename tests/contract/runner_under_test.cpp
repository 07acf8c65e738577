#include "tests/contract/runner_under_test.h"

#include <gmock/gmock.h>

#include <unistd.h>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string_view>

#include "backends/runners/runner_factory.h"
#include "mocks/runner_double/command_runner_double.h"

namespace efm::test {

namespace {

std::string environment_or(const char* name, const char* otherwise) {
    const char* const value = std::getenv(name);
    return value != nullptr ? value : otherwise;
}

std::string hexadecimal(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char byte : bytes) {
        text += digits[static_cast<unsigned char>(byte) >> 4U];
        text += digits[static_cast<unsigned char>(byte) & 15U];
    }
    return text;
}

/// The scenario file of mocks/README.md. Its cluster matters little: what a fault says is instead of its
/// answer.
std::string scenario(const Script& script) {
    std::ostringstream json;
    json
        << std::boolalpha
        << R"({"nodes": [{"address": "10.0.0.1", "role": "Primary"}, {"address": "10.0.0.2", "role": "Standby"}],)"
        << R"( "state_file": "efm.state", "faults": [{)"
        << R"("ignore_signals": )" << script.ignores_signals << R"(, "slow_child_ms": )"
        << script.slow_child.count() << R"(, "delay_ms": )" << script.delay.count() << R"(, "question": ")"
        << script.question << '"' << R"(, "output_hex": ")" << hexadecimal(script.output)
        << R"(", "errors": ")" << script.errors << '"' << R"(, "hang_after": )" << script.hangs;
    // Given, it would stand for the status of a refused question too.
    if (script.exit_status != 0)
        json << R"(, "exit_status": )" << script.exit_status;
    if (script.flood_output > 0)
        json << R"(, "flood": {"stream": "output", "bytes": )" << script.flood_output << "}";
    if (script.flood_errors > 0)
        json << R"(, "flood": {"stream": "errors", "bytes": )" << script.flood_errors << "}";
    if (script.child_keeps_pipe)
        json << R"(, "child_keeps_pipe_ms": )" << script.child_keeps_pipe->count();
    if (script.signal != 0)
        json << R"(, "signal": )" << script.signal;
    json << "}]}\n";
    return json.str();
}

ScriptedRun for_double(const Script& script) {
    return {.delay = script.slow_child + script.delay,
            .output = std::string(script.flood_output, 'x') + (script.question.empty() ? script.output : ""),
            .errors = std::string(script.flood_errors, 'x') + script.errors,
            .question = script.question,
            .output_after_question = script.question.empty() ? "" : script.output,
            .hangs = script.hangs,
            .exit_status = script.exit_status,
            .signal = script.signal};
}

}  // namespace

std::string to_string(Kind kind) {
    switch (kind) {
        case Kind::direct:
            return "direct";
        case Kind::sudo:
            return "sudo";
        case Kind::mock:
            return "mock";
        case Kind::runner_double:
            break;
    }
    return "runner_double";
}

std::string RunnerUnderTest::missing(Kind kind) {
    if (kind != Kind::sudo || std::getenv("EFM_CONTRACT_SUDO_USER") != nullptr)
        return {};
    return "sudo is not set up: EFM_CONTRACT_SUDO_USER names no user that sudo may run test programs as";
}

RunnerUnderTest::RunnerUnderTest(Kind kind) : kind_(kind) {
    // mock-efm plays the scenario that lies beside the name it is called by.
    settings_.command_path = directory_.file("efm");
    std::filesystem::create_symlink(environment_or("EFM_TEST_MOCK_EFM", EFM_BUILT_MOCK_EFM),
                                    settings_.command_path);
    settings_.mock_scenario = directory_.file("efm.json");
    settings_.sudo_path = "/usr/bin/sudo";
    settings_.sudo_user = environment_or("EFM_CONTRACT_SUDO_USER", "efm");
    settings_.home = "/";
    settings_.backend = kind == Kind::direct ? Backend::direct
                        : kind == Kind::sudo ? Backend::sudo
                                             : Backend::mock;
}

RunnerUnderTest::~RunnerUnderTest() = default;

CommandRunner& RunnerUnderTest::that_does(const Script& script) {
    directory_.write("efm.json", scenario(script));
    if (kind_ == Kind::runner_double) {
        auto runner = std::make_unique<testing::NiceMock<CommandRunnerDouble>>(settings_.command_path);
        runner->will_do(for_double(script));
        runner_ = std::move(runner);
    } else {
        runner_ = make_runner(settings_);
    }
    return *runner_;
}

CommandRunner& RunnerUnderTest::with_program(const std::string& path) {
    settings_.command_path = path;
    return that_does({});
}

}  // namespace efm::test
