// What a child starts with, as the child itself sees it; and what is said when it cannot start.
#include "backends/process/launch.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "tests/unit/engine_test.h"

namespace efm::test {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

/// A host with the habits of a PostgreSQL backend: signals ignored and blocked, descriptors that are not
/// closed on exec, an environment with a secret, a working directory of its own.
class BackendLikeHost {
  public:
    BackendLikeHost() {
        std::signal(SIGPIPE, SIG_IGN);
        std::signal(SIGUSR2, SIG_IGN);
        std::signal(SIGTERM, [](int) {});
        sigset_t urgent;
        ::sigemptyset(&urgent);
        ::sigaddset(&urgent, SIGURG);
        ::pthread_sigmask(SIG_BLOCK, &urgent, &mask_);
        ::setenv("PGPASSWORD", "planted secret", 1);
        for (int& descriptor : extra_)
            descriptor = ::open("/etc/passwd", O_RDONLY);  // NOLINT: without close-on-exec, that is the point
    }
    ~BackendLikeHost() {
        for (const int descriptor : extra_)
            ::close(descriptor);
        ::unsetenv("PGPASSWORD");
        ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
        std::signal(SIGTERM, SIG_DFL);
        std::signal(SIGUSR2, SIG_DFL);
        std::signal(SIGPIPE, SIG_DFL);
    }
    BackendLikeHost(const BackendLikeHost&) = delete;
    BackendLikeHost& operator=(const BackendLikeHost&) = delete;

