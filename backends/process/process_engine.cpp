#include "backends/process/process_engine.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "backends/process/adopted_children.h"
#include "backends/process/child_process.h"
#include "backends/process/epoll_set.h"
#include "backends/process/launch.h"
#include "backends/process/output_capture.h"
#include "backends/process/pipe.h"
#include "backends/process/pseudo_terminal.h"
#include "backends/process/question_watch.h"

namespace efm {

namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// At most open at one time: two pipes and one for answers with both their ends, /dev/null, both sides of a
/// terminal, the epoll set, the pidfd.
constexpr int descriptors_needed = 11;

/// How long one wait lasts at most, so that a host that misses a wake-up is not lost.
constexpr milliseconds longest_wait{1000};
/// Without a pidfd the end of the child is asked for and not waited for.
constexpr milliseconds wait_without_exit_descriptor{10};

constexpr std::size_t read_budget = 256U * 1024;

class ReservedDescriptors {
  public:
    explicit ReservedDescriptors(Waiter& waiter)
        : waiter_(waiter), granted_(waiter.reserve_descriptors(descriptors_needed)) {}
    ~ReservedDescriptors() {
        if (granted_)
            waiter_.release_descriptors(descriptors_needed);
    }
    ReservedDescriptors(const ReservedDescriptors&) = delete;
    ReservedDescriptors& operator=(const ReservedDescriptors&) = delete;
    [[nodiscard]] bool granted() const { return granted_; }

  private:
    Waiter& waiter_;
    bool granted_;
};

/// The child's ends and ours, until the child has its own.
struct Plumbing {
    Pipe output;
    Pipe errors;
    Pipe answers;             ///< only for a command that may ask
    PseudoTerminal terminal;  ///< only under a terminal
    UniqueDescriptor null;

    std::error_code open(const ProcessRequest& request) {
        std::error_code error;
        const auto take = [&error](auto&& made, auto& place) {
            if (const auto* failed = std::get_if<std::error_code>(&made))
                error = *failed;
            else
                place = std::move(std::get<0>(made));
        };
        // With a FIFO as standard input or output, sudo takes itself for a part of a shell's pipeline and
        // does not look at its terminal: from 1.9.16 on it would not see a hang-up there.
        const auto kind = request.under_terminal ? Pipe::Kind::socket : Pipe::Kind::fifo;
        take(Pipe::make(Pipe::NonBlocking::read_end, kind), output);
        if (!error)
            take(Pipe::make(Pipe::NonBlocking::read_end), errors);
        if (!error && request.under_terminal)
            take(PseudoTerminal::open(), terminal);
        if (error)
            return error;
        if (request.confirmation != Confirmation::none) {
            take(Pipe::make(Pipe::NonBlocking::write_end, kind), answers);
        } else {
            null = above_standard(UniqueDescriptor{::open("/dev/null", O_RDONLY | O_CLOEXEC)});
            if (!null.is_open())
                error = {errno, std::system_category()};
        }
        return error;
    }

    /// All but the slave of the terminal. If that were closed here too, the terminal would look hung up until
    /// the child opens it again under its name, and what it then writes would be read by nobody.
    void close_the_childs() {
        output.write_end.reset();
        errors.write_end.reset();
        answers.read_end.reset();
        null.reset();
    }
};

/// A child at work: collects its output and says when and how it is over.
class Run {
  public:
    Run(pid_t id, AdoptedChildren& adopted, Plumbing plumbing, const ProcessRequest& request,
        const Limits& limits)
        : child_(id, request.under_terminal ? StopManner::hang_up : StopManner::signal_group, adopted,
                 std::move(plumbing.terminal.master)),
          terminal_slave_(std::move(plumbing.terminal.slave)),
          output_(std::move(plumbing.output.read_end), OutputCapture::Keep::first, limits.max_output),
          errors_(std::move(plumbing.errors.read_end), OutputCapture::Keep::last, limits.max_errors),
          questions_(request.confirmation, std::move(plumbing.answers.write_end)) {}

    void until_it_ends(const Limits& limits, Waiter& waiter, CommandResult& result) {
        if (!watch_everything(result))
            return stop(Ending::io_error, result);
        const auto deadline = Clock::now() + limits.timeout;
        while (true) {
            const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
            if (left <= milliseconds{0})
                return stop(Ending::timed_out, result);
            const auto slice = child_.exit_descriptor() >= 0 ? longest_wait : wait_without_exit_descriptor;
            if (waiter.wait(ready_.descriptor(), std::min(left, slice)) == WaitResult::interrupted)
                return stop(Ending::cancelled, result);

            ready_.for_each_ready([&](int descriptor) { read(descriptor, result.error); });
            if (result.error)
                return stop(Ending::io_error, result);
            if (output_.has_overflowed())
                return stop(Ending::too_much_output, result);
            questions_.look_at(output_, answered_in_output_);
            questions_.look_at(errors_, answered_in_errors_);
            if (child_.has_ended())
                return finish(result);
        }
    }

