// The calls that the fake has received: that each is kept, whatever becomes of it, and what is made of an
// expectation.

#include <sys/stat.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <stdexcept>
#include <thread>

#include "mocks/fake/calls_expectation.h"
#include "mocks/fake/calls_ledger.h"
#include "mocks/fake/control.h"
#include "mocks/fake/secret.h"
#include "mocks/fake/utf8.h"
#include "tests/unit/fake_fixture.h"

namespace efm::fake {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class FakeCallsTest : public FakeTest {
  protected:
    std::vector<Call> calls() const { return CallLedger{installation_.state_file, false}.read().calls; }
    std::string calls_file() const { return installation_.state_file + ".calls"; }

    Played show() {
        RecordingConsole console;
        const auto ended = show_calls(installation_, console);
        return {ended, console.output, console.errors};
    }
    Played verify(const std::string& expectation) {
        RecordingConsole console;
        const auto ended = verify_calls(installation_, expectation, console);
        return {ended, console.output, console.errors};
    }
    void allow(const std::string& address) { play({"allow-node", "efm", address}); }
};

TEST_F(FakeCallsTest, EachIsShownWithItsWordsAndItsEnd) {
    set_healthy_with(R"(, "faults": [{"subcommand": "resume", "output": "", "exit_status": 7}])");
    play({"allow-node", "efm", "10.0.0.9"});
    play_on("10.0.0.2", {"resume", "efm"});
    play({"decrypt"});
    const auto shown = show();
    EXPECT_EQ(shown.ended.exit_status, 0);
    EXPECT_THAT(shown.output, HasSubstr(R"("node":"10.0.0.1","subcommand":"allow-node","cluster":"efm",)"
                                        R"("arguments":["10.0.0.9"],"exit_status":0,"duration_ms":)"));
    EXPECT_THAT(shown.output,
                HasSubstr(R"("node":"10.0.0.2","subcommand":"resume","cluster":"efm","arguments":[],)"
                          R"("fault":0,"exit_status":7)"));
    EXPECT_THAT(shown.output, HasSubstr(R"("subcommand":"decrypt","arguments":[],"exit_status":1)"));
    EXPECT_EQ(std::count(shown.output.begin(), shown.output.end(), '\n'), 3);
}

TEST_F(FakeCallsTest, ResetForgetsThem) {
    allow("10.0.0.9");
    RecordingConsole console;
    reset_fake_efm(installation_, console);
    EXPECT_EQ(show().output, "");
    EXPECT_FALSE(std::filesystem::exists(calls_file()));
}

TEST_F(FakeCallsTest, TheTimeIsThatOfTheFakesClock) {
    set_healthy_with(R"(, "clock": "stepped")");
    status();
    RecordingConsole console;
    apply_event(installation_, R"({"event": "advance_clock", "ms": 5000})", console);
    EXPECT_EQ(console.errors, "");
    status();
    const auto all = calls();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].time_ms, 0);
    EXPECT_EQ(all[1].time_ms, 5000);
}

TEST_F(FakeCallsTest, OneThatIsStoppedWhileItWaitsIsKept) {
    set_healthy_with(R"(, "faults": [{"hang": true}])");
    status();
    ASSERT_EQ(calls().size(), 1U);
    EXPECT_TRUE(calls().front().end->stopped);
    EXPECT_THAT(show().output, HasSubstr("\"stopped\":true"));
}

// What a process that is killed in the middle leaves behind: an exception stands for its sudden end.
TEST_F(FakeCallsTest, OneThatNeverEndsIsKept) {
    set_healthy_with(R"(, "faults": [{"delay_ms": 10}])");
    RecordingConsole console;
    console.on_pause = []() -> bool { throw std::runtime_error{"killed"}; };
    EXPECT_THROW(play({"promote", "efm"}, console), std::runtime_error);
    ASSERT_EQ(calls().size(), 1U);
    EXPECT_FALSE(calls().front().end);
    EXPECT_THAT(show().output, HasSubstr("\"ended\":false"));
    EXPECT_EQ(verify(R"({"exactly": 1, "subcommand": "promote"})").ended.exit_status, 0);
}

