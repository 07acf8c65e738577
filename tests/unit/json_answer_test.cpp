#include "backends/efm/json_answer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace efm {
namespace {

using namespace std::string_literals;

// The shape of a real one-line answer, slashes escaped.
const auto status =
    R"({"nodes":{"10.4.0.1":{"type":"Standby","db":"N\/A","vip":"","vip_active":false,"lsn":"0\/4000168","lsnInfo":""}},)"
    R"("allowednodes":["10.4.0.1"],"failoverpriority":[],"minimumstandbys":0,"missingnodes":[],"messages":[]})"s;

TEST(FindJson, TheWholeOutput) {
    for (const auto& json :
         {status, "{}"s, "[]"s, "[1,2]"s, R"({"a":"}"})"s, R"({"a":"\""})"s, R"({"a\\":"{[\\\\"})"s,
          R"(["\\","\"","]","[{"])"s, "{\n \"a\" : [ 1 ,\n 2 ]\n}"s})
        EXPECT_EQ(find_json(json), json) << json;
}

TEST(FindJson, AfterWhatALauncherPrints) {
    for (const auto& noise :
         {"\n\n"s, "  \t"s, "/usr/bin/which: no java in (/usr/bin:/bin)\n"s, "[WARN] slow start\r\n"s,
          "{not json}\n"s, "{\n"s, "[\n"s, "\"\n"s, "it's a \"quote\nand another \" one\n"s, "\\\n"s,
          "{\"a\":1}\n"s, "]\n"s, "}}}\n"s, "\xff\xfe\0\n"s})
        EXPECT_EQ(find_json(noise + status + "\n \t\r\n"), status) << noise;
}

TEST(FindJson, TheOutermostTextThatIsComplete) {
    EXPECT_EQ(find_json("{\n\"nodes\":\n{}\n}"), "{\n\"nodes\":\n{}\n}");
    EXPECT_EQ(find_json("x\n[\n{\"a\":1},\n{\"b\":2}\n]\n"), "[\n{\"a\":1},\n{\"b\":2}\n]");
}

TEST(FindJson, NothingWhereThereIsNoneOrMore) {
    for (const auto& output : {""s,
                               " \n"s,
                               "text"s,
                               "5"s,
                               "\"text\""s,
                               "null"s,
                               "{"s,
                               "}"s,
                               "{]"s,
                               "[}"s,
                               "{\"a\":}"s,
                               "{\"a\":1"s,
                               "{a:1}"s,
                               "{'a':1}"s,
                               "{\"a\":1,}"s,
                               "{}x"s,
                               "{}\nx"s,
                               "{} {}"s,
                               "noise {}"s,
                               "noise: {\"a\":1}\n"s,
                               "{\"a\":1}\nDone.\n"s,
                               "{\"a\n\":1}"s,
                               "{\"a\":\"\0\"}"s,
                               "{}\0"s,
                               "\0{}"s,
                               "{\"a\":01}"s,
                               "{\"a\":NaN}"s,
                               "{\"a\":\"\\x\"}"s,
                               "{\"a\":\"\\ud8\"}"s,
                               "// c\n{/*c*/}"s,
                               "\"}"s,
                               "\"\\\\\\\"}"s,
                               "{\"a\":\"b}"s})
        EXPECT_EQ(find_json(output), std::nullopt) << output;
}

// Whether the bytes are valid in the server's encoding is asked later, with an error of its own.
TEST(FindJson, StringsMayHoldBytesThatAreNotUtf8) {
    const auto latin1 = "{\"nodes\":{},\"messages\":[\"stra\xdf\x65\"]}"s;
    EXPECT_EQ(find_json(latin1), latin1);
    EXPECT_TRUE(has_key(latin1, "nodes", true));
    EXPECT_EQ(find_json("{\xdf}"), std::nullopt);
}