  private:
    bool watch_everything(CommandResult& result) {
        for (const int descriptor :
             {output_.descriptor(), errors_.descriptor(), child_.terminal(), child_.exit_descriptor()}) {
            if (descriptor >= 0 && !result.error)
                result.error = ready_.add(descriptor);
        }
        return !result.error;
    }

    void read(int descriptor, std::error_code& error) {
        if (descriptor == output_.descriptor()) {
            error = output_.read_available(read_budget);
        } else if (descriptor == errors_.descriptor()) {
            error = errors_.read_available(read_budget);
        } else if (descriptor == child_.terminal()) {
            // Nothing that is meant for us is written there; but a writer must not find it full.
            std::array<char, 4096> ignored;  // NOLINT: filled by read()
            if (const auto count = ::read(descriptor, ignored.data(), ignored.size());
                count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR))
                ready_.remove(descriptor);
        }
    }

    /// The child has ended by itself. What it wrote is in the pipes; a process it left behind may hold them
    /// open and go on writing, so no more is read than is there now.
    void finish(CommandResult& result) {
        for (auto* stream : {&output_, &errors_}) {
            int waiting = 0;
            if (stream->is_open() && ::ioctl(stream->descriptor(), FIONREAD, &waiting) == 0 && waiting > 0 &&
                !result.error)
                result.error = stream->read_available(static_cast<std::size_t>(waiting));
        }
        const auto status = child_.reap();
        child_.settle();
        if (result.error || !status) {
            if (!result.error)
                result.error = std::make_error_code(std::errc::no_child_process);
            result.ending = Ending::io_error;
        } else if (output_.has_overflowed()) {
            result.ending = Ending::too_much_output;
        } else if (WIFSIGNALED(*status)) {
            result.ending = Ending::signalled;
            result.signal = WTERMSIG(*status);
        } else {
            result.ending = Ending::exited;
            result.exit_status = WEXITSTATUS(*status);
        }
        take_output(result);
    }

    void stop(Ending ending, CommandResult& result) {
        result.ending = ending;
        child_.stop();
        result.left_running = child_.left_running();
        take_output(result);
    }

    void take_output(CommandResult& result) {
        result.output = output_.take();
        result.errors = errors_.take();
        result.refused_question = questions_.take_refused();
    }

    ChildProcess child_;
    UniqueDescriptor terminal_slave_;
    OutputCapture output_;
    OutputCapture errors_;
    QuestionWatch questions_;
    std::size_t answered_in_output_ = 0;
    std::size_t answered_in_errors_ = 0;
    EpollSet ready_;
};

void run(const ProcessRequest& request, const Limits& limits, Waiter& waiter, CommandResult& result) {
    const ReservedDescriptors reserved{waiter};
    if (!reserved.granted()) {
        result.error = std::make_error_code(std::errc::too_many_files_open);
        return;
    }
    Plumbing plumbing;
    result.error = plumbing.open(request);
    if (result.error)
        return;
    AdoptedChildren adopted;
    const auto started =
        launch({.command_line = request.command_line,
                .environment = request.environment,
                .standard_input = plumbing.answers.read_end.is_open() ? plumbing.answers.read_end.get()
                                                                      : plumbing.null.get(),
                .standard_output = plumbing.output.write_end.get(),
                .standard_error = plumbing.errors.write_end.get(),
                .controlling_terminal = plumbing.terminal.slave.get()});
    if (const auto* error = std::get_if<std::error_code>(&started)) {
        result.error = *error;
        return;
    }
    plumbing.close_the_childs();
    Run{std::get<pid_t>(started), adopted, std::move(plumbing), request, limits}.until_it_ends(limits, waiter,
                                                                                               result);
}

}  // namespace

CommandResult run_process(const ProcessRequest& request, const Limits& limits, Waiter& waiter) {
    const auto start = Clock::now();
    ChildProcess::clear_leftovers();
    CommandResult result;
    result.ending = Ending::could_not_start;
    run(request, limits, waiter, result);
    result.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
    return result;
}

}  // namespace efm