TEST_F(FakeCallsTest, ASignalIsKept) {
    set_healthy_with(R"(, "faults": [{"signal": 9}])");
    status();
    EXPECT_EQ(calls().front().end->signal, 9);
}

TEST_F(FakeCallsTest, ThePresetOfItsRuleIsNamed) {
    set_healthy_with(R"(, "faults": [{"preset": "empty"}])");
    status();
    EXPECT_THAT(show().output, HasSubstr(R"("fault":0,"preset":"empty")"));
}

TEST_F(FakeCallsTest, NoSecretAndNoBadByteGoesIn) {
    play({"allow-node", "efm", "password=hunter2", "a\xff", "postgres://efm:hunter2@10.0.0.1/edb"});
    const auto text = read(calls_file());
    EXPECT_THAT(text, Not(HasSubstr("hunter2")));
    EXPECT_THAT(calls().front().arguments,
                ElementsAre("password=***", "a\\xff", "postgres://efm:***@10.0.0.1/edb"));
}

TEST_F(FakeCallsTest, FromManyAtOnceNoneIsLost) {
    constexpr int threads = 8;
    constexpr int calls_of_each = 50;
    std::vector<std::thread> callers;
    for (int caller = 0; caller < threads; ++caller) {
        callers.emplace_back([this] {
            for (int call = 0; call < calls_of_each; ++call) {
                RecordingConsole console;
                run_fake_efm(installation_, {"cluster-status", "efm"}, console);
            }
        });
    }
    for (auto& caller : callers)
        caller.join();
    EXPECT_EQ(verify(R"({"exactly": 400, "subcommand": "cluster-status"})").errors, "");
}

TEST_F(FakeCallsTest, ACallThatCannotBeKeptGoesOnAndIsKnown) {
    std::filesystem::create_directory(calls_file());
    EXPECT_EQ(play({"allow-node", "efm", "10.0.0.9"}).ended.exit_status, 0);
    EXPECT_THAT(allowed(), HasSubstr("10.0.0.9"));
    const auto verified = verify(R"({"never": true, "subcommand": "promote"})");
    EXPECT_EQ(verified.ended.exit_status, fake_failed);
    EXPECT_THAT(verified.errors, HasSubstr("cannot tell: "));
    std::filesystem::remove(calls_file());
    EXPECT_EQ(verify(R"({"never": true, "subcommand": "promote"})").ended.exit_status, fake_failed)
        << "still: one is missing";
    RecordingConsole console;
    reset_fake_efm(installation_, console);
    EXPECT_EQ(verify(R"({"never": true, "subcommand": "promote"})").ended.exit_status, 0);
}

TEST_F(FakeCallsTest, ALineThatIsNoneIsADoubt) {
    allow("10.0.0.9");
    write(calls_file(), read(calls_file()) + "{\"call\":\"1");
    EXPECT_EQ(verify(R"({"never": true, "subcommand": "promote"})").ended.exit_status, fake_failed);
}

