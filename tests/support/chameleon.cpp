// A child that does what its words say, one after the other: what a test needs of a command that `efm` itself
// will not do on request. See `actions` at the end for the list. Uses write() and _exit() only, so nothing is
// buffered.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "tests/support/self_report.h"

namespace {

using efm::test::write_all;

constexpr int mistake_in_a_word = 64;
/// No test runs longer; what a failed one leaves behind ends by itself.
unsigned int longest_life_in_seconds = 120;

// For `arguments`, which shows the words after it.
int argument_count = 0;
char** argument_words = nullptr;
int current_word = 0;

[[noreturn]] void refuse(std::string_view word) {
    write_all(STDERR_FILENO, "chameleon: cannot do \"" + std::string{word} + "\"\n");
    ::_exit(mistake_in_a_word);
}

long number(std::string_view text) {
    long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        refuse(text);
    return value;
}

int signal_number(std::string_view name) {
    constexpr std::array known{
        std::pair{"HUP", SIGHUP},   std::pair{"INT", SIGINT},   std::pair{"TERM", SIGTERM},
        std::pair{"PIPE", SIGPIPE}, std::pair{"KILL", SIGKILL}, std::pair{"SEGV", SIGSEGV},
        std::pair{"ABRT", SIGABRT}, std::pair{"USR1", SIGUSR1}, std::pair{"STOP", SIGSTOP}};
    for (const auto& [known_name, value] : known) {
        if (name == known_name)
            return value;
    }
    return static_cast<int>(number(name));
}

std::string from_hex(std::string_view digits) {
    std::string bytes;
    for (std::size_t place = 0; place + 1 < digits.size(); place += 2) {
        unsigned int value = 0;
        if (std::from_chars(&digits[place], &digits[place] + 2, value, 16).ptr != &digits[place] + 2)
            refuse(digits);
        bytes.push_back(static_cast<char>(value));
    }
    return bytes;
}

void flood(int descriptor, long bytes) {
    const std::string line = "a line of a flood\n";
    std::string block;
    while (block.size() < 64 * 1024)
        block += line;
    while (bytes > 0) {
        const auto part = std::min(bytes, static_cast<long>(block.size()));
        write_all(descriptor, {block.data(), static_cast<std::size_t>(part)});
        bytes -= part;
    }
}

[[noreturn]] void hang() {
    while (true)
        ::pause();
}

enum class Family { same_group, own_session, daemon };

/// Starts a process that hangs and keeps every descriptor open; it is at work when this returns.
void start_background(Family family) {
    std::array<int, 2> started{};
    if (::pipe2(started.data(), O_CLOEXEC) != 0)
        ::_exit(mistake_in_a_word);
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(longest_life_in_seconds);
        if (family != Family::same_group)
            ::setsid();
        if (family == Family::daemon && ::fork() != 0)
            ::_exit(EXIT_SUCCESS);
        write_all(started[1], ".");
        ::close(started[0]);
        ::close(started[1]);
        hang();
    }
    ::close(started[1]);
    char signal_of_life = 0;
    while (::read(started[0], &signal_of_life, 1) < 0 && errno == EINTR) {
    }
    ::close(started[0]);
    if (family == Family::daemon)
        ::waitpid(child, nullptr, 0);
}

