#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>

#include "tests/unit/fake_fixture.h"

namespace efm::fake {

/// What a process came to.
struct Exited {
    int status = -1;
    int signal = 0;
    std::string output;
    std::string errors;
    std::chrono::milliseconds elapsed{0};
};

class Pipe {
  public:
    Pipe() { EXPECT_EQ(pipe2(ends_.data(), O_CLOEXEC), 0); }
    ~Pipe() {
        close_end(0);
        close_end(1);
    }
    void close_end(std::size_t end) {
        if (ends_[end] >= 0)
            close(ends_[end]);
        ends_[end] = -1;
    }
    [[nodiscard]] int read_end() const { return ends_[0]; }
    [[nodiscard]] int write_end() const { return ends_[1]; }

  private:
    std::array<int, 2> ends_{-1, -1};
};

class MockEfmTest : public FakeTest {
  protected:
    /// Starts a program with a pipe to each of its streams.
    struct Running {
        pid_t pid = -1;
        Pipe input;
        Pipe output;
        Pipe errors;
        std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    };

    static void start(Running& running, std::vector<std::string> words) {
        std::vector<char*> argv;
        for (auto& word : words)
            argv.push_back(word.data());
        argv.push_back(nullptr);
        running.pid = fork();
        if (running.pid != 0) {
            running.input.close_end(0);
            running.output.close_end(1);
            running.errors.close_end(1);
            return;
        }
        dup2(running.input.read_end(), STDIN_FILENO);
        dup2(running.output.write_end(), STDOUT_FILENO);
        dup2(running.errors.write_end(), STDERR_FILENO);
        execv(argv[0], argv.data());
        _exit(127);
    }

    /// Reads from both streams until `is_enough` says so or both have ended.
    template <typename Enough>
    static void read_streams(Running& running, Exited& exited, const Enough& is_enough) {
        std::array<pollfd, 2> waiting{pollfd{running.output.read_end(), POLLIN, 0},
                                      pollfd{running.errors.read_end(), POLLIN, 0}};
        while (!is_enough(exited) && (waiting[0].fd >= 0 || waiting[1].fd >= 0)) {
            if (poll(waiting.data(), 2, 20'000) <= 0) {
                kill(running.pid, SIGKILL);
                FAIL() << "the program says nothing and does not end";
            }
            for (auto& stream : waiting) {
                if (stream.revents == 0)
                    continue;
                std::array<char, 4096> buffer{};
                const auto count = ::read(stream.fd, buffer.data(), buffer.size());
                if (count <= 0)
                    stream.fd = -1;
                else
                    (&stream == waiting.data() ? exited.output : exited.errors)
                        .append(buffer.data(), static_cast<std::size_t>(count));
            }
        }
    }

    static void reap(const Running& running, Exited& exited) {
        int status = 0;
        EXPECT_EQ(waitpid(running.pid, &status, 0), running.pid);
        exited.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - running.start);
        if (WIFSIGNALED(status))
            exited.signal = WTERMSIG(status);
        else
            exited.status = WEXITSTATUS(status);
    }

    static Exited run_program(const std::vector<std::string>& words, const std::string& input = {}) {
        Running running;
        start(running, words);
        EXPECT_EQ(::write(running.input.write_end(), input.data(), input.size()),
                  static_cast<ssize_t>(input.size()));
        running.input.close_end(1);
        Exited exited;
        read_streams(running, exited, [](const Exited&) { return false; });
        reap(running, exited);
        return exited;
    }

    /// mock-efm with this test's scenario and state.
    std::vector<std::string> command_line(const std::vector<std::string>& words) const {
        std::vector<std::string> all{EFM_MOCK_EFM, "--scenario", installation_.scenario_file, "--state",
                                     installation_.state_file};
        all.insert(all.end(), words.begin(), words.end());
        return all;
    }
    Exited run(const std::vector<std::string>& words, const std::string& input = {}) const {
        return run_program(command_line(words), input);
    }
    void set_fault(const std::string& rule) { set_healthy_with(", \"faults\": [" + rule + "]"); }
};

}  // namespace efm::fake
