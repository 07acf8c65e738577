// The words of a command: which ones, in which order, and that none is interpreted.
#include <filesystem>

#include "tests/contract/contract_test.h"

namespace efm::test {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

const std::vector<std::string> strange_words{"",     " ",     "two words",  "\"quoted\"", "it's", "$HOME",
                                             "`id`", "*",     "a\nb",       "-x",         "--",   "ä€😀",
                                             "\xff", "a;b|c", "NAME=value", "\\",         "{x,y}"};

using CommandLine = Contract;

INSTANTIATE_TEST_SUITE_P(Contract, CommandLine, every_runner, name_of_kind);

TEST_P(CommandLine, IsProgramSubcommandClusterArguments) {
    auto& runner = runner_.with_program("/usr/edb/efm-4.9/bin/efm");
    std::vector<std::string> expected{"/usr/edb/efm-4.9/bin/efm", "cluster-status", before_.mark()};
    expected.insert(expected.end(), strange_words.begin(), strange_words.end());
    if (GetParam() == Kind::sudo)
        expected.insert(expected.begin(), {"/usr/bin/sudo", "-n", "-u", runner_.settings().sudo_user});
    EXPECT_THAT(runner.command_line(command(strange_words)), ElementsAreArray(expected));
}

TEST_P(CommandLine, NeedsNoProgramAndRunsNothing) {
    auto& nowhere = runner_.with_program("/nowhere/efm");
    EXPECT_EQ(nowhere.command_line(command()).back(), before_.mark());

    TemporaryDirectory directory;
    auto& runner = runner_.with_program(directory.write("efm", "#!/bin/sh\n: > \"${0%/*}/has_run\"\n", true));
    EXPECT_EQ(runner.command_line(command()).back(), before_.mark());
    EXPECT_FALSE(std::filesystem::exists(directory.file("has_run")));
}

TEST_P(CommandLine, AWordWithANulByteIsRefused) {
    const std::string with_nul{"10.0.0.3\0x", 10};
    auto& runner = runner_.that_does({});
    std::vector<Command> refused(3, command({"word"}));
    refused[0].arguments = {"10.0.0.2", with_nul};
    refused[1].cluster = with_nul;
    refused[2].subcommand = with_nul;
    for (const auto& one : refused) {
        const auto result = runner.run(one, limits_, waiter_);
        EXPECT_EQ(result.ending, Ending::could_not_start);
        EXPECT_EQ(result.error, std::errc::invalid_argument);
        EXPECT_EQ(result.exit_status, -1);
        EXPECT_EQ(result.output, "");
    }
}

using Words = Contract;
INSTANTIATE_TEST_SUITE_P(Contract, Words, runners_with_a_process, name_of_kind);

TEST_P(Words, ArriveAsTheyAre) {
    auto& runner = runner_.with_program(test_program("chameleon"));
    auto words = command(strange_words);
    words.subcommand = "arguments";
    auto expected = std::to_string(before_.mark().size()) + ":" + before_.mark() + "\n";
    for (const auto& word : strange_words)
        expected += std::to_string(word.size()) + ":" + word + "\n";
    const auto result = runner.run(words, limits_, waiter_);
    EXPECT_EQ(result.exit_status, 0) << result.errors;
    EXPECT_EQ(result.output, expected);
}

}  // namespace
}  // namespace efm::test