TEST(FindJson, DepthIsLimited) {
    EXPECT_TRUE(find_json(std::string(32, '[') + std::string(32, ']')));
    EXPECT_FALSE(find_json(std::string(33, '[') + std::string(33, ']')));
    EXPECT_FALSE(find_json(std::string(8'000'000, '[') + std::string(8'000'000, ']')));
}

// 16 MB is what a command may print. Every form of these took hours in a search that starts anew at each
// line.
TEST(FindJson, HostileOutputTakesLinearTime) {
    constexpr std::size_t size = 4U << 20U;
    const auto filled = [](std::string_view piece, std::string_view end) {
        std::string text;
        while (text.size() < size)
            text += piece;
        return text.append(end);
    };
    for (const auto& output :
         {filled("[\n", "]"), filled("{\n", "}"), filled("[1,\n", "1]"), filled("{\"a\":\n", "1}"),
          filled("[],\n", "[]"), filled("{\"a\":\"x\"},\n", "]"), filled("\\", "\"}"), filled("\\\"", "}"),
          filled("\"\\", "\"}"), filled("\"", "}"), filled("\n", "}"), filled(" ", "{}x"), filled("}", ""),
          filled("[\n]\n", "")})
        (void)find_json(output);
    const auto big = "[\n" + filled("{\"a\":[1,2]},\n", "1]");
    EXPECT_EQ(find_json(big), big);
}

TEST(FindJson, RandomBytesNeverCrash) {
    std::mt19937 random{20240229};
    const auto alphabet = "{}[]\":,\\ \n1ae-\xff\0"s;
    int found = 0;
    for (int i = 0; i < 200'000; ++i) {
        std::string text(random() % 24, ' ');
        for (auto& c : text)
            c = alphabet[random() % alphabet.size()];
        const auto json = find_json(text);
        if (json) {
            ++found;
            EXPECT_EQ(find_json(*json), *json) << text;
        }
        (void)has_key(text, "a");
    }
    EXPECT_GT(found, 100) << "the bytes are too random to prove anything";
}

TEST(HasKey, AtTheTopLevelOnly) {
    EXPECT_TRUE(has_key(status, "nodes"));
    EXPECT_TRUE(has_key(status, "messages"));
    for (const auto* key : {"type", "10.4.0.1", "node", "nodesx", "", "NODES"})
        EXPECT_FALSE(has_key(status, key)) << key;
    EXPECT_FALSE(has_key(R"([{"nodes":{}}])", "nodes"));
    EXPECT_FALSE(has_key(R"(["nodes",{}])", "nodes"));
    EXPECT_FALSE(has_key(R"({"a":"nodes"})", "nodes"));
    EXPECT_TRUE(has_key(R"({"a":{"b":[{}]},"nodes":1})", "nodes"));
}

TEST(HasKey, MayHaveToHoldAnObject) {
    EXPECT_TRUE(has_key(status, "nodes", true));
    EXPECT_TRUE(has_key(R"({"nodes":{}})", "nodes", true));
    for (const auto* value :
         {"[]", "[{}]", "null", "1", "-1", "1.5", "true", "\"{}\"", "18446744073709551615"})
        EXPECT_FALSE(has_key(R"({"nodes":)"s + value + R"(,"b":{}})", "nodes", true)) << value;
}

TEST(HasKey, EscapesInKeysAreResolvedAndTheLastOfTwoCounts) {
    EXPECT_TRUE(has_key(R"({"n\u006fdes":{}})", "nodes", true));
    EXPECT_FALSE(has_key(R"({"nodes":{},"nodes":1})", "nodes", true));
    EXPECT_TRUE(has_key(R"({"nodes":1,"nodes":{}})", "nodes", true));
}

TEST(HasKey, WhatIsNoObjectHasNone) {
    for (const auto* text : {"", " ", "x", "5", "{", "{\"nodes\":{}", "{\"nodes\":{}}x", "[]"})
        EXPECT_FALSE(has_key(text, "nodes")) << text;
    EXPECT_TRUE(has_key(" {\"nodes\":{}} \n", "nodes", true));
}

}  // namespace
}  // namespace efm
