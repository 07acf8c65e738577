// What only a runner with a process can be asked: what its command looks like from inside, programs that do
// not start, and families of processes that are stopped together.
#include <filesystem>
#include <iostream>

#include "tests/contract/contract_test.h"

namespace efm::test {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr milliseconds generous{1500};

class Processes : public Contract {
  protected:
    /// The first word of a chameleon stands where the subcommand is.
    CommandResult run_program(const std::string& program, std::vector<std::string> words) {
        auto does = command({words.begin() + 1, words.end()});
        does.subcommand = words.front();
        return runner_.with_program(program).run(does, limits_, waiter_);
    }
    CommandResult run_chameleon(std::vector<std::string> words) {
        return run_program(test_program("chameleon"), std::move(words));
    }
    /// The file that the words touch tells when the whole family is there.
    void cancel_leaves_nothing(const std::string& what, const std::string& program,
                               std::vector<std::string> words) {
        const TemporaryDirectory directory;
        for (auto& word : words) {
            if (word == "ready")
                word = "touch=" + directory.file("ready");
        }
        waiter_.interrupt_when_exists(directory.file("ready"));
        limits_.timeout = milliseconds{20'000};
        const auto result = run_program(test_program(program), words);
        ASSERT_EQ(result.ending, Ending::cancelled) << result.errors;
        const auto taken = waiter_.since_interrupt();
        std::cout << to_string(GetParam()) << ", " << what << ": back "
                  << static_cast<double>(taken.count()) / 1000 << " ms after the cancel\n";
        EXPECT_LT(taken, generous);
        EXPECT_THAT(result.left_running, IsEmpty());
        EXPECT_TRUE(before_.nothing_left());
    }
};

INSTANTIATE_TEST_SUITE_P(Contract, Processes, runners_with_a_process, name_of_kind);

TEST_P(Processes, CancelEndsALauncherScriptWithASlowChild) {
    cancel_leaves_nothing("a launcher script with a slow child", "launcher.sh", {"ready", "hang"});
}

TEST_P(Processes, CancelEndsAFamilyInOneGroup) {
    cancel_leaves_nothing("a family in one group", "launcher.sh", {"child", "child", "ready", "wait"});
}

TEST_P(Processes, CancelEndsAStoppedCommand) {
    cancel_leaves_nothing("a stopped command", "chameleon", {"ready", "stop-self", "hang"});
}

TEST_P(Processes, CancelEndsWhatHidesInASessionOfItsOwn) {
    if (GetParam() == Kind::sudo)
        GTEST_SKIP()
            << "another user's process with no terminal can be reached by nobody here: it is named instead";
    cancel_leaves_nothing("a session of its own", "launcher.sh", {"setsid-child", "ready", "wait"});
}

TEST_P(Processes, TheCommandSeesNothingOfTheHost) {
    const auto secret = "planted-secret-" + before_.mark();
    ::setenv("PGPASSWORD", secret.c_str(), 1);
    const auto result = run_chameleon({"show=environment"});
    ::unsetenv("PGPASSWORD");
    EXPECT_EQ(result.exit_status, 0) << result.errors;
    EXPECT_THAT(result.output, HasSubstr("variable LC_ALL=C\n"));
    EXPECT_THAT(result.output, HasSubstr("variable PATH="));
    EXPECT_THAT(result.output, testing::Not(HasSubstr("planted-secret")));
    EXPECT_EQ(result.output.find("PGPASSWORD"), std::string::npos);
}

TEST_P(Processes, TheCommandFindsJava) {
    runner_.settings().java_home = "/opt/java";
    const auto result = run_chameleon({"show=environment"});
    EXPECT_EQ(result.exit_status, 0) << result.errors;
    EXPECT_THAT(result.output, HasSubstr("variable JAVA_HOME=/opt/java\n"));
    EXPECT_THAT(result.output, HasSubstr("variable PATH=/opt/java/bin:"))
        << "the launcher of efm looks there for it";
}

TEST_P(Processes, TheCommandHasThreeDescriptorsAndDefaultSignals) {
    const auto result = run_chameleon({"show=descriptors", "show=signals"});
    EXPECT_EQ(result.exit_status, 0) << result.errors;
    EXPECT_THAT(result.output, HasSubstr("descriptor 0 /dev/null\n"));
    EXPECT_THAT(result.output, HasSubstr("descriptor 2 pipe:"));
    EXPECT_EQ(result.output.find("descriptor 3"), std::string::npos);
    EXPECT_THAT(result.output, HasSubstr("ignored 0000000000000000\n"));
    EXPECT_THAT(result.output, HasSubstr("blocked 0000000000000000\n"));
}

TEST_P(Processes, AProgramThatIsNotThereIsSaid) {
    const auto result = run_program("/nowhere/efm", {"cluster-status"});
    if (GetParam() == Kind::direct) {
        EXPECT_EQ(result.ending, Ending::could_not_start);
        EXPECT_EQ(result.error, std::errc::no_such_file_or_directory);
    } else {
        // sudo started, and says what it could not.
        EXPECT_EQ(result.ending, Ending::exited);
        EXPECT_NE(result.exit_status, 0);
        EXPECT_THAT(result.errors, HasSubstr("sudo: "));
    }
}

TEST_P(Processes, AHostWithoutRoomStartsNothing) {
    waiter_.set_room(2);
    const auto result = run({});
    EXPECT_EQ(result.ending, Ending::could_not_start);
    EXPECT_EQ(result.error, std::errc::too_many_files_open);
}

class Sudo : public Processes {};
INSTANTIATE_TEST_SUITE_P(Contract, Sudo, testing::Values(Kind::sudo), name_of_kind);

TEST_P(Sudo, ThatIsNotThereCannotStart) {
    runner_.settings().sudo_path = "/nowhere/sudo";
    const auto result = run({});
    EXPECT_EQ(result.ending, Ending::could_not_start);
    EXPECT_EQ(result.error, std::errc::no_such_file_or_directory);
}

TEST_P(Sudo, ThatRefusesSaysSoAndAsksForNoPassword) {
    limits_.timeout = milliseconds{10'000};
    runner_.settings().sudo_user = "daemon";  // whom no rule of a test names
    const auto result = run({});
    EXPECT_EQ(result.ending, Ending::exited);
    EXPECT_EQ(result.exit_status, 1);
    EXPECT_THAT(result.errors, HasSubstr("sudo: a password is required"));
    EXPECT_EQ(result.output, "");
}

TEST_P(Sudo, RunsTheCommandAsItsUser) {
    const TemporaryDirectory directory;
    const auto script = directory.write("who", "#!/bin/sh\nid -un\n", true);
    const auto result = run_program(script, {"cluster-status"});
    EXPECT_EQ(result.output, runner_.settings().sudo_user + "\n") << result.errors;
}

TEST_P(Sudo, NamesWhatHidesInASessionOfItsOwn) {
    const TemporaryDirectory directory;
    waiter_.interrupt_when_exists(directory.file("ready"));
    const auto result = run_chameleon({"life=3", "setsid-child", "touch=" + directory.file("ready"), "hang"});
    EXPECT_EQ(result.ending, Ending::cancelled);
    const auto taken = waiter_.since_interrupt();
    std::cout << "sudo, a session of its own: back " << static_cast<double>(taken.count()) / 1000
              << " ms after the cancel\n";
    EXPECT_LT(taken, generous);
    EXPECT_EQ(result.left_running, before_.processes_left());
    EXPECT_THAT(result.left_running, testing::SizeIs(1));
    EXPECT_TRUE(comes_true([this] { return before_.processes_left().empty(); }));
    PollWaiter another;
    runner_.that_does({}).run(command(), limits_, another);
}

}  // namespace
}  // namespace efm::test
