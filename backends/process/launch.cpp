#include "backends/process/launch.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

#include "backends/process/boost_process.h"

namespace efm {

namespace {

constexpr int first_own_descriptor = 3;
constexpr unsigned int mark_close_on_exec = 1U << 2;  // CLOSE_RANGE_CLOEXEC, Linux 5.11

int close_on_exec_from(unsigned int first) {
#ifdef SYS_close_range
    return static_cast<int>(::syscall(SYS_close_range, first, ~0U, mark_close_on_exec));
#else
    errno = ENOSYS;
    return -1;
#endif
}

/// The open descriptors of this process from `first_own_descriptor` up: what the child has to mark one by one
/// where the kernel cannot mark a range. Made before the fork, because the child must not allocate.
std::vector<int> inherited_descriptors() {
    std::vector<int> descriptors;
    const std::unique_ptr<DIR, int (*)(DIR*)> directory{::opendir("/proc/self/fd"), ::closedir};
    if (!directory)
        return descriptors;
    while (const dirent* entry = ::readdir(directory.get())) {
        const int descriptor = std::atoi(entry->d_name);
        if (descriptor >= first_own_descriptor)
            descriptors.push_back(descriptor);
    }
    return descriptors;
}

/// Marks and does not close: Boost's own error pipe, where it uses one, has to stay open until the exec.
struct InheritedDescriptors {
    std::vector<int> one_by_one;

    InheritedDescriptors() {
        if (close_on_exec_from(~0U) != 0)
            one_by_one = inherited_descriptors();
    }
    void mark() const {
        if (one_by_one.empty())
            close_on_exec_from(first_own_descriptor);
        for (const int descriptor : one_by_one)
            ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    }
};

/// Makes the child clean. Between fork and exec only async-signal-safe calls; the memory is still the
/// parent's.
class CleanChild : public boost_process::extend::handler {
  public:
    CleanChild(const InheritedDescriptors& inherited, int controlling_terminal)
        : inherited_(inherited), controlling_terminal_(controlling_terminal), parent_(::getpid()) {}

    template <class Executor>
    void on_exec_setup(Executor& /*executor*/) const {
        // Ignored signals survive an exec, and the parent's handlers must never run in its memory here: so
        // every signal gets its default before the mask is emptied.
        struct sigaction by_default {};
        by_default.sa_handler = SIG_DFL;
        for (int signal = 1; signal < NSIG; ++signal)
            ::sigaction(signal, &by_default, nullptr);

        if (controlling_terminal_ >= 0) {
            ::setsid();
            ::ioctl(controlling_terminal_, TIOCSCTTY, 0);
        } else {
            ::setpgid(0, 0);
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (::getppid() != parent_)
                ::_exit(EXIT_FAILURE);  // the parent died before the line above
        }
        // The server's working directory is closed to the user that sudo switches to.
        if (::chdir("/") != 0)
            ::_exit(EXIT_FAILURE);
        inherited_.mark();

        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
    }

    template <class Executor>
    void on_error(Executor& executor, const std::error_code& /*error*/) const {
        // Boost may have reaped it already: then the number is not ours to signal any more.
        if (executor.pid <= 0 || ::waitpid(executor.pid, nullptr, WNOHANG) != 0)
            return;
        ::kill(executor.pid, SIGKILL);
        while (::waitpid(executor.pid, nullptr, 0) < 0 && errno == EINTR) {
        }
    }

  private:
    const InheritedDescriptors& inherited_;
    int controlling_terminal_;
    pid_t parent_;
};

/// No signal handler of this process may run between fork and exec.
class AllSignalsBlocked {
  public:
    AllSignalsBlocked() {
        sigset_t all;
        ::sigfillset(&all);
        ::sigprocmask(SIG_SETMASK, &all, &before_);
    }
    ~AllSignalsBlocked() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
    AllSignalsBlocked(const AllSignalsBlocked&) = delete;
    AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

  private:
    sigset_t before_{};
};

}  // namespace

std::variant<pid_t, std::error_code> launch(const LaunchRequest& request) {
    namespace bp = boost_process;
    for (const auto& word : request.command_line) {
        if (word.find('\0') != std::string::npos)
            return std::make_error_code(std::errc::invalid_argument);
    }
    bp::environment environment;
    for (const auto& entry : request.environment) {
        const auto separator = entry.find('=');
        environment[entry.substr(0, separator)] = entry.substr(separator + 1);
    }
    const std::vector<std::string> arguments{request.command_line.begin() + 1, request.command_line.end()};
    const InheritedDescriptors inherited;

    std::error_code error;
    const AllSignalsBlocked blocked;
    bp::child child{bp::exe = request.command_line.front(),
                    bp::args = arguments,
                    environment,
                    bp::posix::fd.bind(0, request.standard_input),
                    bp::posix::fd.bind(1, request.standard_output),
                    bp::posix::fd.bind(2, request.standard_error),
                    bp::posix::use_vfork,
                    CleanChild{inherited, request.controlling_terminal},
                    error};
    if (error)
        return error;
    const pid_t id = child.id();
    child.detach();
    return id;
}

}  // namespace efm
