// What is no answer, what is damaged or hostile, and what is big.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "backends/outcome/status_answer.h"
#include "backends/status/status_reader.h"
#include "tests/unit/status_samples.h"
#include "tests/unit/thread_time.h"

namespace efm {
namespace {

using namespace std::string_literals;
using samples::addresses;
using samples::read;
using testing::ElementsAre;

const std::vector<std::string> no_answers{
    "", " ", "\n\n", "{}", "[]", "null", "7", "\"nodes\"", "text", "{\"nodes\":{}", "{\"nodes\":[]}",
    "{\"nodes\":null}", "{\"nodes\":\"{}\"}", "{\"nodes\":7}", "{\"nodes\":true}", "{\"Nodes\":{}}",
    "{\"node\":{}}", "{\"error\":\"refused\"}", "[{\"nodes\":{}}]", "{\"a\":{\"nodes\":{}}}",
    "{\"nodes\":{},}", "{\"nodes\":{}}x", "{\"nodes\":{}}{}", "{'nodes':{}}", "{nodes:{}}",
    "{\"nodes\":{}/**/}", "{\"nodes\":{\"a\":{\"type\":\"x}}}", "{\"nodes\":{\"a\":{\"n\":01}}}",
    "{\"nodes\":{\"a\":NaN}}", "{\"nodes\":{\"a\":\"\x01\"}}", "{\"nodes\":{\"a\":\"\\ud800\"}}",
    "Cluster Status: efm\n\n\tAgent Type  Address              DB       VIP\n",
    "Authorization file not found. Is the local agent running?\n", "{\"nodes\":{}}\nDone.\n",
    "{\"nodes\":{}\0}"s,
    // as printed in official pages
    "{\"nodes\":{\"172.16.144.176\":{\"type\":\"Witness\" \"db\":\"N\\/A\" \"vip_active  :   false\"}}}"};

TEST(StatusReader, WhatIsNoAnswer) {
    for (const auto& text : no_answers) {
        EXPECT_FALSE(read_cluster_status(text)) << text;
        EXPECT_FALSE(read_cluster_status_output(text)) << text;
        EXPECT_FALSE(is_promised_status("cluster-status-json", text)) << text;
    }
}

TEST(StatusReader, EveryTruncatedAnswerIsNone) {
    for (const auto& json : {samples::efm_3, samples::efm_4, samples::efm_5}) {
        for (std::size_t size = 0; size < json.size(); ++size) {
            EXPECT_FALSE(read_cluster_status(json.substr(0, size))) << size;
            EXPECT_FALSE(read_cluster_status_output(json.substr(0, size))) << size;
            EXPECT_FALSE(read_cluster_status_output(json.substr(size + 1))) << size;
        }
    }
}

// PostgreSQL can keep it neither as text nor as jsonb, so the answer is of no use there.
TEST(StatusReader, ANullCharacterIsRefusedWhereverItIs) {
    for (const auto* json : {R"({"nodes":{"a":{"type":"x\u0000y"}}})", R"({"nodes":{"a\u0000":{}}})",
                             R"({"nodes":{},"\u0000":1})", R"({"nodes":{},"x":[[{"y":"\u0000"}]]})",
                             R"({"nodes":{"a":{"\u0000":1}}})", R"({"nodes":{},"x":"\\\u0000"})"}) {
        EXPECT_FALSE(read_cluster_status(json)) << json;
        EXPECT_FALSE(read_cluster_status_output(json)) << json;
    }
    const auto spelled_out = read(R"({"nodes":{"a\\u0000":{"type":"\\\\u0000"}}})");
    ASSERT_THAT(addresses(spelled_out), ElementsAre("a\\u0000"));
    EXPECT_EQ(spelled_out.nodes[0].type, "\\\\u0000");
}

TEST(StatusReader, DepthIsLimitedAsTheSearchForJsonIs) {
    const auto nested = [](std::size_t depth) {
        return R"({"nodes":{},"x":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    EXPECT_TRUE(read_cluster_status(nested(31)));
    EXPECT_TRUE(read_cluster_status_output(nested(31)));
    EXPECT_FALSE(read_cluster_status(nested(32)));
    EXPECT_FALSE(read_cluster_status_output(nested(32)));
    EXPECT_FALSE(read_cluster_status(nested(4'000'000)));
}

TEST(StatusReader, NoiseBeforeTheAnswer) {
    for (const auto* noise :
         {"", "\n", " \t", "/usr/bin/which: no java in (/usr/bin:/bin)\n", "{not json}\n[\n\"\n",
          "[WARN] {\"nodes\"\n", "{\"nodes\":{\"ghost\":{\"type\":\"Primary\"}}}\n",
          "Picked up JAVA_TOOL_OPTIONS: -Xmx128m\r\n", "\xff\xfe\n"}) {
        for (const auto& json : {samples::efm_3, samples::efm_4, samples::efm_5}) {
            const auto status = read_cluster_status_output(noise + json + "\r\n\n");
            ASSERT_TRUE(status) << noise;
            EXPECT_EQ(addresses(*status), addresses(read(json))) << noise;
        }
    }
    EXPECT_FALSE(read_cluster_status("noise\n" + samples::efm_5)) << "that is for find_json to cut";
    EXPECT_FALSE(read_cluster_status_output("noise " + samples::efm_5));
    EXPECT_FALSE(read_cluster_status_output(samples::efm_5 + "noise"));
}

// What the outcome of a command takes for an answer has to be one for the reader, and no less.
TEST(StatusReader, DamagedAnswersAreAnswersForBothOrForNone) {
    std::mt19937 random{20260101};
    const auto bytes = "{}[]\":,\\ \n0a-\xff\x80"s;
    int read_count = 0;
    for (int i = 0; i < 20'000; ++i) {
        auto text = i % 2 == 0 ? samples::efm_3 : samples::efm_5;
        for (auto damage = random() % 3; damage-- > 0;) {
            const auto at = random() % text.size();
            switch (random() % 3) {
                case 0:
                    text[at] = bytes[random() % bytes.size()];
                    break;
                case 1:
                    text.erase(at, random() % 20);
                    break;
                default:
                    text.insert(at, text.substr(random() % text.size(), random() % 40));
            }
        }
        const auto status = read_cluster_status_output(text);
        read_count += status ? 1 : 0;
        EXPECT_EQ(status.has_value(), is_promised_status("cluster-status-json", text)) << text;
    }
    EXPECT_GT(read_count, 5000) << "too much damage to prove anything";
    EXPECT_LT(read_count, 18'000) << "too little damage to prove anything";
}

TEST(StatusReader, BigClusters) {
    for (const int size : {200, 10'000}) {
        const auto status = read(samples::cluster_of(size));
        ASSERT_EQ(status.nodes.size(), static_cast<std::size_t>(size));
        EXPECT_EQ(status.allowed, addresses(status));
        EXPECT_EQ(status.primary(), &status.nodes.back());
        EXPECT_EQ(status.vip, "10.9.9.9");
        const auto* const primary = status.primary();
        for (int place = 0; place < size - 1; ++place) {
            const auto& node = status.nodes[static_cast<std::size_t>(place)];
            ASSERT_EQ(node.priority, size - 1 - place);
            ASSERT_EQ(lag_behind(primary, node), static_cast<std::uint64_t>(place + 1));
        }
    }
}

// 16 times the nodes take about 16 times the time; where it is quadratic 256 times.
TEST(StatusReader, TakesLinearTime) {
    const auto time_of = [](int size) {
        const auto output = "noise\n" + samples::cluster_of(size) + "\n";
        return least_thread_time(5, [&] { EXPECT_TRUE(read_cluster_status_output(output)); });
    };
    const auto small = time_of(1'000);
    EXPECT_LT(time_of(16'000) / small, 64);
}

}  // namespace
}  // namespace efm
