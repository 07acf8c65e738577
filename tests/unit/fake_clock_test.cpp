// The fake's time: transitions at a moment or after so many calls, WAL that moves, and that it does not
// matter in how many steps it is looked at.

#include <unistd.h>

#include "mocks/fake/wal.h"
#include "tests/unit/fake_fixture.h"

namespace efm::fake {
namespace {

using testing::HasSubstr;
using testing::Not;

class FakeClockTest : public FakeTest {
  protected:
    /// A stepped clock, and these transitions.
    void set_transitions(const std::string& transitions, const std::string& more_keys = {}) {
        set_healthy_with(R"(, "clock": "stepped", "transitions": [)" + transitions + "]" + more_keys);
    }
    bool shows(const std::string& message) {
        return status().find("\t" + message + "\n") != std::string::npos;
    }
    static std::string message(const std::string& text, const std::string& when = {}) {
        return R"({"event": "message", "text": ")" + text + "\"" + (when.empty() ? "" : ", ") + when + "}";
    }
};

TEST_F(FakeClockTest, SteppedClockStandsStill) {
    set_transitions(message("later", R"("at_ms": 1)"));
    EXPECT_THAT(shown_state(),
                HasSubstr(R"("clock":{"kind":"stepped","now_ms":0,"began_ms":0,"offset_ms":0})"));
    usleep(5000);
    EXPECT_FALSE(shows("later"));
    pass(1);
    EXPECT_TRUE(shows("later"));
    EXPECT_THAT(shown_state(), HasSubstr(R"("now_ms":1)"));
}

TEST_F(FakeClockTest, RealClockGoesOnAndCanBeMoved) {
    set_healthy_with(R"(, "transitions": [)" + message("soon", R"("at_ms": 3)") + ", " +
                     message("in an hour", R"("at_ms": 3600000)") + "]");
    status();
    for (int time = 0; time < 2000 && !shows("soon"); ++time)
        usleep(1000);
    EXPECT_TRUE(shows("soon"));
    EXPECT_FALSE(shows("in an hour"));
    pass(3'600'000);
    EXPECT_TRUE(shows("in an hour"));
}

TEST_F(FakeClockTest, ResetBeginsAnew) {
    set_transitions(message("then", R"("at_ms": 100)"));
    pass(100);
    EXPECT_TRUE(shows("then"));
    RecordingConsole console;
    EXPECT_EQ(reset_fake_efm(installation_, console).exit_status, 0);
    EXPECT_FALSE(shows("then"));
    pass(99);
    EXPECT_FALSE(shows("then"));
    pass(1);
    EXPECT_TRUE(shows("then"));
}

TEST_F(FakeClockTest, AtOnceAndInTheOrderOfTheFile) {
    set_transitions(message("one") + "," + message("three", R"("at_ms": 5)") + "," +
                    message("two", R"("at_ms": 0)") + "," + message("four", R"("at_ms": 5)"));
    pass(5);
    EXPECT_THAT(status(), HasSubstr("\tone\n\ttwo\n\tthree\n\tfour\n"));
    pass(5);
    EXPECT_THAT(status(), HasSubstr("\tone\n\ttwo\n\tthree\n\tfour\n")) << "each happens once";
}

TEST_F(FakeClockTest, AfterCalls) {
    set_transitions(
        message("after two", R"("after_calls": {"count": 2})") + "," +
        message("after a json", R"("after_calls": {"count": 1, "subcommand": "cluster-status-json"})"));
    EXPECT_THAT(status(), Not(HasSubstr("after two")));
    EXPECT_THAT(status(), Not(HasSubstr("after two"))) << "the second call does not see it yet";
    EXPECT_THAT(shown_state(), HasSubstr("after two")) << "and whoever comes next does";
    EXPECT_THAT(shown_state(), HasSubstr("after two"));
    EXPECT_THAT(status(), Not(HasSubstr("after a json")));
    EXPECT_THAT(status_json(), Not(HasSubstr("after a json")));
    EXPECT_THAT(status(), HasSubstr("\tafter two\n\tafter a json\n"));
}

TEST_F(FakeClockTest, CallsMayAdvanceTheClock) {
    set_transitions(R"({"event": "advance_clock", "ms": 1000, "after_calls": {"count": 1}},)" +
                    message("a second later", R"("at_ms": 1000)"));
    EXPECT_FALSE(shows("a second later"));
    EXPECT_TRUE(shows("a second later"));
}

// A promotion begins at 1 s and ends at 2 s; what happens between finds it between, in one look at the end.
TEST_F(FakeClockTest, MomentsAreNeverSkipped) {
    set_transitions(
        R"({"event": "database_fails", "node": "10.0.0.1", "declared_after_ms": 500, "at_ms": 500},
           {"event": "node_changes", "node": "10.0.0.3", "info": "while it was promoted", "at_ms": 1500},
           {"event": "node_changes", "node": "10.0.0.2", "role": "Idle", "at_ms": 1600},
           {"event": "node_changes", "node": "10.0.0.2", "info": "as a primary", "at_ms": 2100})",
        R"(, "promotion_ms": 1000)");
    pass(10'000);
    EXPECT_EQ(row("10.0.0.2"), "Primary 10.0.0.2 UP 10.0.0.100*");
    EXPECT_THAT(
        shown_state(),
        HasSubstr(R"({"has_happened":true,"calls":0,"refused":"10.0.0.2 takes part in a promotion"})"))
        << "at 1.6 s it was being promoted";
    EXPECT_THAT(status(), HasSubstr("while it was promoted"));
}

TEST_F(FakeClockTest, StepsDoNotMatter) {
    const std::string transitions =
        R"({"event": "standby_lags", "node": "10.0.0.3", "at_ms": 1000},
           {"event": "node_fails", "node": "10.0.0.1", "at_ms": 2000},
           {"event": "node_returns", "node": "10.0.0.1", "at_ms": 70000},
           {"event": "standby_catches_up", "node": "10.0.0.3", "at_ms": 90000})";
    const std::string keys = R"(, "promotion_ms": 12345, "wal_bytes_per_second": 1333)";
    set_transitions(transitions, keys);
    pass(99'999);
    const auto in_one = shown_state();
    RecordingConsole console;
    reset_fake_efm(installation_, console);
    for (int time = 0; time < 303; ++time)
        pass(330);
    pass(9);
    EXPECT_EQ(shown_state(), in_one);
    EXPECT_THAT(in_one, HasSubstr("\"10.0.0.2\",\"role\":\"Primary\""));
    EXPECT_THAT(in_one, HasSubstr("\"10.0.0.1\",\"role\":\"Idle\""));
}

// E-11
TEST_F(FakeClockTest, WalMovesAndStandbysKeepTheirDistance) {
    set_scenario(R"({"clock": "stepped", "wal_bytes_per_second": 256, "nodes": [
        {"address": "a", "role": "Primary", "replayed": "0/1000"},
        {"address": "b", "role": "Standby", "replayed": "0/1000"},
        {"address": "c", "role": "Standby", "received": "0/F00", "replayed": "0/E00"},
        {"address": "d", "role": "Standby", "replayed": "0/1000", "receives": false},
        {"address": "e", "role": "Standby", "replayed": "0/1000", "replays": false}]})");
    const auto locations = [&](const std::string& received, const std::string& replayed) {
        return R"("xlogReceive":")" + received + R"(","xlog":")" + replayed + "\"";
    };
    pass(500);
    EXPECT_THAT(status_json(), HasSubstr(locations("0\\/1080", "0\\/1080")));
    pass(500);
    const auto json = status_json();
    EXPECT_THAT(json, HasSubstr(locations("0\\/1100", "0\\/1100"))) << "primary, and b";
    EXPECT_THAT(json, HasSubstr(locations("0\\/1000", "0\\/F00"))) << "c";
    EXPECT_THAT(json, HasSubstr(locations("0\\/1000", "0\\/1000"))) << "d receives nothing";
    EXPECT_THAT(json, HasSubstr(locations("0\\/1100", "0\\/1000"))) << "e replays nothing";
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 1);
    for (const std::string node : {"c", "d", "e"})
        happens(R"({"event": "standby_catches_up", "node": ")" + node + "\"}");
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);
    pass(123'456);
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0) << "in sync while it moves";
}

