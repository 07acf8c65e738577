#include "backends/efm/properties_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

namespace efm {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::IsEmpty;

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs parsed(std::string_view bytes) {
    auto result = parse_properties(bytes);
    if (const auto* error = std::get_if<PropertiesError>(&result))
        return {{"ERROR", error->reason}};
    Pairs pairs;
    for (auto& property : std::get<std::vector<Property>>(result))
        pairs.emplace_back(std::move(property.name), std::move(property.value));
    return pairs;
}

// That all of this is what Java does is proved by properties_java_test.sh; here is what a reader should know
// of it.
TEST(ParseProperties, WhatAnEfmFileLooksLike) {
    EXPECT_EQ(
        parsed(
            "# comment\n\ndb.user=efm\ndb.port = 5444\njvm.options=-Xmx128m -Dfoo=bar\n  log.dir:/var/log\n"
            "auto.failover true\nuser.email=\nscript.fence\n"),
        (Pairs{{"db.user", "efm"},
               {"db.port", "5444"},
               {"jvm.options", "-Xmx128m -Dfoo=bar"},
               {"log.dir", "/var/log"},
               {"auto.failover", "true"},
               {"user.email", ""},
               {"script.fence", ""}}));
}

TEST(ParseProperties, ValuesKeepTheirTrailingBlanksAndFurtherSeparators) {
    EXPECT_EQ(parsed("a = b = c : d  \nb==x\nc=:x\nd \t = \f x"),
              (Pairs{{"a", "b = c : d  "}, {"b", "=x"}, {"c", ":x"}, {"d", "x"}}));
}

TEST(ParseProperties, CommentsAndLineEndsOfEveryKind) {
    EXPECT_EQ(parsed("!a=1\r\n \t#b=2\rc=3\r\r\nd=4\n#e=5\\\nf=6"),
              (Pairs{{"c", "3"}, {"d", "4"}, {"f", "6"}}));
    EXPECT_EQ(parsed("a#b=c!d"), (Pairs{{"a#b", "c!d"}}));
}

TEST(ParseProperties, ContinuedLines) {
    EXPECT_EQ(parsed("a=b\\\n   c\\\r\n\td\\\\\ne=f"), (Pairs{{"a", "bcd\\"}, {"e", "f"}}));
    EXPECT_EQ(parsed("a\\\n =b\\\n\nc=d\\"), (Pairs{{"a", "b"}, {"c", "d"}}));
    EXPECT_EQ(parsed("a=b\\\n#c\nd=e"), (Pairs{{"a", "b#c"}, {"d", "e"}}));
}

// Java's one oddity: a lone backslash at the end of the file is an entry, unless two bytes end its line.
TEST(ParseProperties, ALoneBackslashAtTheEnd) {
    for (const auto* bytes : {"\\", "\\\n", "\\\r"})
        EXPECT_EQ(parsed(bytes), (Pairs{{"", ""}})) << bytes;
    for (const auto* bytes : {"\\\r\n", "\\\n\n", "\\\n ", "\\\n#"})
        EXPECT_THAT(parsed(bytes), IsEmpty()) << bytes;
}

TEST(ParseProperties, Escapes) {
    EXPECT_EQ(parsed(R"(a\ b\=c\:d=\t\n\r\f\q\\\"\z)"), (Pairs{{"a b=c:d", "\t\n\r\fq\\\"z"}}));
    EXPECT_EQ(parsed(R"(\#a=\u0041\u00e9\u20AC\uD83D\uDE00)"), (Pairs{{"#a", "A\u00e9\u20ac\U0001f600"}}));
    EXPECT_EQ(parsed(R"(a=\ud83d)"), (Pairs{{"a", "\ufffd"}}));
    EXPECT_EQ(parsed(R"(a=\u0000b)"), (Pairs{{"a", "\0b"s}}));
}

TEST(ParseProperties, BytesAreLatin1AndComeOutAsUtf8) {
    EXPECT_EQ(parsed("stra\xdf\x65=\xe4\xff\x80"), (Pairs{{"stra\u00dfe", "\u00e4\u00ff\u0080"}}));
    EXPECT_EQ(parsed("a=\xc3\xa4"), (Pairs{{"a", "\u00c3\u00a4"}}));
}

TEST(ParseProperties, TheLastOfSeveralWinsInThePlaceOfTheFirst) {
    EXPECT_EQ(parsed("a=1\nb=2\na=3\n\\u0061=4"), (Pairs{{"a", "4"}, {"b", "2"}}));
}

TEST(ParseProperties, AMalformedEscapeIsAnErrorWithItsLine) {
    for (const auto* bad : {"\\u", "\\u12", "\\u123", "\\u123g", "\\uu0041", "\\u 041", "\\u+041"}) {
        EXPECT_EQ(parsed("a=1\n#\nb=\\\n"s + bad + "\nc=2"),
                  (Pairs{{"ERROR", "malformed \\uxxxx encoding in line 3"}}))
            << bad;
    }
    EXPECT_EQ(parsed("a\\u00=41"), (Pairs{{"ERROR", "malformed \\uxxxx encoding in line 1"}}));
    EXPECT_EQ(parsed("\r\n\r\n\r\n\\u=1"), (Pairs{{"ERROR", "malformed \\uxxxx encoding in line 4"}}));
    EXPECT_EQ(parsed("a=\\U1234"), (Pairs{{"a", "U1234"}}));
}

TEST(ParseProperties, NothingInNothingOut) {
    for (const auto* bytes : {"", "\n", " \t\f\r\n", "#", "!x\\\n"})
        EXPECT_THAT(parsed(bytes), IsEmpty()) << bytes;
}

// Names from EFM's user guide and the forms that got past the predecessor's list of prefixes.
TEST(ShownValue, SecretsAreHiddenUnderEveryName) {
    for (const auto* name : {"db.password.encrypted",
                             "db.password",
                             "DB.PASSWORD",
                             "jdbc.properties",
                             "jvm.options",
                             "script.notification",
                             "script.fence",
                             "script.post.promotion",
                             "script.load.balancer.attach",
                             "script.db.password",
                             "script.custom.monitor",
                             "restore.command",
                             "ping.server.command",
                             "sudo.command",
                             "sudo.user.command",
                             "pcp.pass.file",
                             "pingServerCommand",
                             "script.master.isolated",
                             "efm.license",
                             "smtp.password",
                             "DB.USER",
                             " db.user",
                             "db.user ",
                             "db.user.x",
                             "db",
                             "",
                             "invented.tomorrow"}) {
        EXPECT_EQ(shown_value({name, "hunter2"}), "********") << name;
        EXPECT_EQ(shown_value({name, ""}), "") << name;
    }
}

TEST(ShownValue, HarmlessOnesAreShownWhole) {
    for (const auto* name :
         {"db.user", "db.port", "bind.address", "virtual.ip", "auto.failover", "notification.text.prefix",
          "log.dir", "primary.health.check.port", "auto.resume.period", "reconfigure.sync.master",
          "pingServerIp", "jdbc.loglevel"})
        EXPECT_EQ(shown_value({name, " a=b "}), " a=b ") << name;
}

// A line per secret as it may stand in a file, through parser and list together.
TEST(ShownValue, NoSpellingOfALineShowsThePassword) {
    for (const auto* line :
         {"db.password.encrypted=hunter2", "db.password.encrypted = hunter2", "db.password.encrypted:hunter2",
          "db.password.encrypted hunter2", "  \tdb.password.encrypted\t=hunter2",
          "db.pass\\\n  word.encrypted=hunter2", "db.password.encrypted=\\\n  hunter2",
          "db.p\\u0061ssword.encrypted=hunter2", "db\\.password.encrypted=hunter2",
          "DB.Password.Encrypted=hunter2", "db.password.foo:hunter2"}) {
        const auto result = parse_properties(line);
        const auto& properties = std::get<std::vector<Property>>(result);
        ASSERT_EQ(properties.size(), 1U) << line;
        EXPECT_EQ(properties[0].value, "hunter2") << line;
        EXPECT_EQ(shown_value(properties[0]), "********") << line;
    }
}

class ReadRegularFile : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "efm_properties_XXXXXX";
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    [[nodiscard]] std::string path(const char* name) const { return folder_ / name; }
    std::string written(const char* name, const std::string& content) {
        std::ofstream{path(name), std::ios::binary} << content;
        return path(name);
    }

