#include "backends/outcome/outcome_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace efm {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string status_json = R"({"nodes":{"10.0.0.1":{"type":"Primary","db":"UP"}},"messages":[]})";
const std::string node_json =
    R"({"type":"Standby","address":"10.0.0.2","db":"DOWN","vip":"","vip_active":"false"})";
const std::string status_text =
    "Cluster Status: efm\n\n\tAgent Type  Address              DB       VIP\n\t-----\n\tPrimary     10.0.0.1 "
    "  UP\n"
    "\n\tNo standby databases were found.\n";

Command command(std::string subcommand, std::vector<std::string> arguments = {}) {
    return {std::move(subcommand), "efm", std::move(arguments), Confirmation::none};
}

CommandResult exited(int status, std::string output = {}, std::string errors = {}) {
    CommandResult result;
    result.ending = Ending::exited;
    result.exit_status = status;
    result.output = std::move(output);
    result.errors = std::move(errors);
    return result;
}

CommandResult ended(Ending ending) {
    CommandResult result;
    result.ending = ending;
    return result;
}

OutcomeContext under_sudo() {
    return {{"/usr/bin/sudo", "-n", "-u", "efm", "/usr/edb/efm-4.9/bin/efm", "promote", "efm"},
            true,
            "efm",
            "postgres",
            "/usr/edb/efm-4.9/bin/efm",
            60'000,
            16U << 20U};
}

OutcomeContext direct() {
    auto context = under_sudo();
    context.command_line.erase(context.command_line.begin(), context.command_line.begin() + 4);
    context.under_sudo = false;
    return context;
}

Failure failure(const Command& run, const CommandResult& result,
                const OutcomeContext& context = under_sudo()) {
    const auto found = judge(run, result, context);
    if (!found) {
        ADD_FAILURE() << "taken for an answer: " << run.subcommand;
        return {};
    }
    return *found;
}

TEST(Judge, ExitZeroIsAnAnswer) {
    for (const auto* subcommand : {"promote", "allow-node", "resume", "cluster-status", "encrypt"}) {
        EXPECT_FALSE(judge(command(subcommand), exited(0), under_sudo())) << subcommand;
        EXPECT_FALSE(
            judge(command(subcommand), exited(0, "any", "sudo: a password is required\n"), under_sudo()));
    }
    EXPECT_FALSE(judge(command("cluster-status-json"), exited(0, status_json), under_sudo()));
    EXPECT_FALSE(judge(command("node-status-json"), exited(0, node_json), under_sudo()));
}

// A non-zero exit is how these say that not everything is well; a launcher's noise on either stream changes
// nothing.
TEST(Judge, AnUnhealthyClusterIsAnAnswer) {
    const auto noise = "/usr/bin/which: no java in (/usr/bin)\n"s;
    for (const int status : {1, 2, 3, 5, 20, 126, 127, 255}) {
        EXPECT_FALSE(judge(command("cluster-status"), exited(status, status_text), under_sudo()));
        EXPECT_FALSE(judge(command("cluster-status-json"), exited(status, status_json, noise), under_sudo()));
        EXPECT_FALSE(judge(command("cluster-status-json"),
                           exited(status, noise + "\n  " + status_json + "\n"), direct()));
        EXPECT_FALSE(judge(command("node-status-json"), exited(status, node_json), under_sudo()));
    }
}

TEST(Judge, AnAnswerMustBeTheStatus) {
    for (const auto& output :
         {""s, "{"s, "{}"s, R"({"error":"refused"})"s, R"({"nodes":[]})"s, R"({"a":{"nodes":{}}})"s,
          node_json, status_text, status_json + "\nfailed", status_json.substr(0, 40)})
        EXPECT_TRUE(judge(command("cluster-status-json"), exited(1, output), under_sudo())) << output;
    for (const auto& output : {""s, "{}"s, status_json, R"(["type"])"s})
        EXPECT_TRUE(judge(command("node-status-json"), exited(1, output), under_sudo())) << output;
    for (const auto& output : {""s, status_json, "Cluster Status: efm\n"s, "\tAgent Type  Address\n"s,
                               "No Cluster Status: or\nthe Agent Type here\n"s})
        EXPECT_TRUE(judge(command("cluster-status"), exited(1, output), under_sudo())) << output;
}