  private:
    sigset_t mask_{};
    std::array<int, 20> extra_{};
};

class Launch : public EngineTest {
  protected:
    [[nodiscard]] ProcessRequest under_terminal(std::vector<std::string> words) const {
        auto what = request(std::move(words));
        what.under_terminal = true;
        return what;
    }
    void expect_no_start(const std::string& program, std::errc why) {
        const auto result = run_request({.command_line = {program, before_.mark()}, .environment = {}});
        EXPECT_EQ(result.ending, Ending::could_not_start) << program;
        EXPECT_EQ(result.error, why) << program << ": " << result.error.message();
        EXPECT_EQ(result.exit_status, -1);
        EXPECT_TRUE(before_.nothing_left()) << program;
    }
};

TEST_F(Launch, TheChildHasThreeDescriptors) {
    const BackendLikeHost host;
    for (const auto& what : {request({"show=descriptors"}), under_terminal({"show=descriptors"})}) {
        const auto open = told(run_request(what).output, "descriptor");
        ASSERT_THAT(open, SizeIs(3));
        EXPECT_EQ(open[0], "0 /dev/null");
        // sudo that finds a FIFO there does not look at its terminal.
        EXPECT_THAT(open[1], testing::StartsWith(what.under_terminal ? "1 socket:" : "1 pipe:"));
        EXPECT_THAT(open[2], testing::StartsWith("2 pipe:"));
    }
}

TEST_F(Launch, AChildThatMayAskReadsFromAPipe) {
    for (auto what : {request({"show=descriptors"}), under_terminal({"show=descriptors"})}) {
        what.confirmation = Confirmation::routine;
        const auto open = told(run_request(what).output, "descriptor");
        ASSERT_THAT(open, SizeIs(3));
        EXPECT_THAT(open[0], testing::StartsWith(what.under_terminal ? "0 socket:" : "0 pipe:"));
    }
}

TEST_F(Launch, TheChildHasDefaultSignalsAndAnEmptyMask) {
    const BackendLikeHost host;
    for (const auto& what : {request({"show=signals"}), under_terminal({"show=signals"})}) {
        const auto output = run_request(what).output;
        EXPECT_THAT(told(output, "ignored"), ElementsAre("0000000000000000"));
        EXPECT_THAT(told(output, "blocked"), ElementsAre("0000000000000000"));
    }
}

TEST_F(Launch, TheHostKeepsItsOwnSignals) {
    const BackendLikeHost host;
    run({"exit=0"});
    struct sigaction now {};
    ::sigaction(SIGUSR2, nullptr, &now);
    EXPECT_EQ(now.sa_handler, SIG_IGN);
    sigset_t mask;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    EXPECT_TRUE(::sigismember(&mask, SIGURG));
    EXPECT_FALSE(::sigismember(&mask, SIGTERM));
}

TEST_F(Launch, TheChildHasItsEnvironmentAndNothingElseOfTheHost) {
    const BackendLikeHost host;
    auto what = request({"show=environment"});
    what.environment = {"LC_ALL=C", "PATH=/usr/bin", "EMPTY=", "EQUALS=a=b"};
    const auto output = run_request(what).output;
    EXPECT_THAT(told(output, "variable"), ElementsAre("LC_ALL=C", "PATH=/usr/bin", "EMPTY=", "EQUALS=a=b"));
    EXPECT_EQ(output.find("secret"), std::string::npos);
}

TEST_F(Launch, AnEmptyEnvironmentIsEmpty) {
    auto what = request({"show=environment"});
    what.environment = {};
    EXPECT_EQ(run_request(what).output, "");
}

TEST_F(Launch, TheChildLeadsAGroupOfTheHostsSession) {
    const auto output = run({"show=group"}).output;
    EXPECT_EQ(told(output, "group"), told(output, "process"));
    EXPECT_THAT(told(output, "parent"), ElementsAre(std::to_string(::getpid())));
    EXPECT_THAT(told(output, "session"), ElementsAre(std::to_string(::getsid(0))));
}

TEST_F(Launch, UnderATerminalTheChildLeadsASessionWithItsOwnTerminal) {
    const auto output = run_request(under_terminal({"show=group", "show=terminal"})).output;
    EXPECT_EQ(told(output, "session"), told(output, "process"));
    EXPECT_EQ(told(output, "group"), told(output, "process"));
    ASSERT_THAT(told(output, "terminal"), SizeIs(1));
    EXPECT_NE(told(output, "terminal")[0], "none");
    EXPECT_NE(told(output, "terminal")[0], "0");
}

TEST_F(Launch, OnlyADirectChildDiesWithItsParent) {
    EXPECT_THAT(told(run({"show=signals"}).output, "on parent death"), ElementsAre(std::to_string(SIGKILL)));
    // sudo would die and leave its command; the hang-up of the terminal, which the kernel closes, ends both.
    EXPECT_THAT(told(run_request(under_terminal({"show=signals"})).output, "on parent death"),
                ElementsAre("0"));
}

TEST_F(Launch, TheChildWorksInTheRootDirectory) {
    EXPECT_THAT(told(run({"show=directory"}).output, "directory"), ElementsAre("/"));
}

TEST_F(Launch, WordsArriveAsTheyAre) {
    const std::vector<std::string> words{
        "",      " ",    "a b",      "\"quoted\"", "it's",
        "$HOME", "`id`", "*",        "\\",         "a\nb",
        "-x",    "ä€😀",  "\xff\xfe", "a;b|c&d",    std::string(100'000, 'x')};
    std::vector<std::string> all{"arguments"};
    std::string expected;
    for (const auto& word : words) {
        all.push_back(word);
        expected += std::to_string(word.size()) + ":" + word + "\n";
    }
    EXPECT_EQ(run(all).output, expected);
}

TEST_F(Launch, AProgramThatCannotRunIsSaidWithItsReason) {
    expect_no_start("/nowhere/efm", std::errc::no_such_file_or_directory);
    expect_no_start("", std::errc::no_such_file_or_directory);
    expect_no_start("/etc", std::errc::permission_denied);
    expect_no_start(directory_.write("plain", "#!/bin/sh\n"), std::errc::permission_denied);
    expect_no_start(directory_.write("no_interpreter", "exit 0\n", true), std::errc::executable_format_error);
    expect_no_start(directory_.write("empty", "", true), std::errc::executable_format_error);
    expect_no_start(directory_.write("bad_interpreter", "#!/nowhere/sh\n", true),
                    std::errc::no_such_file_or_directory);
    expect_no_start("/etc/passwd/efm", std::errc::not_a_directory);
}

TEST_F(Launch, AWordWithANulByteIsRefused) {
    EXPECT_EQ(run({std::string{"out=a\0b", 7}}).error, std::errc::invalid_argument);
    const auto result = run_request({.command_line = {std::string{"/bin/true\0x", 11}}, .environment = {}});
    EXPECT_EQ(result.ending, Ending::could_not_start);
    EXPECT_EQ(result.error, std::errc::invalid_argument);
}

TEST_F(Launch, MoreWordsThanTheKernelTakesAreRefused) {
    EXPECT_EQ(run({"out=" + std::string(200'000, 'x')}).error, std::errc::argument_list_too_long);
}

TEST_F(Launch, ManyFailedStartsLeaveNothing) {
    for (int attempt = 0; attempt < 200; ++attempt)
        ASSERT_EQ(run_request({.command_line = {"/nowhere"}, .environment = {}}).ending,
                  Ending::could_not_start);
}

TEST_F(Launch, TheHostsDescriptorLimitIsAnErrorAndNoLeak) {
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    for (rlim_t room = 3; room < 16; ++room) {
        const rlimit tight{room, before.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &tight);
        const auto result = run({"out=x"});
        ::setrlimit(RLIMIT_NOFILE, &before);
        if (result.ending != Ending::exited) {
            EXPECT_EQ(result.error, std::errc::too_many_files_open) << "room for " << room;
        }
        EXPECT_TRUE(before_.nothing_left()) << "room for " << room;
    }
}

}  // namespace
}  // namespace efm::test
