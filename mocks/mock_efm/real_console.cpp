#include "mocks/mock_efm/real_console.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace efm::fake {

namespace {

// A signal that is caught somewhere must not shorten it, and one that ends the process does so at once.
void sleep_for(std::chrono::milliseconds duration) {
    constexpr long nanoseconds = 1'000'000;
    timespec left{duration.count() / 1000, static_cast<long>(duration.count() % 1000) * nanoseconds};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

[[noreturn]] void sleep_as_child(std::chrono::milliseconds duration) {
    sleep_for(duration);
    _exit(0);
}

void wait_until_writable(int descriptor) {
    pollfd waiting{descriptor, POLLOUT, 0};
    poll(&waiting, 1, -1);
}

}  // namespace

bool RealConsole::write_output(std::string_view text) {
    return write(STDOUT_FILENO, text);
}

bool RealConsole::write_errors(std::string_view text) {
    return write(STDERR_FILENO, text);
}

bool RealConsole::write(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(descriptor, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            wait_until_writable(descriptor);
        } else if (errno != EINTR) {
            is_broken_ = true;
            return false;
        }
    }
    return true;
}

Console::Answer RealConsole::read_answer(std::string_view /*question*/) {
    const auto line = read_line();
    if (!line)
        return Answer::end_of_file;
    const auto start = line->find_first_not_of(" \t\r");
    const auto end = line->find_last_not_of(" \t\r");
    const auto word = start == std::string::npos ? "" : line->substr(start, end - start + 1);
    return word == "y" || word == "Y" || word == "yes" || word == "Yes" || word == "YES" ? Answer::yes
                                                                                         : Answer::no;
}

// Byte by byte: what comes after the line is for the next question.
std::optional<std::string> RealConsole::read_line() {
    constexpr std::size_t longest = 64U * 1024;
    std::string line;
    while (line.size() < longest) {
        char byte = 0;
        const auto count = read(STDIN_FILENO, &byte, 1);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return line.empty() ? std::nullopt : std::optional{line};
        if (byte == '\n')
            return line;
        line += byte;
    }
    return line;
}

std::optional<std::string> RealConsole::read_all(std::size_t most) {
    std::string text;
    std::array<char, 4096> block{};
    while (text.size() <= most) {
        const auto count = read(STDIN_FILENO, block.data(), block.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return text;
        text.append(block.data(), static_cast<std::size_t>(count));
    }
    return std::nullopt;
}

bool RealConsole::pause(std::chrono::milliseconds duration) {
    while (duration.count() < 0)
        sleep_for(std::chrono::hours{24});
    sleep_for(duration);
    return true;
}

void RealConsole::leave_child(std::chrono::milliseconds duration) {
    if (fork() == 0)
        sleep_as_child(duration);
}

bool RealConsole::wait_for_child(std::chrono::milliseconds duration) {
    const auto child = fork();
    if (child == 0)
        sleep_as_child(duration);
    if (child > 0) {
        while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    return true;
}

std::optional<std::string> RealConsole::password_variable() {
    const auto* const password = std::getenv("EFMPASS");
    return password == nullptr ? std::nullopt : std::optional<std::string>{password};
}

void RealConsole::ignore_signals() {
    for (const int signal_number : {SIGHUP, SIGINT, SIGTERM, SIGPIPE})
        signal(signal_number, SIG_IGN);
}

}  // namespace efm::fake