// The predecessor took exit 1 with a `{` for success, whatever the command: a refused failover was reported
// as done.
TEST(Judge, NoOtherCommandSucceedsWithANonZeroExit) {
    for (const auto* subcommand : {"promote", "allow-node", "disallow-node", "set-priority", "resume",
                                   "stop-cluster", "reset-members", "cluster-status-jso", ""}) {
        for (const auto& output : {status_json, node_json, status_text, R"({"error":"refused"})"s})
            EXPECT_EQ(failure(command(subcommand), exited(1, output)).sqlstate, "38000") << subcommand;
    }
}

TEST(Judge, JsonThatIsPromisedAndNotThereIsSaidSo) {
    for (const auto& output : {"Usage: efm"s, "{}"s, "[]"s, status_json.substr(0, 40)}) {
        const auto found = failure(command("cluster-status-json"), exited(0, output));
        EXPECT_EQ(found.sqlstate, "22P02");
        EXPECT_EQ(found.message,
                  "efm \"cluster-status-json\" failed: output is not the JSON that it promises");
        EXPECT_THAT(found.detail, HasSubstr(output.substr(0, 10)));
    }
    EXPECT_EQ(failure(command("node-status-json"), exited(0, status_json)).sqlstate, "22P02");
    EXPECT_EQ(failure(command("cluster-status-json"), exited(0)).detail,
              "Exit status 0, and nothing was printed.");
    EXPECT_LT(failure(command("cluster-status-json"), exited(0, std::string(1'000'000, '\1'))).detail.size(),
              2000U);
}

struct ExitCase {
    int status;
    std::string sqlstate;
};

TEST(Judge, ExitCodes) {
    for (const auto& c :
         {ExitCase{1, "38000"}, ExitCase{2, "F0000"}, ExitCase{3, "08006"}, ExitCase{4, "55000"},
          ExitCase{5, "42501"}, ExitCase{6, "38000"}, ExitCase{10, "08006"}, ExitCase{20, "55P03"},
          ExitCase{126, "58P01"}, ExitCase{127, "58P01"}, ExitCase{255, "38000"}}) {
        const auto found = failure(command("resume"), exited(c.status, "", "it went wrong\n"));
        EXPECT_EQ(found.sqlstate, c.sqlstate) << c.status;
        EXPECT_EQ(found.detail, "Exit status " + std::to_string(c.status) + ": it went wrong");
        EXPECT_EQ(found.hint, "") << "nothing is known of exit codes: " << c.status;
        EXPECT_THAT(found.message, StartsWith("efm \"resume\" failed: "));
    }
    EXPECT_EQ(failure(command("resume"), exited(1)).message, "efm \"resume\" failed: exit status 1");
    EXPECT_EQ(failure(command("resume"), exited(1)).detail, "Exit status 1, and nothing was printed.");
}

struct TextCase {
    std::string text, sqlstate, message, hint;
};

class JudgeText : public testing::TestWithParam<TextCase> {};

// Texts as EFM's troubleshooting page, published transcripts and sudo 1.9 have them. Whatever the exit code.
TEST_P(JudgeText, DecidesBeforeTheExitCode) {
    const auto& c = GetParam();
    for (const int status : {1, 3, 127}) {
        const auto found =
            failure(command("allow-node", {"10.0.0.3"}), exited(status, "", "noise\n" + c.text + "\n"));
        EXPECT_EQ(found.sqlstate, c.sqlstate) << c.text;
        EXPECT_EQ(found.message, "efm \"allow-node\" failed: " + c.message);
        EXPECT_THAT(found.hint, HasSubstr(c.hint));
        EXPECT_THAT(found.detail, HasSubstr(c.text));
    }
}

