// What the process engine costs: a program through run_process() against its floor, a bare posix_spawn and
// wait of the same program. Both are measured in turn, call by call, so that whatever else the machine does
// falls on both.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <chrono>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "backends/process/process_engine.h"
#include "tests/support/poll_waiter.h"

namespace {

using Microseconds = std::chrono::duration<double, std::micro>;
namespace options = boost::program_options;

constexpr int warm_up_calls = 20;

struct Settings {
    std::string program;
    int count = 0;
    std::size_t private_megabytes = 0;
    bool under_terminal = false;
};

/// The same as the child of the engine gets: an empty standard input, output that goes nowhere, no
/// environment.
class BareSpawn {
  public:
    explicit BareSpawn(std::string program) : program_(std::move(program)) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        ::posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    }
    ~BareSpawn() { ::posix_spawn_file_actions_destroy(&actions_); }
    BareSpawn(const BareSpawn&) = delete;
    BareSpawn& operator=(const BareSpawn&) = delete;

    void run() {
        char* const words[]{program_.data(), nullptr};
        char* const environment[]{nullptr};
        pid_t id = 0;
        int status = 0;
        if (::posix_spawn(&id, program_.c_str(), &actions_, nullptr, words, environment) != 0 ||
            ::waitpid(id, &status, 0) != id || status != 0)
            throw std::runtime_error{"posix_spawn could not run " + program_};
    }

  private:
    std::string program_;
    posix_spawn_file_actions_t actions_{};
};

void run_engine(const Settings& settings) {
    efm::test::PollWaiter waiter;
    const auto result = efm::run_process(
        {.command_line = {settings.program}, .environment = {}, .under_terminal = settings.under_terminal},
        {}, waiter);
    if (result.ending != efm::Ending::exited || result.exit_status != 0)
        throw std::runtime_error{"run_process could not run " + settings.program};
}

template <class Work>
double time_of(const Work& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return Microseconds{std::chrono::steady_clock::now() - start}.count();
}

double quantile(std::vector<double>& times, double part) {
    const auto place =
        times.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(times.size() - 1));
    std::ranges::nth_element(times, place);
    return *place;
}

void measure(const Settings& settings) {
    const std::vector<char> private_memory(settings.private_megabytes * 1024 * 1024, 'x');
    BareSpawn bare{settings.program};
    std::vector<double> floor;
    std::vector<double> engine;
    for (int call = -warm_up_calls; call < settings.count; ++call) {
        const auto bare_time = time_of([&] { bare.run(); });
        const auto engine_time = time_of([&] { run_engine(settings); });
        if (call >= 0) {
            floor.push_back(bare_time);
            engine.push_back(engine_time);
        }
    }
    const auto row = [](const char* name, std::vector<double>& times) {
        std::cout << std::left << std::setw(24) << name << std::right << std::setw(10) << quantile(times, 0.1)
                  << std::setw(10) << quantile(times, 0.5) << std::setw(10) << quantile(times, 0.9) << "\n";
    };
    std::cout << std::fixed << std::setprecision(1) << settings.program << ", " << settings.count
              << " calls, " << settings.private_megabytes << " MB of private memory\n"
              << "microseconds                   10 %    median      90 %\n";
    row("posix_spawn and wait", floor);
    row(settings.under_terminal ? "run_process, terminal" : "run_process", engine);
    std::cout << std::setprecision(3) << "ratio of the medians "
              << quantile(engine, 0.5) / quantile(floor, 0.5) << "\n";
}

}  // namespace

int main(int count, char** words) try {
    Settings settings;
    options::options_description known{"Measures the process engine against a bare posix_spawn"};
    auto add = known.add_options();
    add("help", "show this");
    add("program", options::value(&settings.program)->default_value("/bin/true"), "what to run");
    add("count", options::value(&settings.count)->default_value(1000), "calls of each");
    add("private-memory", options::value(&settings.private_megabytes)->default_value(0),
        "megabytes to fill before");
    add("terminal", options::bool_switch(&settings.under_terminal),
        "run it under a private terminal, as sudo is");
    options::variables_map given;
    options::store(options::parse_command_line(count, words, known), given);
    options::notify(given);
    if (given.contains("help") || settings.count < 1) {
        std::cout << known;
        return given.contains("help") ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    measure(settings);
    return EXIT_SUCCESS;
} catch (const std::exception& error) {
    std::cerr << "spawn-floor: " << error.what() << "\n";
    return EXIT_FAILURE;
}
