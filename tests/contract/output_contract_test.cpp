// What comes back of the output: the bytes as they were written, within the limits.
#include "tests/contract/contract_test.h"

namespace efm::test {
namespace {

using std::chrono::milliseconds;
using testing::SizeIs;

using Output = Contract;

INSTANTIATE_TEST_SUITE_P(Contract, Output, every_runner, name_of_kind);

TEST_P(Output, NothingAtAll) {
    const auto result = run({.output = ""});
    EXPECT_EQ(result.ending, Ending::exited);
    EXPECT_EQ(result.output, "");
    EXPECT_EQ(result.errors, "");
}

TEST_P(Output, HalfALine) {
    EXPECT_EQ(run({.output = "a line\nand half"}).output, "a line\nand half");
}

TEST_P(Output, BytesThatAreNotUtf8AndNulBytes) {
    const std::string bytes{"{\"\xff\xfe\0\x80\"}\r\n\0", 12};
    EXPECT_EQ(run({.output = bytes}).output, bytes);
}

TEST_P(Output, EveryByteThereIs) {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte)
        bytes += static_cast<char>(byte);
    EXPECT_EQ(run({.output = bytes}).output, bytes);
}

TEST_P(Output, ExactlyAsMuchAsIsAllowed) {
    limits_.max_output = 300'000;
    const auto result = run({.flood_output = 300'000, .output = ""});
    EXPECT_EQ(result.ending, Ending::exited);
    EXPECT_THAT(result.output, SizeIs(300'000));
}

TEST_P(Output, AByteMoreEndsTheCommand) {
    limits_.max_output = 300'000;
    const auto result = run({.flood_output = 300'001, .output = "", .hangs = true});
    EXPECT_EQ(result.ending, Ending::too_much_output);
    EXPECT_THAT(result.output, SizeIs(300'000));
    EXPECT_EQ(result.exit_status, -1);
    EXPECT_LT(result.elapsed, milliseconds{5000});
}

TEST_P(Output, AFloodIsCutOff) {
    limits_.max_output = 1000;
    const auto result = run({.flood_output = 20'000'000});
    EXPECT_EQ(result.ending, Ending::too_much_output);
    EXPECT_THAT(result.output, SizeIs(1000));
}

TEST_P(Output, LoudErrorsAreKeptToTheirEnd) {
    const auto result = run({.flood_errors = 20'000'000, .output = "quiet", .errors = "the last word"});
    EXPECT_EQ(result.ending, Ending::exited);
    EXPECT_EQ(result.output, "quiet");
    EXPECT_THAT(result.errors, SizeIs(limits_.max_errors));
    EXPECT_THAT(result.errors, testing::EndsWith("the last word"));
}

}  // namespace
}  // namespace efm::test