const std::string line_to_add =
    "\npostgres ALL=(efm) NOPASSWD: /usr/edb/efm-4.9/bin/efm allow-node efm 10.0.0.3\nThe function "
    "efm_extension.efm_sudoers()";

INSTANTIATE_TEST_SUITE_P(
    Texts, JudgeText,
    testing::Values(
        TextCase{"Authorization file not found. Is the local agent running?", "08006",
                 "local agent is not running", "Start the EFM agent on this host."},
        TextCase{"Not authorized to run this command. User 'bob' is not a member of the `efm` group.",
                 "42501", "the operating system user may not run it", "member of the group \"efm\""},
        TextCase{"Unable to find JRE in path.", "F0000", "no Java runtime was found", "efm.java_home"},
        TextCase{"/usr/bin/which: no java in (/usr/bin:/bin)", "F0000", "no Java runtime was found",
                 "efm.java_home"},
        TextCase{"sudo: a password is required", "42501", "sudo asks for a password", line_to_add},
        TextCase{"sudo: no tty present and no askpass program specified", "42501", "sudo asks for a password",
                 line_to_add},
        TextCase{"sudo: a terminal is required to read the password; either use the -S option", "42501",
                 "sudo asks for a password", line_to_add},
        TextCase{"Sorry, user postgres is not allowed to execute '/usr/edb/efm-4.9/bin/efm' as efm on h.",
                 "42501", "sudo does not allow it", line_to_add},
        TextCase{"Sorry, user postgres may not run sudo on h.", "42501", "sudo does not allow it",
                 line_to_add},
        TextCase{"postgres is not in the sudoers file.", "42501", "sudo does not allow it", line_to_add},
        TextCase{"sudo: sorry, you are not allowed to set the following environment variables: PATH", "42501",
                 "sudo does not allow it", line_to_add},
        TextCase{"sudo: unknown user efm", "42501", "sudo does not know the user", "efm.sudo_user"},
        TextCase{"sudo: unknown user: efm", "42501", "sudo does not know the user", line_to_add},
        TextCase{"sudo: The \"no new privileges\" flag is set, which prevents sudo from running as root.",
                 "42501", "sudo may not change the user", "NoNewPrivileges"},
        TextCase{"sudo: /usr/edb/efm-4.9/bin/efm: command not found", "58P01",
                 "sudo does not find the program", "efm.command_path"},
        TextCase{"sudo: unable to execute /usr/edb/efm-4.9/bin/efm: Permission denied", "58P01",
                 "sudo cannot execute the program", "efm.command_path"}),
    [](const auto& test) { return "text_" + std::to_string(test.index); });

TEST(Judge, TextCountsOnEitherStream) {
    EXPECT_EQ(failure(command("resume"), exited(1, "Unable to find JRE in path.\n")).sqlstate, "F0000");
    EXPECT_EQ(
        failure(command("resume"), exited(1, "Authorization file not found. Is the local agent running?\n"))
            .sqlstate,
        "08006");
}

// What efm or a script of it says about passwords is not sudo's word, and without sudo nothing is.
TEST(Judge, SudosTextsCountOnlyInItsOwnLines) {
    for (const auto* text :
         {"a password is required", "efm: sudo: a password is required", "node is not allowed to join",
          "start.sh: line 3: java: command not found", "unknown user efm", "bob is not in the sudoers file"})
        EXPECT_EQ(failure(command("resume"), exited(1, "", text)).sqlstate, "38000") << text;
    EXPECT_EQ(failure(command("resume"), exited(1, "sudo: a password is required\n")).sqlstate, "38000")
        << "standard output";
    EXPECT_EQ(failure(command("resume"), exited(1, "", "sudo: a password is required"), direct()).sqlstate,
              "38000");
}

TEST(Judge, ALauncherThatComplainsOfJavaDoesNotHideWhatFollows) {
    const auto found = failure(
        command("resume"), exited(1, "", "/usr/bin/which: no java in (/bin)\nAuthorization file not found."));
    EXPECT_EQ(found.sqlstate, "08006");
}

