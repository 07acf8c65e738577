#include "backends/command/confirmation.h"

#include <gtest/gtest.h>

#include <string>

namespace efm {
namespace {

// The questions of published transcripts, word for word.
constexpr auto sure =
    "The primary database will be shut down and a standby will be promoted. Are you sure you want to "
    "continue? [y/N]: ";
constexpr auto anyway = "Would you like to attempt to promote the standby anyway [y/N]: ";
constexpr auto last_prompt =
    "Forcing this promotion may result in data loss - are you sure you want to continue? This is the last "
    "prompt. "
    "[y/N]: ";
constexpr auto vip =
    "The primary agent is not present but the VIP is in use. Before proceeding, you should ensure that the "
    "VIP is not in "
    "use by a node other than the standby node. Are you sure you want to continue? [y/N]: ";

TEST(Confirmation, KnownQuestionsAreToldApart) {
    EXPECT_EQ(classify_question(sure), QuestionKind::routine);
    EXPECT_EQ(classify_question(anyway), QuestionKind::data_loss);
    EXPECT_EQ(classify_question(last_prompt), QuestionKind::data_loss);
    EXPECT_EQ(classify_question(vip), QuestionKind::data_loss);
}

// "Are you sure you want to continue?" alone tells nothing: it ends the harmless and the dangerous question.
TEST(Confirmation, WhatIsNotInTheTableIsUnknown) {
    for (const auto* question :
         {"", "Are you sure you want to continue? [y/N]:", "Delete all data? [y/N]:", "[y/N]:"})
        EXPECT_EQ(classify_question(question), QuestionKind::unknown) << question;
}

TEST(Confirmation, DangerOutweighsRoutineInOneQuestion) {
    EXPECT_EQ(classify_question(std::string{sure} + last_prompt), QuestionKind::data_loss);
}

TEST(Confirmation, OnlyForceAnswersADataLossQuestionAndNothingAnUnknownOne) {
    struct Case {
        QuestionKind kind;
        bool none, routine, force;
    };
    for (const auto& c :
         {Case{QuestionKind::routine, false, true, true}, Case{QuestionKind::data_loss, false, false, true},
          Case{QuestionKind::unknown, false, false, false}}) {
        EXPECT_EQ(is_confirmed(c.kind, Confirmation::none), c.none);
        EXPECT_EQ(is_confirmed(c.kind, Confirmation::routine), c.routine);
        EXPECT_EQ(is_confirmed(c.kind, Confirmation::force), c.force);
    }
}

TEST(Confirmation, OnlyPromoteMayAskByDefault) {
    EXPECT_EQ(default_confirmation("promote"), Confirmation::routine);
    for (const auto* subcommand :
         {"", "allow-node", "stop-cluster", "reset-members", "promotes", "cluster-status"})
        EXPECT_EQ(default_confirmation(subcommand), Confirmation::none) << subcommand;
}

TEST(Confirmation, AQuestionIsPendingOnlyAtTheVeryEnd) {
    EXPECT_EQ(pending_question(std::string{"Some text.\n"} + sure),
              "The primary database will be shut down and a standby will be promoted. Are you sure you want "
              "to continue? "
              "[y/N]:");
    EXPECT_EQ(pending_question(anyway), "Would you like to attempt to promote the standby anyway [y/N]:");
    EXPECT_EQ(pending_question("Sure [y/N]"), "Sure [y/N]");
    EXPECT_EQ(pending_question("one\ntwo [y/N]: y\nthree [y/N]:"), "three [y/N]:");
    EXPECT_EQ(pending_question("Sure [y/N] : \t\r"), "Sure [y/N] :");
}

TEST(Confirmation, NoQuestionNoPendingOne) {
    for (const auto* output : {"", "\n", "text", "Sure [y/N]:\n", "Sure [y/N]:\nPromote command accepted",
                               "Sure [y/N]: y", "Sure [y/N", "Sure [Y/n]:", ":"})
        EXPECT_EQ(pending_question(output), "") << output;
}

// The engine looks after every read, so a question in pieces must be found with its last piece and not
// before.
TEST(Confirmation, AQuestionInPiecesIsFoundWithItsLastPiece) {
    const std::string whole = std::string{"Line\n"} + sure;
    const auto marker = whole.find("[y/N]") + 5;
    for (std::size_t size = 0; size < marker; ++size)
        EXPECT_EQ(pending_question(std::string_view{whole}.substr(0, size)), "") << size;
    for (std::size_t size = marker; size <= whole.size(); ++size)
        EXPECT_EQ(classify_question(pending_question(std::string_view{whole}.substr(0, size))),
                  QuestionKind::routine);
}

}  // namespace
}  // namespace efm
