// A command that asks: what it is answered, and what the caller is told of it.
#include "backends/process/question_watch.h"

#include <csignal>

#include "tests/unit/engine_test.h"

namespace efm::test {
namespace {

const std::string routine =
    "The primary database will be shut down and a standby will be promoted. Continue? [y/N]: ";
const std::string data_loss = "Promoting now may result in data loss. Promote anyway? [y/N]: ";
const std::string unknown = "Do you like it? [y/N]: ";
const std::string data_loss_as_told = "Promoting now may result in data loss. Promote anyway? [y/N]:";
const std::string unknown_as_told = "Do you like it? [y/N]:";

class Question : public EngineTest {
  protected:
    CommandResult ask(std::vector<std::string> words, Confirmation policy) {
        limits_.timeout = std::chrono::seconds{10};
        auto what = request(std::move(words));
        what.confirmation = policy;
        return run_request(what);
    }
    static std::vector<std::string> answers(const CommandResult& result) {
        EXPECT_EQ(result.ending, Ending::exited);
        // An answer is said on the line of its question.
        std::vector<std::string> all;
        for (auto place = result.output.find("answer "); place != std::string::npos;
             place = result.output.find("answer ", place + 1))
            all.push_back(result.output.substr(place + 7, result.output.find('\n', place) - place - 7));
        return all;
    }
};

using testing::ElementsAre;

TEST_F(Question, TheRoutineOneIsAnsweredYesByWhoHasDecided) {
    for (const auto policy : {Confirmation::routine, Confirmation::force}) {
        const auto result = ask({"out=" + routine, "answer"}, policy);
        EXPECT_THAT(answers(result), ElementsAre("y"));
        EXPECT_EQ(result.refused_question, "");
    }
}

TEST_F(Question, DataLossIsAcceptedByForceOnly) {
    auto result = ask({"out=" + data_loss, "answer"}, Confirmation::routine);
    EXPECT_THAT(answers(result), ElementsAre("n"));
    EXPECT_EQ(result.refused_question, data_loss_as_told);

    result = ask({"out=" + data_loss, "answer"}, Confirmation::force);
    EXPECT_THAT(answers(result), ElementsAre("y"));
    EXPECT_EQ(result.refused_question, "");
}

TEST_F(Question, AnUnknownOneIsNeverAccepted) {
    for (const auto policy : {Confirmation::routine, Confirmation::force}) {
        const auto result = ask({"out=" + unknown, "answer"}, policy);
        EXPECT_THAT(answers(result), ElementsAre("n"));
        EXPECT_EQ(result.refused_question, unknown_as_told);
    }
}

TEST_F(Question, WithoutAPolicyTheCommandFindsNobodyThere) {
    const auto result = ask({"out=" + routine, "answer"}, Confirmation::none);
    EXPECT_THAT(answers(result), ElementsAre("end of file"));
    EXPECT_EQ(result.refused_question, "");
}

TEST_F(Question, OneAfterTheOtherEachGetsItsAnswer) {
    const auto result = ask({"out=" + routine, "answer", "out=" + data_loss, "answer"}, Confirmation::force);
    EXPECT_THAT(answers(result), ElementsAre("y", "y"));
}

TEST_F(Question, TheNextMayStandOnTheSameLine) {
    const auto result =
        ask({"out=" + routine, "quiet-answer", "out=" + data_loss, "answer"}, Confirmation::routine);
    EXPECT_THAT(answers(result), ElementsAre("n"));
    EXPECT_EQ(result.refused_question, data_loss_as_told) << "without the question before it";
}

TEST_F(Question, AfterARefusalNothingIsAnsweredAnyMore) {
    const auto result = ask({"out=" + unknown, "answer", "out=" + routine, "answer"}, Confirmation::force);
    EXPECT_THAT(answers(result), ElementsAre("n", "end of file"));
    EXPECT_EQ(result.refused_question, unknown_as_told);
}

TEST_F(Question, MayComeInSeveralWrites) {
    const auto result = ask(
        {"out=The primary database will be shut ", "sleep=20", "out=down and a standby will be promoted. [",
         "sleep=20", "out=y/", "sleep=20", "out=N]", "sleep=20", "out= ", "answer"},
        Confirmation::routine);
    EXPECT_THAT(answers(result), ElementsAre("y"));
}

TEST_F(Question, MayComeOnStandardError) {
    const auto result =
        ask({"err=" + routine, "answer", "err=" + data_loss, "answer"}, Confirmation::routine);
    EXPECT_THAT(answers(result), ElementsAre("y", "n"));
    EXPECT_EQ(result.refused_question, data_loss_as_told);
}

TEST_F(Question, AMarkInsideALineIsNoQuestion) {
    const auto result = ask({"out=use [y/N] to answer\n", "out=" + routine, "answer"}, Confirmation::routine);
    EXPECT_THAT(answers(result), ElementsAre("y"));
    EXPECT_EQ(result.refused_question, "");
}

TEST_F(Question, MayFollowLoudOutput) {
    const auto result = ask({"flood-err=1000000", "flood-out=1000000", "out=\n" + routine, "answer",
                             "err=\n" + data_loss, "answer"},
                            Confirmation::force);
    EXPECT_THAT(answers(result), ElementsAre("y", "y"));
}

TEST_F(Question, ACommandThatEndsWithoutReadingHarmsNobody) {
    // The host ignores SIGPIPE; the answer goes nowhere.
    std::signal(SIGPIPE, SIG_IGN);
    for (int attempt = 0; attempt < 20; ++attempt) {
        const auto result = ask({"close=0", "out=" + routine, "exit=3"}, Confirmation::routine);
        EXPECT_EQ(result.exit_status, 3);
    }
    std::signal(SIGPIPE, SIG_DFL);
}

}  // namespace
}  // namespace efm::test