TEST(Judge, TheLineForSudoersIsEscapedAndLetsTheEnvironmentThrough) {
    auto context = under_sudo();
    context.program = "/opt/e f/efm";
    context.command_line = {"/usr/bin/sudo", "-n",        "-u", "efm", "PATH=/j/bin:/bin", "JAVA_HOME=/j",
                            context.program, "allow-node"};
    const auto found =
        failure(command("allow-node", {"fd00::1"}), exited(1, "", "sudo: a password is required"), context);
    EXPECT_THAT(
        found.hint,
        HasSubstr("\nDefaults!/opt/e\\ f/efm env_reset, !secure_path, env_keep -= \"PATH JAVA_HOME\", "
                  "env_keep += \"PATH=/j/bin:/bin JAVA_HOME=/j\"\n"
                  "postgres ALL=(efm) NOPASSWD: /opt/e\\ f/efm allow-node efm fd00\\:\\:1\n"));
    context.program = "/opt/a\\b";
    EXPECT_THAT(
        failure(command("allow-node", {"x"}), exited(1, "", "sudo: a password is required"), context).hint,
        HasSubstr("efm_sudoers()"));
}

TEST(Judge, TheGroupIsAskedOfTheUserThatRunsEfm) {
    const auto refusal = exited(1, "", "Not authorized to run this command.");
    EXPECT_THAT(failure(command("resume"), refusal, under_sudo()).hint,
                HasSubstr("user \"efm\" (setting efm.sudo_user)"));
    EXPECT_THAT(failure(command("resume"), refusal, direct()).hint,
                AllOf(HasSubstr("user \"postgres\""), HasSubstr("restarted")));
}

TEST(Judge, CouldNotStart) {
    auto result = ended(Ending::could_not_start);
    result.error = std::make_error_code(std::errc::no_such_file_or_directory);
    auto found = failure(command("promote"), result);
    EXPECT_EQ(found.sqlstate, "58P01");
    EXPECT_EQ(found.message, "efm \"promote\" failed: program could not be started");
    EXPECT_EQ(found.detail, "Starting \"/usr/bin/sudo\" failed: No such file or directory.");
    EXPECT_THAT(found.hint, AllOf(HasSubstr("efm.sudo_path"), HasSubstr("\"postgres\"")));
    found = failure(command("promote"), result, direct());
    EXPECT_THAT(found.detail, HasSubstr("/usr/edb/efm-4.9/bin/efm"));
    EXPECT_THAT(found.hint, HasSubstr("efm.command_path"));
    result.error = std::make_error_code(std::errc::permission_denied);
    EXPECT_EQ(failure(command("promote"), result).sqlstate, "58P01");
}

TEST(Judge, ALackOfResourcesIsNoFaultOfTheProgram) {
    for (const auto cause : {std::errc::too_many_files_open, std::errc::too_many_files_open_in_system,
                             std::errc::not_enough_memory, std::errc::resource_unavailable_try_again}) {
        auto result = ended(Ending::could_not_start);
        // As errno gives it, in either category.
        for (const auto* category : {&std::generic_category(), &std::system_category()}) {
            result.error = {static_cast<int>(cause), *category};
            const auto found = failure(command("promote"), result);
            EXPECT_EQ(found.sqlstate, "53000");
            EXPECT_EQ(found.hint, "");
        }
    }
}

