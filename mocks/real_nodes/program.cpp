#include "mocks/real_nodes/program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>

#include "mocks/fake/descriptor.h"

namespace efm::fake {

namespace {

using Clock = std::chrono::steady_clock;

std::string message_of(int error) {
    return std::generic_category().message(error);
}

// Signals as a program expects them: the agent keeps its own blocked.
class SpawnAttributes {
  public:
    SpawnAttributes() {
        posix_spawnattr_init(&attributes_);
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
        posix_spawnattr_setpgroup(&attributes_, 0);
        posix_spawnattr_setflags(&attributes_,
                                 POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    SpawnAttributes(const SpawnAttributes&) = delete;
    SpawnAttributes& operator=(const SpawnAttributes&) = delete;
    ~SpawnAttributes() { posix_spawnattr_destroy(&attributes_); }

    [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

  private:
    posix_spawnattr_t attributes_{};
};

// Its output goes to a file in memory: a server that it starts may keep it open as long as it likes.
class SpawnFiles {
  public:
    explicit SpawnFiles(int output) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
    }
    SpawnFiles(const SpawnFiles&) = delete;
    SpawnFiles& operator=(const SpawnFiles&) = delete;
    ~SpawnFiles() { posix_spawn_file_actions_destroy(&actions_); }

    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_{};
};

std::vector<std::string> environment(bool plain_language) {
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        if (!plain_language || !std::string_view{*variable}.starts_with("LC_ALL="))
            variables.emplace_back(*variable);
    }
    if (plain_language)
        variables.emplace_back("LC_ALL=C");
    return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
    for (auto& text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

std::string read_all(int descriptor) {
    std::string text;
    std::string part(64U * 1024, '\0');
    for (;;) {
        const auto count = pread(descriptor, part.data(), part.size(), static_cast<off_t>(text.size()));
        if (count <= 0)
            return text;
        text.append(part, 0, static_cast<std::size_t>(count));
    }
}

// In short steps: waitpid knows no time limit.
bool wait_for_end(pid_t child, std::chrono::milliseconds limit, int& status) {
    const auto deadline = Clock::now() + limit;
    for (;;) {
        const auto ended = waitpid(child, &status, WNOHANG);
        if (ended == child)
            return true;
        if ((ended < 0 && errno != EINTR) || Clock::now() > deadline)
            return false;
        const timespec step{0, 5'000'000};
        nanosleep(&step, nullptr);
    }
}

}  // namespace

ProgramResult run_program(const std::vector<std::string>& words, std::chrono::milliseconds limit,
                          bool plain_language) {
    const Descriptor output{memfd_create("output", MFD_CLOEXEC)};
    if (!output.is_open())
        return {false, "no place for the output of " + words.front() + ": " + message_of(errno)};
    const SpawnAttributes attributes;
    const SpawnFiles files{output.number()};
    auto arguments = words;
    auto variables = environment(plain_language);
    pid_t child = 0;
    const int error = posix_spawn(&child, words.front().c_str(), files.get(), attributes.get(),
                                  pointers(arguments).data(), pointers(variables).data());
    if (error != 0)
        return {false, "cannot run " + words.front() + ": " + message_of(error)};

    int status = 0;
    if (!wait_for_end(child, limit, status)) {
        kill(-child, SIGTERM);
        if (!wait_for_end(child, std::chrono::seconds{5}, status)) {
            kill(-child, SIGKILL);
            while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
            }
        }
        return {false, words.front() + " took longer than " + std::to_string(limit.count() / 1000) +
                           " s: " + read_all(output.number())};
    }
    return {WIFEXITED(status) && WEXITSTATUS(status) == 0, read_all(output.number())};
}

std::string one_line(const std::string& text) {
    std::string line;
    for (const char letter : text) {
        const bool is_blank = letter == '\n' || letter == '\t' || letter == '\r' || letter == ' ';
        if (!is_blank)
            line += letter;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    while (line.ends_with(' '))
        line.pop_back();
    return line;
}

}  // namespace efm::fake
