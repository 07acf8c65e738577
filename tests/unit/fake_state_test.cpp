// The state on disk: shared by processes, never half written, begun anew when the scenario changes.

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "mocks/fake/state.h"
#include "tests/support/waiting_console.h"
#include "tests/unit/fake_fixture.h"

namespace efm::fake {
namespace {

using testing::HasSubstr;

class FakeStateTest : public FakeTest {
  protected:
    /// Runs `work` in a process of its own.
    template <typename Work>
    static pid_t in_child(const Work& work) {
        const auto child = fork();
        if (child == 0) {
            work();
            _exit(0);
        }
        return child;
    }

    /// Whether the state is there, and knows what was done to it.
    [[nodiscard]] bool is_state_whole() const {
        std::string mistakes;
        const auto state = read_state(read(installation_.state_file), "state", mistakes);
        return state && state->cluster.allowed.size() == 5;
    }

    static mode_t mode_of(const std::string& file) {
        struct stat status {};
        return stat(file.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
    }

    /// The endings of the files that are kept beside this state.
    static std::string left_beside(const std::string& state) {
        std::string endings;
        for (const std::string ending : {".new", ".lock", ".calls", ".calls.old", ".calls.lost"}) {
            if (std::filesystem::exists(state + ending))
                endings += ending + " ";
        }
        return endings;
    }

    static std::size_t open_descriptors() {
        const std::filesystem::directory_iterator all{"/proc/self/fd"};
        return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    }
};

TEST_F(FakeStateTest, ReadsBackWhatItWrites) {
    State state = initial_state(*read_scenario(EFM_SCENARIOS "/failed-over.json").scenario);
    state.promotion.emplace();
    state.promotion->target = "b";
    state.promotion->old_primary = "a";
    state.promotion->started_ms = 5;
    state.promotion->phase = Promotion::Phase::old_primary_back;
    state.promotion->outcome = PromotionOutcome::sticks;
    state.next_outcome = PromotionOutcome::fails;
    state.clock.offset_ms = 77;
    state.declarations = {{.what = Declaration::What::isolation, .node = "a", .at_ms = 8}};
    state.transitions = {{.has_happened = true, .calls = 3, .refusal = "no"}};
    state.cluster.groups = {{"a"}, {"b", "c"}};
    state.cluster.last_promoted = "b";
    state.cluster.nodes.front().last_lsn = "0/77";
    state.cluster.nodes.front().replays = false;
    state.fault_calls = {1, 2};
    state.cluster.nodes.front().agent = Agent::stopped;
    std::string mistakes;
    const auto again = read_state(write_state(state), "state", mistakes);
    ASSERT_TRUE(again) << mistakes;
    EXPECT_EQ(write_state(*again), write_state(state));
    EXPECT_EQ(again->promotion->old_primary, "a");
    EXPECT_EQ(again->promotion->phase, Promotion::Phase::old_primary_back);
    EXPECT_EQ(again->cluster.nodes.front().agent, Agent::stopped);
    EXPECT_EQ(again->cluster.nodes.front().last_lsn, "0/77");
    EXPECT_FALSE(again->cluster.nodes.front().replays);
    EXPECT_EQ(again->cluster.groups, state.cluster.groups);
    EXPECT_EQ(again->declarations.front().at_ms, 8);
    EXPECT_EQ(again->transitions.front().refusal, "no");
}

TEST_F(FakeStateTest, TwoProcessesLoseNothing) {
    constexpr int commands = 60;
    const auto allow_many = [&](const std::string& network) {
        WaitingConsole console;
        for (int number = 0; number < commands; ++number) {
            if (run_fake_efm(installation_, {"allow-node", "efm", network + std::to_string(number)}, console)
                    .exit_status != 0)
                _exit(1);
        }
    };
    std::vector<pid_t> children;
    for (const std::string network : {"10.1.0.", "10.2.0.", "10.3.0."})
        children.push_back(in_child([&] { allow_many(network); }));
    for (const auto child : children) {
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
    std::string mistakes;
    const auto state = read_state(read(installation_.state_file), "state", mistakes);
    ASSERT_TRUE(state) << mistakes;
    EXPECT_EQ(state->cluster.allowed.size(), 4U + 3 * commands);
}

// A process that is killed at any moment leaves a whole state and no lock behind.
TEST_F(FakeStateTest, KilledWriterLeavesAWholeState) {
    play({"allow-node", "efm", "10.0.0.9"});
    for (int round = 0; round < 60; ++round) {
        const auto child = in_child([&] {
            WaitingConsole console;
            for (int number = 0;; ++number) {
                const auto place = std::to_string(1 + number % 2);
                run_fake_efm(installation_, {"set-priority", "efm", "10.0.0.3", place}, console);
            }
        });
        usleep(static_cast<useconds_t>(2000 + round * 137));
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        ASSERT_TRUE(is_state_whole()) << "round " << round << ": " << read(installation_.state_file);
        ASSERT_EQ(play({"set-priority", "efm", "10.0.0.2", "1"}).ended.exit_status, 0);
        ASSERT_EQ(priority(), "10.0.0.2 10.0.0.3");
    }
}

TEST_F(FakeStateTest, ReaderNeverSeesHalfAState) {
    play({"allow-node", "efm", "10.0.0.9"});
    const auto child = in_child([&] {
        WaitingConsole console;
        for (int number = 0;; ++number)
            run_fake_efm(installation_, {"set-priority", "efm", "10.0.0.3", std::to_string(1 + number % 2)},
                         console);
    });
    for (int time = 0; time < 500; ++time) {
        const auto played = play({"cluster-status-json", "efm"});
        EXPECT_EQ(played.ended.exit_status, 0) << played.errors;
        EXPECT_THAT(played.output, HasSubstr("\"10.0.0.9\"]"));
    }
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
}

TEST_F(FakeStateTest, WaitForTheLockCanBeStopped) {
    play({"allow-node", "efm", "10.0.0.9"});
    const int lock = open((installation_.state_file + ".lock").c_str(), O_RDONLY | O_CLOEXEC);
    ASSERT_EQ(flock(lock, LOCK_EX), 0);
    const auto before = read(installation_.state_file);

    RecordingConsole console;
    int pauses = 0;
    console.on_pause = [&pauses] { return ++pauses < 3; };
    play({"allow-node", "efm", "10.0.0.10"}, console);
    EXPECT_EQ(pauses, 3);
    EXPECT_EQ(console.output + console.errors, "");

    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0) << "readers need no lock";

    RecordingConsole patient;
    const auto played = play({"allow-node", "efm", "10.0.0.10"}, patient);
    EXPECT_EQ(played.ended.exit_status, fake_failed);
    EXPECT_EQ(patient.paused, std::chrono::seconds{10}) << "never without end";
    EXPECT_THAT(played.errors, HasSubstr("keeps the lock"));
    EXPECT_EQ(read(installation_.state_file), before);

    RecordingConsole lucky;
    lucky.on_pause = [lock] { return flock(lock, LOCK_UN) == 0; };
    EXPECT_EQ(play({"allow-node", "efm", "10.0.0.10"}, lucky).ended.exit_status, 0);
    close(lock);
}

TEST_F(FakeStateTest, BeginsAnewWhenTheScenarioChanges) {
    play({"allow-node", "efm", "10.0.0.9"});
    set_healthy_with(R"(, "description": "the same cluster", "local_node": "10.0.0.2")");
    EXPECT_THAT(allowed(), HasSubstr("10.0.0.9"));
    set_healthy_with(R"(, "promotion_ms": 1)");
    EXPECT_EQ(allowed(), "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4");
}

TEST_F(FakeStateTest, BeginsAnewWhenToldTo) {
    play({"allow-node", "efm", "10.0.0.9"});
    RecordingConsole console;
    EXPECT_EQ(reset_fake_efm(installation_, console).exit_status, 0);
    EXPECT_EQ(reset_fake_efm(installation_, console).exit_status, 0) << "there is nothing any more";
    EXPECT_EQ(allowed(), "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4");
}

TEST_F(FakeStateTest, SpoiltStateIsSaidAndKept) {
    for (const std::string spoilt :
         {R"({"scenario":)", R"({"scenario":1})", R"({"scenario":"x","format":3})"}) {
        write(installation_.state_file, spoilt);
        const auto played = play({"cluster-status", "efm"});
        EXPECT_EQ(played.ended.exit_status, fake_failed) << spoilt;
        EXPECT_THAT(played.errors, HasSubstr("mock-efm --reset")) << spoilt;
        EXPECT_EQ(read(installation_.state_file), spoilt);
    }
    write(installation_.state_file, "");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0) << "made beforehand to set its mode";
}

// What somebody has named by mistake is his, whatever is asked for.
TEST_F(FakeStateTest, AFileThatIsNoStateIsLeftAsItIs) {
    for (const std::string precious : {"precious\n", "{}", "[]", R"({"nodes": []})"}) {
        write(installation_.state_file, precious);
        const auto played = play({"cluster-status", "efm"});
        EXPECT_EQ(played.ended.exit_status, fake_failed) << precious;
        EXPECT_THAT(played.errors, HasSubstr("is no state of mock-efm")) << precious;
        RecordingConsole console;
        EXPECT_EQ(reset_fake_efm(installation_, console).exit_status, fake_failed) << precious;
        EXPECT_EQ(read(installation_.state_file), precious);
    }
}

TEST_F(FakeStateTest, AStateOfAnotherFormatBeginsAnew) {
    play({"allow-node", "efm", "10.0.0.9"});
    auto text = read(installation_.state_file);
    text.replace(text.find(R"("format":3)"), 10, R"("format":1)");
    write(installation_.state_file, text);
    EXPECT_EQ(allowed(), "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4");

    // The first format there was.
    write(installation_.state_file, R"({"scenario":"0123456789abcdef","cluster":{},"fault_calls":[]})");
    EXPECT_EQ(allowed(), "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4");
}

// Another program's file may begin as a state does.
TEST_F(FakeStateTest, WhatIsNoOlderStateIsNotOverwritten) {
    for (const std::string precious :
         {R"({"scenario":"x"})", R"({"scenario":"x","fault_calls":[]})", R"({"scenario":"0123456789abcdef"})",
          R"({"scenario":"0123456789abcdeF","fault_calls":[]})",
          R"({"scenario":"0123456789abcdef0","fault_calls":[]})",
          R"({"scenario":"0123456789abcdef","fault_calls":0})"}) {
        write(installation_.state_file, precious);
        EXPECT_EQ(play({"allow-node", "efm", "10.0.0.9"}).ended.exit_status, fake_failed) << precious;
        EXPECT_EQ(read(installation_.state_file), precious);
    }
}

TEST_F(FakeStateTest, NoScenarioNoDeviceAndNoLinkIsReplaced) {
    write(directory_ + "/real", "");
    symlink("real", (directory_ + "/link").c_str());
    mkfifo((directory_ + "/pipe").c_str(), 0600);
    const std::vector<std::pair<std::string, std::string>> refused{
        {installation_.scenario_file, "would overwrite the scenario"},
        {directory_ + "/link", "is a symbolic link"},
        {directory_ + "/pipe", "is no regular file"},
        {directory_, "is no regular file"},
        {"/dev/null", "is no regular file"}};
    for (const auto& [state, expected] : refused) {
        installation_.state_file = state;
        const auto before = left_beside(state);
        EXPECT_THAT(play({"allow-node", "efm", "10.0.0.9"}).errors, HasSubstr(expected));
        RecordingConsole console;
        EXPECT_EQ(reset_fake_efm(installation_, console).exit_status, fake_failed) << state;
        EXPECT_THAT(console.errors, HasSubstr(expected));
        EXPECT_EQ(left_beside(state), before) << state;
    }
    EXPECT_EQ(read(installation_.scenario_file), healthy);
    EXPECT_TRUE(std::filesystem::is_symlink(directory_ + "/link"));
    EXPECT_TRUE(std::filesystem::is_fifo(directory_ + "/pipe"));
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

// The calls that are appended would spoil it.
TEST_F(FakeStateTest, AScenarioIsNoFileBesideItsState) {
    installation_.state_file = directory_ + "/shop";
    installation_.scenario_file = installation_.state_file + ".calls";
    write(installation_.scenario_file, healthy);
    EXPECT_THAT(play({"cluster-status", "efm"}).errors, HasSubstr("would overwrite the scenario"));
    EXPECT_EQ(read(installation_.scenario_file), healthy);
}

TEST_F(FakeStateTest, AScenarioIsNotItsOwnState) {
    set_healthy_with(",\n\"state_file\": \"./scenario.json\"");
    EXPECT_THAT(read_scenario(installation_.scenario_file).mistakes,
                testing::EndsWith("scenario.json:10: state_file: expected another file than the scenario "
                                  "itself, found \"./scenario.json\"\n"));
}

// A lock of his could not be opened by the owner of the state.
TEST_F(FakeStateTest, WhoMayNotUseTheStateNeitherChangesNorLocksIt) {
    play({"allow-node", "efm", "10.0.0.9"});
    for (const std::string ending : {".lock", ".calls"})
        std::filesystem::remove(installation_.state_file + ending);
    const auto before = read(installation_.state_file);
    const bool is_root = geteuid() == 0;
    chmod(directory_.c_str(), 0777);
    for (const bool may_read : {false, true}) {
        chmod(installation_.state_file.c_str(), (is_root ? 0600U : 0U) | (may_read ? 0444U : 0U));
        const auto child = in_child([&] {
            constexpr uid_t nobody = 65534;
            if (is_root && (setgid(nobody) != 0 || setuid(nobody) != 0))
                _exit(1);
            const bool is_shown = play({"cluster-status", "efm"}).ended.exit_status == 0;
            const auto refused = play({"allow-node", "efm", "10.0.0.9"});
            RecordingConsole console;
            const bool is_reset = reset_fake_efm(installation_, console).exit_status == 0;
            const auto said = console.errors.find("state may not be read and written") != std::string::npos;
            _exit(is_shown != may_read || refused.ended.exit_status != fake_failed || is_reset || !said);
        });
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_EQ(status, 0) << may_read;
        EXPECT_EQ(left_beside(installation_.state_file), ".calls.lost ") << "verify must not say never";
    }
    chmod(installation_.state_file.c_str(), 0600);
    EXPECT_EQ(read(installation_.state_file), before);
    EXPECT_EQ(play({"allow-node", "efm", "10.0.0.9"}).ended.exit_status, 0);
}

// As under sudo: the files stay those of the user whose state it is.
TEST_F(FakeStateTest, FilesBesideTheStateHaveItsOwnerAndGroup) {
    if (geteuid() != 0)
        GTEST_SKIP() << "only root can give files away";
    write(installation_.state_file, "");
    ASSERT_EQ(chown(installation_.state_file.c_str(), 65534, 65533), 0);
    play({"allow-node", "efm", "10.0.0.9"});
    for (const std::string ending : {"", ".lock", ".calls"}) {
        struct stat status {};
        ASSERT_EQ(stat((installation_.state_file + ending).c_str(), &status), 0) << ending;
        EXPECT_EQ(status.st_uid, 65534U) << ending;
        EXPECT_EQ(status.st_gid, 65533U) << ending;
    }
}

// The last WAL location there is.
TEST_F(FakeStateTest, WalDoesNotBeginAgain) {
    set_scenario(R"({"nodes": [{"address": "a", "role": "Primary", "replayed": "FFFFFFFF/FFFFFFF0"},
                               {"address": "b", "role": "Standby", "replayed": "FFFFFFFF/FFFFFFF0"}]})");
    happens(R"({"event": "wal_written", "bytes": 1000})");
    EXPECT_THAT(status(), HasSubstr("FFFFFFFF/FFFFFFFF  FFFFFFFF/FFFFFFFF"));
}

TEST_F(FakeStateTest, KeepsTheModeOfAFileThatIsThere) {
    const auto old_mask = umask(077);
    play({"cluster-status", "efm"});
    EXPECT_EQ(mode_of(installation_.state_file), 0660U);
    EXPECT_EQ(mode_of(installation_.state_file + ".lock"), 0660U);
    chmod(installation_.state_file.c_str(), 0666);
    play({"allow-node", "efm", "10.0.0.9"});
    EXPECT_EQ(mode_of(installation_.state_file), 0666U);

    installation_.state_file = directory_ + "/other";
    write(installation_.state_file, "");
    chmod(installation_.state_file.c_str(), 0666);
    play({"cluster-status", "efm"});
    EXPECT_EQ(mode_of(installation_.state_file + ".lock"), 0666U) << "who may use the state may lock it";
    umask(old_mask);
}

TEST_F(FakeStateTest, ScenarioNamesThePlace) {
    set_healthy_with(R"(, "state_file": "shared.state")");
    installation_.state_file.clear();
    play({"cluster-status", "efm"});
    EXPECT_TRUE(std::filesystem::exists(directory_ + "/shared.state"));
}

TEST_F(FakeStateTest, DefaultPlaceIsTheUsersOwn) {
    installation_.state_file.clear();
    const auto file = default_state_file(installation_.scenario_file);
    const auto directory = "/tmp/mock-efm-" + std::to_string(geteuid());
    EXPECT_THAT(file, testing::StartsWith(directory + "/scenario-"));
    EXPECT_NE(file, default_state_file(installation_.scenario_file + "x"));
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);
    EXPECT_EQ(mode_of(directory), 0700U);
    EXPECT_EQ(mode_of(file), 0600U);