TEST_F(FakeClockTest, WalSurvivesAPromotion) {
    set_healthy_with(R"(, "clock": "stepped", "promotion_ms": 1000, "wal_bytes_per_second": 1000)");
    pass(10'000);
    play({"promote", "efm", "-switchover"});
    pass(1000);
    // 0x5000148 and 10000 bytes: nothing is written while there is no primary.
    EXPECT_THAT(status(), HasSubstr("\tPrimary     10.0.0.2                                0/5002858"));
    pass(1000);
    EXPECT_THAT(status(), HasSubstr("\tPrimary     10.0.0.2                                0/5002C40"));
    EXPECT_EQ(play({"cluster-status", "efm"}).ended.exit_status, 0);
}

TEST(FakeWal, NoPartOfAByteIsLost) {
    for (const std::int64_t rate : {1, 3, 333, 1'000'000'000}) {
        std::uint64_t sum = 0;
        for (std::int64_t at = 0; at < 10'003; at += 7)
            sum += wal_between(rate, at, at + 7);
        EXPECT_EQ(sum, static_cast<std::uint64_t>(10'003 * rate / 1000)) << rate;
    }
}

TEST_F(FakeClockTest, MistakesInTransitions) {
    const auto mistake = [&](const std::string& transition) {
        set_transitions(transition);
        const auto played = play({"cluster-status", "efm"});
        EXPECT_EQ(played.ended.exit_status, fake_failed) << transition;
        return played.errors;
    };
    EXPECT_THAT(mistake(R"({"event": "explodes"})"),
                HasSubstr("transitions[0].event: expected one of advance_clock, database_fails, "));
    EXPECT_THAT(mistake(R"({"at_ms": 5})"), HasSubstr("transitions[0].event: expected one of "));
    EXPECT_THAT(mistake(R"({"event": "agent_fails", "node": "10.0.0.9"})"),
                HasSubstr(R"(transitions[0].node: expected the address of a node, found "10.0.0.9")"));
    EXPECT_THAT(mistake(R"({"event": "agent_fails"})"),
                HasSubstr("transitions[0].node: expected the address of a node, it is missing"));
    EXPECT_THAT(mistake(R"({"event": "network_heals", "node": "10.0.0.1"})"),
                HasSubstr("transitions[0].node: unknown key"));
    EXPECT_THAT(mistake(R"({"event": "network_heals", "at_ms": 1, "after_calls": {"count": 1}})"),
                HasSubstr("transitions[0].at_ms: expected no \"after_calls\" beside it"));
    EXPECT_THAT(mistake(R"({"event": "network_heals", "after_calls": {}})"),
                HasSubstr("transitions[0].after_calls.count: expected a whole number"));
    EXPECT_THAT(mistake(R"({"event": "network_heals", "after_calls": {"count": 1, "calls": 1}})"),
                HasSubstr("transitions[0].after_calls.calls: unknown key"));
}

TEST_F(FakeClockTest, LaterTransitionsKnowWhoHasJoined) {
    set_transitions(
        R"({"event": "node_joins", "node": {"address": "10.0.0.5", "role": "Standby"}, "at_ms": 10},
                       {"event": "agent_stops", "node": "10.0.0.5", "at_ms": 20})",
        R"(, "allowed_nodes": ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"])");
    pass(10);
    EXPECT_EQ(row("10.0.0.5"), "Standby 10.0.0.5 UP 10.0.0.100");
    EXPECT_EQ(play_on("10.0.0.5", {"cluster-status", "efm"}).ended.exit_status, 0)
        << "and may be the local node";
    pass(10);
    EXPECT_THAT(status(), Not(HasSubstr("\tStandby     10.0.0.5")));
}

}  // namespace
}  // namespace efm::fake
