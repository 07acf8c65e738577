#include "mocks/recorder/pass_through.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string_view>

#include "mocks/fake/descriptor.h"

namespace efm::fake {

namespace {

constexpr std::size_t most_kept = 16U * 1024 * 1024;

std::error_code last_error() {
    return {errno, std::generic_category()};
}

struct Ends {
    Descriptor read;
    Descriptor write;
};

std::optional<Ends> make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        return std::nullopt;
    return Ends{Descriptor{ends[0]}, Descriptor{ends[1]}};
}

/// One of the program's two outputs, on its way through us.
class Stream {
  public:
    Stream(Descriptor from, int to, std::string& kept, bool& is_complete)
        : from_(std::move(from)), to_(to), kept_(kept), is_complete_(is_complete) {}

    [[nodiscard]] bool is_open() const { return from_.is_open(); }
    [[nodiscard]] bool has_pending() const { return !pending_.empty(); }

    /// What is to be waited for: somebody to take what we hold, else something to come.
    [[nodiscard]] pollfd waiting() const {
        if (has_pending())
            return {to_, POLLOUT, 0};
        return {is_open() ? from_.number() : -1, POLLIN, 0};
    }

    void go_on() {
        if (has_pending())
            give();
        else if (is_open())
            take();
    }

  private:
    void take() {
        // As much as a pipe that is writable takes without blocking.
        std::array<char, PIPE_BUF> buffer{};
        const auto count = read(from_.number(), buffer.data(), buffer.size());
        if (count < 0 && (errno == EINTR || errno == EAGAIN))
            return;
        if (count <= 0) {
            from_ = Descriptor{};
            return;
        }
        pending_.assign(buffer.data(), static_cast<std::size_t>(count));
        if (kept_.size() + pending_.size() <= most_kept)
            kept_ += pending_;
        else
            is_complete_ = false;
    }

    void give() {
        const auto written = write(to_, pending_.data(), pending_.size());
        if (written >= 0)
            pending_.erase(0, static_cast<std::size_t>(written));
        else if (errno != EINTR && errno != EAGAIN) {
            // Nobody reads any more: the program is to notice as it would without us.
            pending_.clear();
            from_ = Descriptor{};
        }
    }

    Descriptor from_;
    int to_;
    std::string& kept_;
    bool& is_complete_;
    std::string pending_;
};

/// Keeps signals for a descriptor to read, and gives a child back what was before.
class Signals {
  public:
    Signals() {
        sigset_t caught;
        sigemptyset(&caught);
        for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD})
            sigaddset(&caught, number);
        sigprocmask(SIG_BLOCK, &caught, &mask_);
        struct sigaction usual {};
        usual.sa_handler = SIG_DFL;
        sigaction(SIGCHLD, &usual, &on_child_);
        usual.sa_handler = SIG_IGN;
        sigaction(SIGPIPE, &usual, &on_pipe_);
        descriptor_ = Descriptor{signalfd(-1, &caught, SFD_CLOEXEC | SFD_NONBLOCK)};
    }

    void restore_in_child() const {
        sigaction(SIGCHLD, &on_child_, nullptr);
        sigaction(SIGPIPE, &on_pipe_, nullptr);
        sigprocmask(SIG_SETMASK, &mask_, nullptr);
    }

    [[nodiscard]] int descriptor() const { return descriptor_.number(); }

    /// Passes on to `child` what has come. Answers whether anything was.
    [[nodiscard]] bool pass_on(pid_t child) const {
        bool is_passed_on = false;
        signalfd_siginfo info{};
        while (read(descriptor_.number(), &info, sizeof info) == sizeof info) {
            if (info.ssi_signo == SIGCHLD)
                continue;
            is_passed_on = true;
            // What a terminal sends goes to the whole group: the child has it already.
            if (info.ssi_code != SI_KERNEL)
                kill(child, static_cast<int>(info.ssi_signo));
        }
        return is_passed_on;
    }

  private:
    sigset_t mask_{};
    struct sigaction on_child_ {};
    struct sigaction on_pipe_ {};
    Descriptor descriptor_;
};

[[noreturn]] void become(const std::string& program, const std::vector<char*>& argv, const Signals& signals,
                         pid_t parent, const Ends& output, const Ends& errors, const Ends& trouble) {
    dup2(output.write.number(), STDOUT_FILENO);
    dup2(errors.write.number(), STDERR_FILENO);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    signals.restore_in_child();
    execv(program.c_str(), argv.data());
    const int error = errno;
    static_cast<void>(!write(trouble.write.number(), &error, sizeof error));
    _exit(127);
}

/// Reads what the child says of its exec; nothing when that went well.
std::error_code await_exec(Ends& trouble) {
    trouble.write = Descriptor{};
    int error = 0;
    ssize_t count = 0;
    do {
        count = read(trouble.read.number(), &error, sizeof error);
    } while (count < 0 && errno == EINTR);
    return count == sizeof error ? std::error_code{error, std::generic_category()} : std::error_code{};
}

void note_end(int status, PassedThrough& seen) {
    if (WIFSIGNALED(status))
        seen.signal = WTERMSIG(status);
    else
        seen.exit_status = WEXITSTATUS(status);
}

/// Passes everything on until the child has ended and what it has written is written.
void pass_on(pid_t child, const Signals& signals, std::array<Stream, 2>& streams, PassedThrough& seen) {
    bool has_ended = false;
    while (true) {
        std::array<pollfd, 3> waiting{pollfd{signals.descriptor(), POLLIN, 0}, streams[0].waiting(),
                                      streams[1].waiting()};
        const bool holds_something = streams[0].has_pending() || streams[1].has_pending();
        const auto ready = poll(waiting.data(), waiting.size(), has_ended && !holds_something ? 0 : -1);
        if (ready == 0)
            return;
        if (waiting[0].revents != 0)
            seen.is_interrupted = signals.pass_on(child) || seen.is_interrupted;
        for (std::size_t index = 0; index < streams.size(); ++index) {
            if (waiting[index + 1].revents != 0)
                streams[index].go_on();
        }
        int status = 0;
        if (!has_ended && waitpid(child, &status, WNOHANG) == child) {
            has_ended = true;
            note_end(status, seen);
        }
    }
}

}  // namespace

PassedThrough pass_through(const std::string& program, const std::vector<std::string>& words) {
    using Clock = std::chrono::steady_clock;
    PassedThrough seen;
    auto output = make_pipe();
    auto errors = make_pipe();
    auto trouble = make_pipe();
    const Signals signals;
    if (!output || !errors || !trouble) {
        seen.error = last_error();
        return seen;
    }
    std::vector<char*> argv{const_cast<char*>(program.c_str())};
    for (const auto& word : words)
        argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);

    const auto start = Clock::now();
    const auto parent = getpid();
    const auto child = fork();
    if (child == 0)
        become(program, argv, signals, parent, *output, *errors, *trouble);
    if (child < 0) {
        seen.error = last_error();
        return seen;
    }
    output->write = Descriptor{};
    errors->write = Descriptor{};
    seen.error = await_exec(*trouble);
    std::array<Stream, 2> streams{
        Stream{std::move(output->read), STDOUT_FILENO, seen.output, seen.is_complete},
        Stream{std::move(errors->read), STDERR_FILENO, seen.errors, seen.is_complete}};
    pass_on(child, signals, streams, seen);
    seen.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
    return seen;
}

}  // namespace efm::fake