    chmod(directory.c_str(), 0755);
    const auto played = play({"cluster-status", "efm"});
    chmod(directory.c_str(), 0700);
    EXPECT_EQ(played.ended.exit_status, fake_failed);
    EXPECT_THAT(played.errors, HasSubstr(directory + ": expected a directory of user"));
    std::filesystem::remove(file);
    std::filesystem::remove(file + ".lock");
}

TEST_F(FakeStateTest, PlaceThatCannotBe) {
    installation_.state_file = directory_ + "/missing/state";
    const auto played = play({"cluster-status", "efm"});
    EXPECT_EQ(played.ended.exit_status, fake_failed);
    EXPECT_THAT(played.errors, HasSubstr("cannot open the lock"));
    installation_.state_file = directory_;
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, fake_failed);
}

// The servers are asked by mock-efm, never inside a server.
TEST_F(FakeStateTest, RealServersNeedSomebodyWhoAsksThem) {
    set_scenario(R"({"nodes": [{"address": "a", "role": "Primary", "server":
        {"connection": "port=1", "data_directory": "/data", "binaries": "/bin"}}]})");
    const auto played = play({"cluster-status", "efm"});
    EXPECT_EQ(played.ended.exit_status, fake_failed);
    EXPECT_THAT(played.errors, HasSubstr("names real servers"));
    EXPECT_FALSE(std::filesystem::exists(installation_.state_file));
}

TEST_F(FakeStateTest, LeavesNoDescriptorOpen) {
    play({"cluster-status", "efm"});
    const auto before = open_descriptors();
    for (int time = 0; time < 20; ++time) {
        play({"allow-node", "efm", "10.0.0.9"});
        promote({Console::Answer::no});
        play({"cluster-status-json", "efm"});
    }
    const int lock = open((installation_.state_file + ".lock").c_str(), O_RDONLY | O_CLOEXEC);
    flock(lock, LOCK_EX);
    RecordingConsole console;
    console.on_pause = []() -> bool { throw std::runtime_error{"a console may throw"}; };
    EXPECT_THROW(play({"allow-node", "efm", "10.0.0.10"}, console), std::runtime_error);
    close(lock);
    set_scenario("{");
    play({"cluster-status", "efm"});
    EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace efm::fake