    std::filesystem::path folder_;
};

std::error_code error_of(const std::variant<std::string, std::error_code>& result) {
    const auto* error = std::get_if<std::error_code>(&result);
    return error == nullptr ? std::error_code{} : *error;
}

TEST_F(ReadRegularFile, ReturnsEveryByte) {
    for (const auto& content : {""s, "a=b\n"s, "\0\xff\r\n"s, std::string(300'000, 'x')})
        EXPECT_EQ(std::get<std::string>(read_regular_file(written("f", content))), content);
    ASSERT_EQ(symlink("f", path("link").c_str()), 0);
    EXPECT_EQ(std::get<std::string>(read_regular_file(path("link"))).size(), 300'000U);
    EXPECT_FALSE(std::get<std::string>(read_regular_file("/proc/self/status")).empty())
        << "a file that says it is empty";
}

TEST_F(ReadRegularFile, MeasuresTheSize) {
    const auto file = written("f", std::string(100, 'x'));
    EXPECT_EQ(std::get<std::string>(read_regular_file(file, 100)).size(), 100U);
    EXPECT_EQ(error_of(read_regular_file(file, 99)), std::errc::file_too_large);
    EXPECT_EQ(error_of(read_regular_file(written("g", std::string(1024 * 1024 + 1, 'x')))),
              std::errc::file_too_large);
}

// A FIFO without a writer stopped a backend of the predecessor for good.
TEST_F(ReadRegularFile, NeverWaitsForWhatIsNoFile) {
    const auto fifo = path("fifo");
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_EQ(error_of(read_regular_file(fifo)), std::errc::invalid_argument);
    EXPECT_EQ(error_of(read_regular_file("/dev/zero")), std::errc::invalid_argument);
    EXPECT_EQ(error_of(read_regular_file("/dev/null")), std::errc::invalid_argument);
    EXPECT_EQ(error_of(read_regular_file(folder_)), std::errc::is_a_directory);
}

TEST_F(ReadRegularFile, SaysWhatIsWrong) {
    EXPECT_EQ(error_of(read_regular_file(path("none"))), std::errc::no_such_file_or_directory);
    EXPECT_EQ(error_of(read_regular_file(written("f", "x") + "\0hidden"s)), std::errc::invalid_argument);
    EXPECT_EQ(error_of(read_regular_file("")), std::errc::no_such_file_or_directory);
}

TEST_F(ReadRegularFile, LeavesNoDescriptorBehind) {
    const auto open_files = [] {
        return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"},
                             std::filesystem::directory_iterator{});
    };
    ASSERT_EQ(mkfifo(path("fifo").c_str(), 0600), 0);
    const auto file = written("f", "content");
    const auto before = open_files();
    for (int i = 0; i < 10; ++i) {
        (void)read_regular_file(file);
        (void)read_regular_file(file, 1);
        (void)read_regular_file(path("fifo"));
        (void)read_regular_file(folder_);
    }
    EXPECT_EQ(open_files(), before);
}

TEST(PropertiesPath, IsMadeOfLocationAndClusterUnlessTheClusterIsAPath) {
    EXPECT_EQ(properties_path("/etc/edb/efm-4.9", "efm"), "/etc/edb/efm-4.9/efm.properties");
    EXPECT_EQ(properties_path("/etc/edb/efm-4.9/", "efm"), "/etc/edb/efm-4.9/efm.properties");
    EXPECT_EQ(properties_path("/etc/edb/efm-4.9", "/srv/x.properties"), "/srv/x.properties");
}

}  // namespace
}  // namespace efm
