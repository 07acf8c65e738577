// The command line: that of mock-efm itself, that of efm against a cluster that keeps what earlier inputs
// have made of it, the expectations of `control verify`, and the masking of secrets. The input is words, one
// a line.

#include <boost/json/parse.hpp>
#include <cstdint>

#include "mocks/fake/calls_expectation.h"
#include "mocks/fake/control.h"
#include "mocks/fake/scenario.h"
#include "mocks/fake/secret.h"
#include "mocks/fake/utf8.h"
#include "mocks/mock_efm/command_line.h"
#include "mocks/mock_efm/duration.h"
#include "tests/fuzz/fuzz_support.h"

namespace {

using namespace efm::fake;

std::vector<std::string> split(std::string_view input) {
    std::vector<std::string> words;
    while (!input.empty()) {
        const auto end = std::min(input.find('\n'), input.size());
        // No word of a command line holds a NUL.
        words.emplace_back(input.substr(0, std::min(end, input.find('\0'))));
        input.remove_prefix(std::min(end + 1, input.size()));
    }
    return words;
}

void check_own(const std::vector<std::string>& words) {
    auto arguments = words;
    arguments.insert(arguments.begin(), "mock-efm");
    const auto line = parse_command_line(arguments);
    require(line.words.size() <= words.size());
    require(std::equal(line.words.rbegin(), line.words.rend(), words.rbegin()));
}

void play(const std::vector<std::string>& words) {
    static const PrivateDirectory directory;
    static int runs = 0;
    constexpr int runs_of_a_cluster = 200;
    Installation installation;
    installation.state_file = directory.file("state");
    if (runs++ % runs_of_a_cluster == 0) {
        BoundedConsole console;
        require(reset_fake_efm(installation, console).exit_status == 0);
    }
    BoundedConsole console;
    const auto ended = run_fake_efm(installation, words, console);
    require(ended.signal == 0 &&
            (ended.exit_status == 0 || ended.exit_status == 1 || ended.exit_status == fake_failed));
    require(ended.exit_status != fake_failed || console.errors.starts_with("mock-efm: "));
    BoundedConsole shown;
    static_cast<void>(run_fake_efm(installation, {"cluster-status-json", "efm"}, shown));
    boost::system::error_code error;
    boost::json::parse(shown.output, error);
    require(!error || shown.output.empty());
    BoundedConsole verified;
    const auto verdict = verify_calls(installation, R"({"at_least": 1, "subcommand": "*"})", verified);
    require(verdict.exit_status == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string input(reinterpret_cast<const char*>(data), size);
    static const auto scenario = *read_scenario({}).scenario;
    const auto reading = parse_expectation(input, scenario);
    require(reading.expectation.has_value() == reading.mistakes.empty());
    require(is_utf8(as_utf8(input)));
    const auto masked = mask_secrets(input);
    require(mask_secrets(masked) == masked);
    const auto words = split(input);
    for (const auto& word : words)
        static_cast<void>(parse_duration(word));
    check_own(words);
    play(words);
    return 0;
}