/// Waits for the child started last, as a shell script waits for its command, and ends as it did.
[[noreturn]] void wait_for_child() {
    int status = 0;
    while (::wait(&status) < 0 && errno == EINTR) {
    }
    ::_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

/// Does the words that follow in a child with a session of its own, and ends as that did.
void go_on_in_session() {
    if (::fork() != 0)
        wait_for_child();
    ::alarm(longest_life_in_seconds);
    ::setsid();
}

/// Ends a moment after a TERM, at any time up to this many microseconds.
void die_late(long microseconds) {
    static long longest = 0;
    longest = microseconds;
    std::signal(SIGTERM, [](int) {
        timespec now{};
        ::clock_gettime(CLOCK_MONOTONIC, &now);
        ::usleep(static_cast<useconds_t>(now.tv_nsec % longest));
        ::_exit(EXIT_SUCCESS);
    });
}

void die_by(int signal) {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    std::signal(signal, SIG_DFL);
    ::raise(signal);
}

enum class Say { aloud, nothing };

void read_answer(Say say) {
    std::string line;
    char character = 0;
    ssize_t count = 0;
    while ((count = ::read(STDIN_FILENO, &character, 1)) == 1 && character != '\n')
        line.push_back(character);
    if (say == Say::aloud)
        write_all(STDOUT_FILENO, "answer " + (count == 1 ? line : "end of file") + "\n");
}

void flood_terminal(long bytes) {
    const int terminal = ::open("/dev/tty", O_WRONLY | O_CLOEXEC);
    if (terminal < 0)
        refuse("flood-tty");
    flood(terminal, bytes);
    ::close(terminal);
}

void show_arguments() {
    for (int place = current_word + 1; place < argument_count; ++place)
        write_all(STDOUT_FILENO,
                  std::to_string(std::strlen(argument_words[place])) + ":" + argument_words[place] + "\n");
    ::_exit(EXIT_SUCCESS);
}

struct Action {
    std::string_view name;
    void (*perform)(std::string_view value);
};

using V = std::string_view;
constexpr std::array actions{
    // Marks the process for a census; does nothing.
    Action{"mark", [](V) {}},
    // The words that follow, each with its length; ends with status 0.
    Action{"arguments", [](V) { show_arguments(); }},
    // In how many seconds it and what it starts from now on ends at the latest.
    Action{"life",
           [](V seconds) { ::alarm(longest_life_in_seconds = static_cast<unsigned int>(number(seconds))); }},
    // What it has been given: descriptors, signals, group, environment, directory, terminal.
    Action{"show",
           [](V what) {
               if (!efm::test::report(what))
                   refuse(what);
           }},
    Action{"out", [](V text) { write_all(STDOUT_FILENO, text); }},
    Action{"err", [](V text) { write_all(STDERR_FILENO, text); }},
    Action{"out-hex", [](V digits) { write_all(STDOUT_FILENO, from_hex(digits)); }},
    Action{"err-hex", [](V digits) { write_all(STDERR_FILENO, from_hex(digits)); }},
    Action{"flood-out", [](V bytes) { flood(STDOUT_FILENO, number(bytes)); }},
    Action{"flood-err", [](V bytes) { flood(STDERR_FILENO, number(bytes)); }},
    Action{"flood-tty", [](V bytes) { flood_terminal(number(bytes)); }},
    // Lets the pipe that is standard output hold this much.
    Action{"pipe-size", [](V bytes) { ::fcntl(STDOUT_FILENO, F_SETPIPE_SZ, number(bytes)); }},
    Action{"close", [](V descriptor) { ::close(static_cast<int>(number(descriptor))); }},
    // Reads one line of standard input, and says it on standard output or not.
    Action{"answer", [](V) { read_answer(Say::aloud); }},
    Action{"quiet-answer", [](V) { read_answer(Say::nothing); }},
    Action{"touch",
           [](V path) { ::close(::open(std::string{path}.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0666)); }},
    Action{"wait-for",
           [](V path) {
               while (::access(std::string{path}.c_str(), F_OK) != 0)
                   ::usleep(1000);
           }},
    Action{"heed", [](V name) { std::signal(signal_number(name), SIG_DFL); }},
    Action{"die-late", [](V microseconds) { die_late(number(microseconds)); }},
    Action{"ignore", [](V name) { std::signal(signal_number(name), SIG_IGN); }},
    // A process in the background: in the same group, in a session of its own, or double-forked.
    Action{"child", [](V) { start_background(Family::same_group); }},
    Action{"setsid-child", [](V) { start_background(Family::own_session); }},
    Action{"daemon", [](V) { start_background(Family::daemon); }},
    Action{"wait", [](V) { wait_for_child(); }},
    Action{"in-session", [](V) { go_on_in_session(); }},
    Action{"sleep",
           [](V duration) { std::this_thread::sleep_for(std::chrono::milliseconds{number(duration)}); }},
    Action{"hang", [](V) { hang(); }},
    Action{"stop-self", [](V) { ::raise(SIGSTOP); }},
    Action{"raise", [](V name) { die_by(signal_number(name)); }},
    Action{"exit", [](V status) { ::_exit(static_cast<int>(number(status))); }},
};

void perform(std::string_view word) {
    const auto separator = word.find('=');
    const auto name = word.substr(0, separator);
    for (const auto& action : actions) {
        if (action.name == name)
            return action.perform(separator == V::npos ? V{} : word.substr(separator + 1));
    }
    refuse(word);
}

}  // namespace

int main(int count, char** words) {
    ::alarm(longest_life_in_seconds);
    argument_count = count;
    argument_words = words;
    for (current_word = 1; current_word < count; ++current_word)
        perform(words[current_word]);
    ::_exit(EXIT_SUCCESS);
}