TEST(Judge, OtherEndings) {
    auto found = failure(command("cluster-status"), ended(Ending::timed_out));
    EXPECT_EQ(found.sqlstate, "57014");
    EXPECT_EQ(found.message, "efm \"cluster-status\" failed: timed out after 60 s");
    EXPECT_THAT(found.hint, HasSubstr("efm.command_timeout"));
    EXPECT_EQ(found.detail, "");

    auto context = under_sudo();
    context.timeout_ms = 1500;
    EXPECT_THAT(failure(command("cluster-status"), ended(Ending::timed_out), context).message,
                HasSubstr("after 1500 ms"));

    EXPECT_EQ(failure(command("cluster-status"), ended(Ending::cancelled)).sqlstate, "57014");

    auto loud = ended(Ending::too_much_output);
    loud.output = std::string(100'000, 'x');
    found = failure(command("cluster-status"), loud);
    EXPECT_EQ(found.sqlstate, "54000");
    EXPECT_EQ(found.message, "efm \"cluster-status\" failed: output is too large (more than 16 MB)");
    EXPECT_THAT(found.hint, HasSubstr("efm.max_output"));
    EXPECT_EQ(found.detail, "") << "the output that was too large is no help";

    auto killed = ended(Ending::signalled);
    killed.signal = 9;
    found = failure(command("cluster-status"), killed);
    EXPECT_EQ(found.sqlstate, "58000");
    EXPECT_THAT(found.message, HasSubstr("terminated by signal 9 (Killed)"));

    auto broken = ended(Ending::io_error);
    broken.error = std::make_error_code(std::errc::io_error);
    found = failure(command("cluster-status"), broken);
    EXPECT_EQ(found.sqlstate, "58000");
    EXPECT_THAT(found.detail, HasSubstr("Input/output error"));
}

// A promotion that was accepted goes on: saying "failed" and no more would be a lie at 3 a.m.
TEST(Judge, AnInterruptedPromotionHasAnUnknownOutcome) {
    for (const auto ending : {Ending::timed_out, Ending::cancelled, Ending::too_much_output,
                              Ending::signalled, Ending::io_error}) {
        auto result = ended(ending);
        result.errors = "progress\n";
        const auto found = failure(command("promote"), result);
        EXPECT_THAT(found.detail, HasSubstr("outcome is unknown: a promotion may have been accepted"))
            << to_string(ending);
        EXPECT_THAT(found.hint, HasSubstr("Look at the cluster status")) << to_string(ending);
        EXPECT_THAT(failure(command("allow-node"), result).detail, HasSubstr("outcome is unknown"))
            << to_string(ending);
        EXPECT_THAT(failure(command("cluster-status-json"), result).detail, Not(HasSubstr("unknown")))
            << to_string(ending);
    }
    for (const auto& result : {ended(Ending::could_not_start), exited(1)})
        EXPECT_THAT(failure(command("promote"), result).detail, Not(HasSubstr("unknown")));
}

// Failed is not refused: EFM has its part by then, or a launcher lost its child in the middle.
TEST(Judge, APromotionThatFailsAfterItWasAcceptedHasAnUnknownOutcome) {
    const auto accepted = "Promote command accepted by local agent. Proceeding with promotion.\n"s;
    for (const auto& result : {exited(1, accepted), exited(4, accepted), exited(137), exited(143)}) {
        const auto found = failure(command("promote"), result);
        EXPECT_THAT(found.detail, HasSubstr("outcome is unknown: a promotion may have been accepted"));
        EXPECT_THAT(found.hint, HasSubstr("Look at the cluster status"));
    }
    for (const auto& result :
         {exited(1, "There is no standby that can be promoted.\n"), exited(127), exited(126)})
        EXPECT_THAT(failure(command("promote"), result).detail, Not(HasSubstr("unknown")));
}

TEST(Judge, ARefusedQuestionIsAFailureWhateverTheEnding) {
    const auto question =
        "Forcing this promotion may result in data loss - are you sure you want to continue? [y/N]:"s;
    for (auto result : {exited(0), exited(1, "", "sudo: a password is required"), ended(Ending::timed_out),
                        ended(Ending::signalled), ended(Ending::io_error)}) {
        result.refused_question = question;
        const auto found = failure(command("promote"), result);
        EXPECT_EQ(found.sqlstate, "55000");
        EXPECT_EQ(found.message, "efm \"promote\" failed: a question was answered \"n\"");
        EXPECT_THAT(found.detail, HasSubstr("The question was \"" + question + "\"."));
        EXPECT_THAT(found.hint, AllOf(HasSubstr("may lose data"), HasSubstr("let an operator run"),
                                      HasSubstr("\"/usr/edb/efm-4.9/bin/efm promote efm\"")));
        EXPECT_THAT(found.detail, Not(HasSubstr("unknown")));
    }
    auto unknown = exited(0);
    unknown.refused_question = "Ready\x1b[1m? password=hunter2 [y/N]:";
    const auto found = failure(command("promote"), unknown);
    EXPECT_THAT(found.detail, HasSubstr("Ready\\x1b[1m? password=******** [y/N]:"));
    EXPECT_THAT(found.hint, Not(HasSubstr("force")));
}

TEST(Judge, WhatIsLeftRunningIsSaid) {
    auto result = ended(Ending::timed_out);
    result.left_running = {4711};
    EXPECT_THAT(failure(command("promote"), result).detail,
                HasSubstr("Process 4711 could not be ended and is left running."));
    result.left_running = {4711, 4712};
    EXPECT_EQ(failure(command("cluster-status"), result).detail,
              "Processes 4711, 4712 could not be ended and are left running.");
}

TEST(Judge, NothingUnprintableAndNoSecretGetsOut) {
    auto context = under_sudo();
    context.program = "/opt/\x1b]0;x\x07";
    context.command_line = {"/usr/\n\xff"};
    context.server_user = "post\xe9";
    // With a word that a sudoers file cannot hold, and without one.
    const Command very_odd{"x\n\xff", "efm", {"\x02"}, Confirmation::none};
    const Command odd{"x\xff", "efm", {}, Confirmation::none};
    for (const auto& run : {very_odd, odd})
        for (const auto ending : {Ending::exited, Ending::signalled, Ending::timed_out, Ending::cancelled,
                                  Ending::too_much_output, Ending::could_not_start, Ending::io_error}) {
            for (const auto* stream :
                 {"a\x1b[2J\0b\xc3\x28\x80 db.password=hunter2\n", "sudo: a password is required \xff"}) {
                auto result = exited(1, stream, stream);
                result.ending = ending;
                result.error = std::make_error_code(std::errc::io_error);
                const auto found = failure(run, result, context);
                for (const auto& text : {found.message, found.detail, found.hint}) {
                    EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) {
                        return c == '\n' || (c >= 0x20 && c <= 0x7e);
                    })) << text;
                    EXPECT_THAT(text, Not(HasSubstr("hunter2")));
                }
                EXPECT_EQ(found.message.find('\n'), std::string::npos);
            }
        }
}