// More than fits: the oldest go, and what is left is no ground for a verdict.
TEST_F(FakeCallsTest, TheyAreBounded) {
    const CallLedger ledger{installation_.state_file, false};
    const std::string word(100'000, 'x');
    for (int index = 0; index < 100; ++index)
        ledger.begin(begin_call({"allow-node", "efm", word}));
    EXPECT_EQ(ledger.read().calls.size(), 100U);
    EXPECT_EQ(ledger.read().doubt, "") << "10 MB fit";
    for (int index = 0; index < 200; ++index)
        ledger.begin(begin_call({"allow-node", "efm", word}));
    EXPECT_THAT(ledger.read().doubt, HasSubstr("not all calls could be kept"));
    const auto size =
        std::filesystem::file_size(calls_file()) + std::filesystem::file_size(calls_file() + ".old");
    EXPECT_LT(size, 17U * 1024 * 1024);
}

TEST_F(FakeCallsTest, WhoMayUseTheStateMayAddToThem) {
    write(installation_.state_file, "");
    chmod(installation_.state_file.c_str(), 0666);
    status();
    struct stat found {};
    ASSERT_EQ(stat(calls_file().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0666U);
}

TEST_F(FakeCallsTest, CountsAreVerified) {
    allow("10.0.0.8");
    allow("10.0.0.9");
    for (const std::string good :
         {R"({"exactly": 2, "subcommand": "allow-node"})", R"({"exactly": 1, "arguments": ["10.0.0.9"]})",
          R"({"exactly": 2, "subcommand": "allow-node", "cluster": "efm", "arguments": ["*"]})",
          R"({"at_least": 1, "subcommand": "*"})", R"({"at_most": 2, "subcommand": "allow-node"})",
          R"({"never": true, "subcommand": "promote"})",
          R"({"never": true, "subcommand": "allow-node", "cluster": "other"})",
          R"({"never": true, "subcommand": "allow-node", "arguments": []})"})
        EXPECT_EQ(verify(good).errors, "") << good;
    for (const std::string bad :
         {R"({"exactly": 1, "subcommand": "allow-node"})", R"({"exactly": 0, "subcommand": "allow-node"})",
          R"({"at_least": 3, "subcommand": "allow-node"})", R"({"at_most": 1, "subcommand": "allow-node"})",
          R"({"never": true, "arguments": ["10.0.0.9"]})", R"({"exactly": 1, "subcommand": "promote"})"})
        EXPECT_EQ(verify(bad).ended.exit_status, 1) << bad;
}

TEST_F(FakeCallsTest, TheNearestCallIsShownWithTheWordsThatDiffer) {
    status();
    play({"set-priority", "efm", "10.0.0.2", "1"});
    play({"set-priority", "efm", "10.0.0.3", "2"});
    const auto verified = verify(
        R"({"exactly": 1, "subcommand": "set-priority", "cluster": "efm", "arguments": ["10.0.0.3", "1"]})");
    EXPECT_EQ(verified.ended.exit_status, 1);
    EXPECT_EQ(verified.errors,
              "mock-efm: expected exactly once: set-priority efm 10.0.0.3 1\n"
              "mock-efm: found: never, among 3 calls\n"
              "mock-efm: nearest call: set-priority efm 10.0.0.2 1\n"
              "mock-efm:     arguments[0]: expected 10.0.0.3, found 10.0.0.2\n");
}

TEST_F(FakeCallsTest, AnOrderIsVerifiedWithOthersBetween) {
    allow("10.0.0.9");
    status();
    play({"promote", "efm", "-switchover"});
    EXPECT_EQ(verify(R"({"order": [{"subcommand": "allow-node"}, {"subcommand": "promote"}]})").errors, "");
    const auto verified = verify(R"({"order": [{"subcommand": "promote"}, {"subcommand": "allow-node"}]})");
    EXPECT_EQ(verified.ended.exit_status, 1);
    EXPECT_THAT(verified.errors, HasSubstr("as number 2 of the order: allow-node ..."));
    EXPECT_THAT(verified.errors, HasSubstr("only earlier"));
    EXPECT_EQ(
        verify(R"({"order": [{"subcommand": "promote"}, {"subcommand": "promote"}]})").ended.exit_status, 1)
        << "a call counts once";
}

TEST_F(FakeCallsTest, AMistakeInAnExpectationIsNoVerdict) {
    for (const std::string mistaken :
         {"", "[]", "{}", R"({"exactly": 1, "never": true})", R"({"exactly": -1})", R"({"never": false})",
          R"({"order": []})", R"({"order": [{"subcomand": "x"}]})", R"({"exactly": 1, "arguments": [1]})",
          R"({"exactly": 1, "exactly": 2})"}) {
        const auto verified = verify(mistaken);
        EXPECT_EQ(verified.ended.exit_status, fake_failed) << mistaken;
        EXPECT_THAT(verified.errors, HasSubstr("mock-efm: expectation: ")) << mistaken;
    }
}

TEST(MaskSecrets, HidesWhatLooksLikeOneAndNothingElse) {
    const std::vector<std::pair<std::string, std::string>> masked{
        {"user=efm password=a'b c", "user=efm password=*** c"},
        {"password='a b' x", "password='***' x"},
        {"password=''b x", "password=*** x"},
        {R"(password='a\'b c' x)", "password='***' x"},
        {"password='a b", "password=***"},
        {"PGPASSWORD=x&y", "PGPASSWORD=***"},
        {"?user=a&password=x&ssl=true b", "?user=a&password=***&ssl=true b"},
        {"secret=abc,def x", "secret=*** x"},
        {"db.password.encrypted=0aF", "db.password.encrypted=***"},
        {"password: a b", "password: *** b"},
        {"password = a b", "password = *** b"},
        {"--password a b", "--password *** b"},
        {"-password='a b' c", "-password='***' c"},
        {"ALTER USER efm PASSWORD 'it''s' VALID", "ALTER USER efm PASSWORD '***' VALID"},
        {R"({"password":"a\"b","user":"c"})", R"({"password":"***","user":"c"})"},
        {R"({\"password\" : \"a\\\"b\",\"user\":\"c\"})", R"({\"password\" : \"***\",\"user\":\"c\"})"},
        {R"({"password":123,"user":"c"})", R"({"password":***,"user":"c"})"},
        {R"(wrong "host=x password=a"b" here)", R"(wrong "host=x password=***" here)"},
        {"code 0123456789abcdef0123456789ABCDEF.", "code ***."},
        {"postgres://u:p@ss@host/db", "postgres://u:***@host/db"},
        {"postgres://u:p/s?s@host/db", "postgres://u:***@host/db"},
        {R"(jdbc:edb:\/\/u:p@host\/db)", R"(jdbc:edb:\/\/u:***@host\/db)"}};
    for (const auto& [text, wanted] : masked) {
        EXPECT_EQ(mask_secrets(text), wanted) << text;
        EXPECT_EQ(mask_secrets(wanted), wanted) << wanted;
    }
    for (const std::string kept :
         {"allow-node efm 10.0.0.9", "http://host:80/a@b", R"(https:\/\/host:80\/a@b)",
          "http://[fd00::7]:80/a@b", "0/5000148", "FATAL: password authentication failed for user \"efm\"",
          "sudo: a password is required", "Password: \nnext"})
        EXPECT_EQ(mask_secrets(kept), kept);
}

TEST(MaskSecrets, AWordMayBeTheValueOfTheOneBefore) {
    const std::vector<std::string> words{"x", "--password", "a b", "c", "secret:", "d", "-token=e", "f"};
    const std::vector<std::string> wanted{"x", "--password", "***", "c", "secret:", "***", "-token=***", "f"};
    EXPECT_EQ(mask_secrets(words), wanted);
}

TEST(Utf8, KnowsWhatItIs) {
    for (const std::string good : {"", "a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"})
        EXPECT_TRUE(is_utf8(good)) << good;
    for (const std::string bad : {"\x80", "\xC0\x80", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80",
                                  "\xF4\x90\x80\x80", "\xFF", "a\xE2\x82"})
        EXPECT_FALSE(is_utf8(bad)) << as_utf8(bad);
    EXPECT_EQ(as_utf8("a\xFF\xC3\xA9"), "a\\xff\xC3\xA9");
}

}  // namespace
}  // namespace efm::fake
