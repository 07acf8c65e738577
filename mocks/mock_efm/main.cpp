#include <signal.h>
#include <sys/resource.h>

#include <exception>
#include <string>
#include <vector>

#include "mocks/fake/fake_efm.h"
#include "mocks/mock_efm/command_line.h"
#include "mocks/mock_efm/real_console.h"

namespace {

using namespace efm::fake;

constexpr int bad_usage = 64;
constexpr int output_failed = 74;

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

int run(const std::vector<std::string>& arguments) {
    RealConsole console;
    const auto line = parse_command_line(arguments);
    if (!line.mistake.empty() || (line.words.empty() && !line.reset && !line.help)) {
        const auto mistake = line.mistake.empty() ? "a subcommand is missing" : line.mistake;
        static_cast<void>(console.write_errors("mock-efm: " + mistake + "\n\n" + own_help()));
        return bad_usage;
    }
    Ended ended;
    if (line.reset)
        ended = reset_fake_efm(line.installation, console);
    if (line.help)
        static_cast<void>(console.write_output(own_help() + "\n"));
    const auto words = line.help ? std::vector<std::string>{"--help"} : line.words;
    if (ended.exit_status == 0 && !words.empty())
        ended = run_fake_efm(line.installation, words, console);
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
