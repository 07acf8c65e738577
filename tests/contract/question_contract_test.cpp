// A command that asks before it acts: what it is answered under each policy.
#include "tests/contract/contract_test.h"

namespace efm::test {
namespace {

using std::chrono::milliseconds;

const std::string routine =
    "The primary database will be shut down and a standby will be promoted. Continue? [y/N]: ";
const std::string data_loss = "Promotion may result in data loss. Promote anyway? [y/N]: ";
const std::string unknown = "The moon is full. Continue? [y/N]: ";

std::string without_blank(std::string text) {
    text.pop_back();
    return text;
}

class Questions : public Contract {
  protected:
    CommandResult ask(const std::string& question, Confirmation policy) {
        auto asking = command();
        asking.confirmation = policy;
        limits_.timeout = milliseconds{10'000};
        auto result = runner_.that_does({.question = question, .output = "accepted\n", .exit_status = 0})
                          .run(asking, limits_, waiter_);
        EXPECT_EQ(result.ending, Ending::exited);
        return result;
    }
    void expect_accepted(const std::string& question, Confirmation policy) {
        const auto result = ask(question, policy);
        EXPECT_EQ(result.exit_status, 0);
        EXPECT_EQ(result.output, question + "accepted\n");
        EXPECT_EQ(result.refused_question, "");
    }
    void expect_refused(const std::string& question, Confirmation policy) {
        const auto result = ask(question, policy);
        EXPECT_EQ(result.exit_status, 1);
        EXPECT_EQ(result.output, question);
        EXPECT_EQ(result.refused_question, without_blank(question));
    }
};

INSTANTIATE_TEST_SUITE_P(Contract, Questions, every_runner, name_of_kind);

TEST_P(Questions, WhoHasDecidedAcceptsTheRoutineOne) {
    expect_accepted(routine, Confirmation::routine);
    expect_accepted(routine, Confirmation::force);
}

TEST_P(Questions, OnlyForceAcceptsDataLoss) {
    expect_refused(data_loss, Confirmation::routine);
    expect_accepted(data_loss, Confirmation::force);
}

TEST_P(Questions, NobodyAcceptsAnUnknownOne) {
    expect_refused(unknown, Confirmation::routine);
    expect_refused(unknown, Confirmation::force);
}

TEST_P(Questions, WithoutAPolicyNobodyIsThereToAnswer) {
    const auto result = ask(routine, Confirmation::none);
    EXPECT_EQ(result.exit_status, 1);
    EXPECT_EQ(result.output, routine);
    EXPECT_EQ(result.refused_question, "") << "it was not refused, but not heard";
}

TEST_P(Questions, ACommandThatAsksNothingIsNotDisturbedByAPolicy) {
    auto asking = command();
    asking.confirmation = Confirmation::force;
    const auto result =
        runner_.that_does({.output = "y/N\n", .exit_status = 2}).run(asking, limits_, waiter_);
    EXPECT_EQ(result.exit_status, 2);
    EXPECT_EQ(result.output, "y/N\n");
    EXPECT_EQ(result.refused_question, "");
}

}  // namespace
}  // namespace efm::test