TEST(LastWords, AreStandardErrorOrElseStandardOutput) {
    EXPECT_EQ(last_words(exited(1, "out\n", "err\n")), "err");
    EXPECT_EQ(last_words(exited(1, "out\n", " \r\n\t\n")), "out");
    EXPECT_EQ(last_words(exited(1)), "");
}

TEST(LastWords, AreTheLastWholeLines) {
    EXPECT_EQ(last_words(exited(1, "", "one\ntwo\nthree\n"), 9), "two\nthree");
    EXPECT_EQ(last_words(exited(1, "", "one\ntwo\nthree\n"), 8), "three");
    EXPECT_EQ(last_words(exited(1, "", "\r\n one \r\n\ttwo\r\n\r\n"), 100), "one\n    two");
    EXPECT_EQ(last_words(exited(1, "", std::string(5000, 'x'))).size(), 1000U);
    EXPECT_LE(last_words(exited(1, "", std::string(5000, '\xff'))).size(), 1000U);
    EXPECT_EQ(last_words(exited(1, "", std::string(2000, 'x') + "\nend")), "end");
}

// A secret whose key falls before the cut is one all the same.
TEST(LastWords, SecretsAreFoundBeforeTheCut) {
    const auto said = "db.password=" + std::string(990, 'h') + " end";
    EXPECT_EQ(last_words(exited(1, "", said), 500), "db.password=******** end");
}

TEST(LastWords, HugeOutputCostsLittle) {
    EXPECT_EQ(last_words(exited(1, std::string(16U << 20U, '\n') + "end\n")), "end");
}

}  // namespace
}  // namespace efm
