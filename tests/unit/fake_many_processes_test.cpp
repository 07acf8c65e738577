// Many processes at once on one state, and processes that are killed in the middle of a change.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <utility>

#include "mocks/fake/state.h"
#include "tests/support/waiting_console.h"
#include "tests/unit/fake_fixture.h"

namespace efm::fake {
namespace {

using Clock = std::chrono::steady_clock;

class FakeManyProcessesTest : public FakeTest {
  protected:
    ~FakeManyProcessesTest() override {
        for (const auto child : children_) {
            kill(child, SIGKILL);
            waitpid(child, nullptr, 0);
        }
    }

    /// Runs `work` in a process of its own.
    template <typename Work>
    void start_child(const Work& work) {
        const auto child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            work();
            _exit(0);
        }
        children_.push_back(child);
    }

    [[nodiscard]] State state_on_disk() const {
        std::string mistakes;
        const auto state = read_state(read(installation_.state_file), "state", mistakes);
        EXPECT_TRUE(state) << mistakes << read(installation_.state_file);
        return state.value_or(State{});
    }

    static unsigned chosen_seed() {
        const char* const given = std::getenv("EFM_TEST_SEED");
        const auto seed = given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10))
                                           : std::random_device{}();
        std::printf("EFM_TEST_SEED=%u\n", seed);
        return seed;
    }

    std::vector<pid_t> children_;
};

TEST_F(FakeManyProcessesTest, SixtyFourAtOnceLoseNothing) {
    constexpr int processes = 64;
    constexpr int changes = 4;
    std::array<int, 2> gate{};
    ASSERT_EQ(pipe(gate.data()), 0);
    const auto start = Clock::now();
    for (int process = 0; process < processes; ++process) {
        start_child([&] {
            // All wait for the gate to fall: then its other end is closed.
            close(gate[1]);
            char nothing = 0;
            if (::read(gate[0], &nothing, 1) != 0)
                _exit(2);
            WaitingConsole console;
            for (int change = 0; change < changes; ++change) {
                const auto address = "10.1." + std::to_string(process) + "." + std::to_string(change);
                if (run_fake_efm(installation_, {"allow-node", "efm", address}, console).exit_status != 0)
                    _exit(1);
            }
        });
    }
    close(gate[0]);
    close(gate[1]);
    for (const auto child : std::exchange(children_, {})) {
        int status = -1;
        waitpid(child, &status, 0);
        EXPECT_EQ(status, 0) << "every change is acknowledged";
    }
    EXPECT_LT(Clock::now() - start, std::chrono::seconds{10});
    const auto allowed_nodes = state_on_disk().cluster.allowed;
    EXPECT_EQ(allowed_nodes.size(), 4U + processes * changes);
    for (int process = 0; process < processes; ++process)
        EXPECT_THAT(allowed_nodes, testing::Contains("10.1." + std::to_string(process) + ".3"));
    EXPECT_EQ(play({"cluster-status-json", "efm"}).ended.exit_status, 0);
}

// Each child writes down what was acknowledged, one byte for each, and is killed at a moment nobody has
// chosen.
TEST_F(FakeManyProcessesTest, KilledAtAnyMomentLeavesAValidState) {
    set_healthy_with(R"(, "clock": "stepped", "promotion_ms": 1000, "wal_bytes_per_second": 1000)");
    std::mt19937 random{chosen_seed()};
    const auto until = Clock::now() + std::chrono::seconds{2};
    std::size_t kills = 0;
    std::size_t acknowledged_in_all = 4;
    for (int round = 0; Clock::now() < until; ++round) {
        std::array<int, 2> acknowledged{};
        ASSERT_EQ(pipe(acknowledged.data()), 0);
        for (int process = 0; process < 3; ++process) {
            start_child([&] {
                WaitingConsole console;
                for (int change = 0;; ++change) {
                    const auto address = std::to_string(process) + "-" + std::to_string(round) + "-" +
                                         std::to_string(change) + ".test";
                    const auto ended = run_fake_efm(installation_, {"allow-node", "efm", address}, console);
                    if (ended.exit_status != 0 || ::write(acknowledged[1], "y", 1) != 1)
                        _exit(1);
                    apply_event(installation_, R"({"event": "advance_clock", "ms": 7})", console);
                }
            });
        }
        close(acknowledged[1]);
        usleep(static_cast<useconds_t>(std::uniform_int_distribution{100, 30'000}(random)));
        for (const auto child : std::exchange(children_, {})) {
            kill(child, SIGKILL);
            int status = 0;
            waitpid(child, &status, 0);
            EXPECT_TRUE(WIFSIGNALED(status)) << "it ended by itself, with status " << status;
            ++kills;
        }
        std::array<char, 4096> bytes{};
        for (ssize_t count = 0; (count = ::read(acknowledged[0], bytes.data(), bytes.size())) > 0;)
            acknowledged_in_all += static_cast<std::size_t>(count);
        close(acknowledged[0]);
        // What was acknowledged is there; one more of each may be done and not acknowledged.
        ASSERT_EQ(play({"allow-node", "efm", "10.0.0.1"}).ended.exit_status, 0);
        const auto there = state_on_disk().cluster.allowed.size();
        ASSERT_GE(there, acknowledged_in_all) << "round " << round;
        ASSERT_LE(there, acknowledged_in_all + 3) << "round " << round;
        acknowledged_in_all = there;
    }
    std::printf("%zu processes were killed\n", kills);
    const auto played = play({"allow-node", "efm", "10.0.0.99"});
    EXPECT_EQ(played.ended.exit_status, 0) << "and no lock is left: " << played.errors;
}

}  // namespace
}  // namespace efm::fake
