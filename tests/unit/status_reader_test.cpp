#include "backends/status/status_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/status_samples.h"

namespace efm {
namespace {

using namespace std::string_literals;
using samples::addresses;
using samples::read;
using testing::ElementsAre;
using testing::IsEmpty;

// The one node of an answer, made of these keys.
NodeStatus read_node(const std::string& keys) {
    const auto status = read(R"({"nodes":{"10.0.0.1":{)" + keys + "}}}");
    EXPECT_EQ(status.nodes.size(), 1U) << keys;
    return status.nodes.empty() ? NodeStatus{} : status.nodes.front();
}

TEST(StatusReader, TheAnswerCapturedFromEfm3) {
    const auto status = read(samples::efm_3);
    ASSERT_THAT(addresses(status), ElementsAre("10.4.0.1", "10.4.0.12", "10.4.0.121"));
    const auto& standby = status.nodes[0];
    EXPECT_EQ(standby.type, "Standby");
    EXPECT_EQ(standby.agent, "UP");
    EXPECT_EQ(standby.database, "UP");
    EXPECT_EQ(standby.vip, "10.4.0.227");
    EXPECT_FALSE(standby.vip_active);
    EXPECT_EQ(standby.replayed, "3079/64650BF8");
    EXPECT_EQ(standby.replayed_at, 0x307964650BF8U);
    EXPECT_EQ(standby.received, "");
    EXPECT_EQ(standby.received_at, std::nullopt);
    EXPECT_EQ(standby.info, "");
    EXPECT_EQ(standby.priority, 1);
    const auto& master = status.nodes[1];
    EXPECT_EQ(master.type, "Master");
    EXPECT_TRUE(master.is_primary());
    EXPECT_TRUE(master.vip_active);
    EXPECT_EQ(master.priority, 0);
    const auto& witness = status.nodes[2];
    EXPECT_EQ(witness.type, "Witness");
    EXPECT_EQ(witness.database, "N/A");
    EXPECT_EQ(witness.replayed, "");
    EXPECT_EQ(witness.priority, 0);
    EXPECT_EQ(status.vip, "10.4.0.227");
    EXPECT_EQ(status.coordinator, "10.4.0.122");
    EXPECT_EQ(status.minimum_standbys, 0);
    EXPECT_THAT(status.allowed, ElementsAre("10.4.0.122", "10.4.0.121", "10.4.0.12", "10.4.0.1"));
    EXPECT_THAT(status.priority, ElementsAre("10.4.0.1"));
    EXPECT_THAT(status.missing, IsEmpty());
    EXPECT_THAT(status.messages, IsEmpty());
    EXPECT_EQ(status.lag_bytes(standby), 0U);
    EXPECT_TRUE(status.is_safe_to_promote());
}

// Before 5.0 xlogReceive, xlog, xloginfo, since then lsnReceive, lsn, lsnInfo; since 4.0 no agent.
TEST(StatusReader, TheDocumentedAnswerOfEfm4And5) {
    for (const auto& json : {samples::efm_4, samples::efm_5}) {
        const auto status = read(json);
        ASSERT_THAT(addresses(status), ElementsAre("172.16.144.176", "172.16.144.177", "172.16.144.180"));
        EXPECT_EQ(status.primary(), &status.nodes[1]);
        for (const auto& node : status.nodes) {
            EXPECT_EQ(node.agent, "UP") << node.address;
            EXPECT_EQ(node.vip, "") << node.address;
            EXPECT_FALSE(node.vip_active) << node.address;
            EXPECT_EQ(node.info, "") << node.address;
            EXPECT_EQ(node.received, node.type == "Witness" ? "" : "0/14001478") << node.address;
            EXPECT_EQ(node.replayed, node.received) << node.address;
            EXPECT_EQ(node.received_at.has_value(), node.type != "Witness") << node.address;
            EXPECT_EQ(node.database, node.type == "Witness" ? "N/A" : "UP") << node.address;
        }
        EXPECT_EQ(status.nodes[2].priority, 1);
        EXPECT_EQ(status.vip, "");
        EXPECT_EQ(status.coordinator, "172.16.144.177");
        EXPECT_THAT(status.allowed,
                    ElementsAre("172.16.144.177", "172.16.144.160", "172.16.144.180", "172.16.144.176"));
        EXPECT_TRUE(status.is_safe_to_promote());
    }
}

// The object that node-status-json prints says "true" where cluster-status-json says true.
TEST(StatusReader, VipActiveInBothForms) {
    for (const auto* yes : {"true", "\"true\""})
        EXPECT_TRUE(read_node("\"vip_active\":"s + yes).vip_active) << yes;
    for (const auto* no : {"false", "\"false\"", "\"\"", "null", "1", "[true]", "{\"true\":true}"})
        EXPECT_FALSE(read_node("\"vip_active\":"s + no).vip_active) << no;
}

TEST(StatusReader, TheKeyOfEfm5BeforeTheOlderOne) {
    EXPECT_EQ(read_node(R"("xlog":"0/1","lsn":"0/2")").replayed, "0/2");
    EXPECT_EQ(read_node(R"("lsn":"0/2","xlog":"0/1")").replayed, "0/2");
    EXPECT_EQ(read_node(R"("xlogReceive":"0/1","lsnReceive":"0/2")").received, "0/2");
    EXPECT_EQ(read_node(R"("lsn":"","xlog":"0/1")").replayed, "0/1");
    EXPECT_EQ(read_node(R"("lsn":null,"xlog":"0/1")").replayed, "0/1");
}

TEST(StatusReader, WhatWentWrongWithTheDatabase) {
    const auto refused = "Connection to 192.168.11.27:5444 refused. Check that the hostname is correct."s;
    for (const auto* key : {"lsnInfo", "xloginfo", "info"})
        EXPECT_EQ(read_node("\""s + key + "\":\"" + refused + "\"").info, refused) << key;
    EXPECT_EQ(read_node(R"("info":"agent","xloginfo":"database")").info, "database");
    EXPECT_EQ(read_node(R"("info":"agent","xloginfo":"")").info, "agent");
}

// EFM 3 says it; later ones leave it out, and a missing key is no failed agent.
TEST(StatusReader, TheAgentIsUpUnlessItIsSaidToBeDown) {
    EXPECT_EQ(read_node(R"("type":"Standby","agent":"DOWN")").agent, "DOWN");
    EXPECT_EQ(read_node(R"("type":"DOWN","agent":"UP")").agent, "UP");
    EXPECT_EQ(read_node(R"("type":"DOWN","db":"N\/A")").agent, "DOWN");
    for (const auto* type : {"Primary", "Standby", "Witness", "Idle", "Promoting", "Cascaded", ""})
        EXPECT_EQ(read_node("\"type\":\""s + type + "\"").agent, "UP") << type;
    EXPECT_EQ(read_node("").agent, "UP");
    EXPECT_EQ(read_node(R"("type":"Standby","agent":"","db":"DOWN")").agent, "UP");
}

TEST(StatusReader, KeepsTypesAndStatesItDoesNotKnow) {
    const auto status =
        read(R"({"nodes":{"a":{"type":"Arbiter","db":"SLEEPY"},"b":{"type":"DOWN","db":"N\/A"},)"
             R"("c":{"type":"Promoting","db":"UP"},"d":{"type":"Idle","db":"UNKNOWN",)"
             R"("lsn":"UNKNOWN","lsnReceive":"UNKNOWN"}}})");
    ASSERT_THAT(addresses(status), ElementsAre("a", "b", "c", "d"));
    EXPECT_EQ(status.nodes[0].type, "Arbiter");
    EXPECT_EQ(status.nodes[0].database, "SLEEPY");
    EXPECT_EQ(status.nodes[1].type, "DOWN");
    EXPECT_TRUE(status.nodes[2].is_promoting());
    EXPECT_EQ(status.nodes[3].database, "UNKNOWN");
    EXPECT_EQ(status.nodes[3].replayed, "UNKNOWN");
    EXPECT_EQ(status.nodes[3].received, "UNKNOWN");
    EXPECT_EQ(status.nodes[3].replayed_at, std::nullopt);
}

TEST(StatusReader, MissingAndEmptyFieldsAreEmpty) {
    for (const auto& json :
         {R"({"nodes":{"a":{}}})"s,
          R"({"nodes":{"a":{"type":"","agent":"","db":"","vip":"","lsn":"","lsnReceive":"",)"
          R"("lsnInfo":""}},"allowednodes":[],"membershipcoordinator":"",)"
          R"("failoverpriority":[],"missingnodes":[],"messages":[]})"s}) {
        const auto status = read(json);
        ASSERT_THAT(addresses(status), ElementsAre("a"));
        const auto& node = status.nodes.front();
        for (const auto& text : {node.type, node.database, node.vip, node.received, node.replayed, node.info})
            EXPECT_EQ(text, "");
        EXPECT_FALSE(node.vip_active);
        EXPECT_EQ(node.priority, 0);
        EXPECT_EQ(status.vip, "");
        EXPECT_EQ(status.coordinator, "");
        EXPECT_EQ(status.minimum_standbys, std::nullopt);
        EXPECT_TRUE(status.allowed.empty() && status.priority.empty() && status.missing.empty() &&
                    status.messages.empty());
    }
}

TEST(StatusReader, PassesOverFieldsItDoesNotKnow) {
    const auto status =
        read(R"({"site":{"nodes":{"x":{"type":"Primary"}}},"nodes":{"a":{"site":["b",{"type":"Standby"}],)"
             R"("type":"Primary","lag":1.5e9,"priority":7,"promotable":true}},"":null})");
    ASSERT_THAT(addresses(status), ElementsAre("a"));
    EXPECT_EQ(status.nodes[0].type, "Primary");
    EXPECT_EQ(status.nodes[0].priority, 0) << "only failoverpriority counts";
}

TEST(StatusReader, MissingNodesAndMessages) {
    const auto status =
        read(R"({"nodes":{},"missingnodes":["10.0.0.3","db4"],"messages":["No primary.","\u00fc"]})");
    EXPECT_THAT(status.nodes, IsEmpty());
    EXPECT_THAT(status.missing, ElementsAre("10.0.0.3", "db4"));
    EXPECT_THAT(status.messages, ElementsAre("No primary.", "\xc3\xbc"));
}

// The extension's predecessor put it there; EFM says it for each node.
TEST(StatusReader, TheVipOfTheCluster) {
    EXPECT_EQ(read(R"({"nodes":{"a":{"vip":""},"b":{"vip":"1.1.1.1"},"c":{"vip":"2.2.2.2"}}})").vip,
              "1.1.1.1");
    EXPECT_EQ(read(R"({"VIP":"3.3.3.3","nodes":{"a":{"vip":"1.1.1.1"}}})").vip, "1.1.1.1");
    EXPECT_EQ(read(R"({"VIP":"3.3.3.3","nodes":{"a":{"vip":""},"b":7}})").vip, "3.3.3.3");
    EXPECT_EQ(read(R"({"nodes":{"b":7}})").vip, "");
}

TEST(StatusReader, MinimumStandbysIsACount) {
    const auto minimum = [](const std::string& value) {
        return read(R"({"nodes":{},"minimumstandbys":)" + value + "}").minimum_standbys;
    };
    EXPECT_EQ(minimum("0"), 0);
    EXPECT_EQ(minimum("-0"), 0);
    EXPECT_EQ(minimum("2147483647"), 2147483647);
    for (const auto* value :
         {"2147483648", "-1", "9223372036854775807", "9223372036854775808", "18446744073709551616", "1e400",
          "123456789012345678901234567890123456789012345678901234567890", "1.5", "\"1\"", "null", "true",
          "[1]", "{}"})
        EXPECT_EQ(minimum(value), std::nullopt) << value;
}

// 1-based place in failoverpriority, for want of anything else that says it.
TEST(StatusReader, PriorityIsThePlaceInFailoverpriority) {
    const auto status =
        read(R"({"nodes":{"a":{"type":"Standby"},"b":{"type":"Standby"},"c":{"type":"Standby"},)"
             R"("p":{"type":"Primary"}},"failoverpriority":["c","gone","a"]})");
    EXPECT_EQ(status.find("c")->priority, 1);
    EXPECT_EQ(status.find("a")->priority, 3);
    EXPECT_EQ(status.find("b")->priority, 0);
    EXPECT_EQ(status.find("p")->priority, 0);
    EXPECT_FALSE(status.find("b")->is_promotable());
    EXPECT_TRUE(status.find("a")->is_promotable());
}

TEST(StatusReader, AnAddressThatIsListedTwiceHasItsFirstPlace) {
    const auto status = read(R"({"nodes":{"a":{},"b":{}},"failoverpriority":["a","a","b"]})");
    EXPECT_EQ(status.find("a")->priority, 1);
    EXPECT_EQ(status.find("b")->priority, 3);
}

TEST(StatusReader, NodesAreHostNamesAndAddressesOfBothKinds) {
    const auto status = read(
        R"({"nodes":{"db1.example.com":{"type":"Primary"},"2001:db8::2":{"type":"Standby"},"fe80::1%eth0":{},)"
        R"("10.0.0.1":{},"pg_node-3":{},"n\u00f8de":{},"":{},"a b":{}},)"
        R"("failoverpriority":["2001:db8::2","pg_node-3"]})");
    EXPECT_THAT(addresses(status),
                ElementsAre("db1.example.com", "2001:db8::2", "fe80::1%eth0", "10.0.0.1", "pg_node-3",
                            "n\xc3\xb8"
                            "de",
                            "", "a b"));
    EXPECT_EQ(status.find("2001:db8::2")->priority, 1);
    EXPECT_EQ(status.find("pg_node-3")->priority, 2);
}

TEST(StatusReader, EscapesAreResolvedInKeysAndTexts) {
    const auto status = read(R"({"n\u006fdes":{"10.0.0.\u0031":{"t\u0079pe":"Stand\u0062y","db":"N\/A",)"
                             R"("lsnInfo":"\"a\\b\"\n\t\u20ac \ud83d\ude00"}}})");
    ASSERT_THAT(addresses(status), ElementsAre("10.0.0.1"));
    EXPECT_EQ(status.nodes[0].type, "Standby");
    EXPECT_EQ(status.nodes[0].database, "N/A");
    EXPECT_EQ(status.nodes[0].info, "\"a\\b\"\n\t\xe2\x82\xac \xf0\x9f\x98\x80");
}

TEST(StatusReader, LongTextsAreWhole) {
    const auto address = std::string(300, 'h') + ".example.com";
    const auto info = std::string(100'000, 'i');
    const auto status = read("{\"nodes\":{\"" + address + "\":{\"type\":\"" + std::string(5000, 't') +
                             "\",\"lsnInfo\":\"" + info + "\"}}}");
    EXPECT_EQ(status.nodes[0].address, address);
    EXPECT_EQ(status.nodes[0].type.size(), 5000U);
    EXPECT_EQ(status.nodes[0].info, info);
}

// Whether they are right in the database's encoding is asked where the database is.
TEST(StatusReader, BytesThatAreNotUtf8AreKept) {
    const auto status = read(
        "{\"nodes\":{\"\xdf\":{\"type\":\"\xff\xfe\",\"lsnInfo\":\"stra\xdf\x65 \xc3\"}},"
        "\"messages\":[\"\xe4\"],\"failoverpriority\":[\"\xdf\"]}");
    ASSERT_THAT(addresses(status), ElementsAre("\xdf"));
    EXPECT_EQ(status.nodes[0].type, "\xff\xfe");
    EXPECT_EQ(status.nodes[0].info, "stra\xdf\x65 \xc3");
    EXPECT_EQ(status.nodes[0].priority, 1);
    EXPECT_THAT(status.messages, ElementsAre("\xe4"));
}

// Every key in every type that JSON has: read as empty, and nothing else of the answer is lost.
TEST(StatusReader, ValuesOfAnotherTypeAreEmpty) {
    const std::vector<std::string> others{"null", "true",    "false",  "0",  "-1.5e3",
                                          "[]",   "[\"x\"]", "[[{}]]", "{}", R"({"x":{"y":["z"]}})"};
    for (const auto* key : {"type", "agent", "db", "info", "vip", "vip_active", "xlog", "xloginfo",
                            "xlogReceive", "lsn", "lsnInfo", "lsnReceive"}) {
        for (const auto& value : others) {
            if (key == "vip_active"s && value == "true")
                continue;
            const auto status =
                read(R"({"nodes":{"a":{"type":"Primary"},"b":{"before":1,")"s + key + "\":" + value +
                     R"(,"after":2},"c":{"type":"Standby"}},"failoverpriority":["c"]})");
            ASSERT_THAT(addresses(status), ElementsAre("a", "b", "c")) << key << value;
            const auto& node = status.nodes[1];
            for (const auto& text :
                 {node.type, node.database, node.vip, node.received, node.replayed, node.info})
                EXPECT_EQ(text, "") << key << value;
            EXPECT_EQ(node.agent, "UP") << key << value;
            EXPECT_FALSE(node.vip_active) << key << value;
            EXPECT_EQ(status.nodes[2].type, "Standby") << key << value;
            EXPECT_EQ(status.nodes[2].priority, 1) << key << value;
        }
    }
}

TEST(StatusReader, ListsAndTextsOfTheClusterOfAnotherType) {
    for (const auto* key :
         {"allowednodes", "failoverpriority", "missingnodes", "messages", "membershipcoordinator", "VIP"}) {
        for (const auto* value : {"null", "true", "7", "{}", R"({"a":["b"]})", "[]", "[null,1,[\"a\"],{}]"}) {
            const auto status = read(R"({"nodes":{"a":{"type":"Primary"}},")"s + key + "\":" + value + "}");
            EXPECT_THAT(addresses(status), ElementsAre("a")) << key << value;
            EXPECT_TRUE(status.allowed.empty() && status.priority.empty() && status.missing.empty() &&
                        status.messages.empty() && status.coordinator.empty() && status.vip.empty())
                << key << value;
        }
    }
    EXPECT_THAT(read(R"({"nodes":{},"messages":["a",null,7,"b"]})").messages, ElementsAre("a", "b"));
    EXPECT_THAT(read(R"({"nodes":{},"messages":"a"})").messages, IsEmpty());
}

TEST(StatusReader, AMemberOfNodesThatIsNoObjectIsNoNode) {
    const auto status = read(R"({"nodes":{"a":null,"b":{"type":"Primary"},"c":[{}],"d":"Standby","e":{}}})");
    EXPECT_THAT(addresses(status), ElementsAre("b", "e"));
}

// As jsonb has it.
TEST(StatusReader, OfSeveralMembersOfOneNameTheLastCounts) {
    const auto status =
        read(R"({"nodes":{"x":{}},"messages":["1"],"nodes":{"a":{"type":"Primary","type":"Idle"},)"
             R"("b":{"type":"Primary"},"a":{"db":"UP","type":"Standby"}},"messages":["2"]})");
    EXPECT_EQ(status.nodes.size(), 2U);
    ASSERT_NE(status.find("a"), nullptr);
    EXPECT_EQ(status.find("a")->type, "Standby");
    EXPECT_EQ(status.find("b")->type, "Primary");
    EXPECT_EQ(status.find("x"), nullptr);
    EXPECT_THAT(status.messages, ElementsAre("2"));
    EXPECT_FALSE(read_cluster_status(R"({"nodes":{},"nodes":[]})"));
}

// The predecessor's parser lost a level of nesting at each of these, and with it the nodes that follow.
TEST(StatusReader, W21_NestedValuesDoNotEatOtherNodes) {
    for (const auto* value :
         {"[]", "{}", "[[],[]]", "[{}]", R"({"a":[{"b":{}}]})", R"(["}"])", R"("}]\"{[")"}) {
        const auto status = read(R"({"nodes":{"10.0.0.1":{"vip":)"s + value +
                                 R"(,"type":"Primary"},"10.0.0.2":{"type":"Standby","x":)" + value +
                                 R"(},"10.0.0.3":{"type":"Witness"}},"messages":["end"]})");
        ASSERT_THAT(addresses(status), ElementsAre("10.0.0.1", "10.0.0.2", "10.0.0.3")) << value;
        EXPECT_EQ(status.nodes[0].type, "Primary") << value;
        EXPECT_EQ(status.nodes[1].type, "Standby") << value;
        EXPECT_EQ(status.nodes[2].type, "Witness") << value;
        EXPECT_THAT(status.messages, ElementsAre("end")) << value;
    }
}

TEST(StatusReader, W21_NodesAtAnotherDepthAreNoNodes) {
    const auto ghost = R"("nodes":{"10.9.9.9":{"type":"Primary"}})"s;
    EXPECT_FALSE(read_cluster_status(R"({"data":{)" + ghost + "}}"));
    EXPECT_FALSE(read_cluster_status("[{" + ghost + "}]"));
    EXPECT_FALSE(read_cluster_status(R"({"text":"\"nodes\":{}"})"));
    const auto real = R"("nodes":{"a":{"type":"Standby",)" + ghost + "}}";
    for (const auto& json :
         {"{\"old\":{" + ghost + "}," + real + "}", "{" + real + ",\"old\":[{" + ghost + "}]}"})
        EXPECT_THAT(addresses(read(json)), ElementsAre("a")) << json;
}

TEST(StatusReader, W21_HostNamesAreNodes) {
    EXPECT_THAT(
        addresses(read(R"({"nodes":{"db1":{"type":"Primary"},"db2.example.com":{"type":"Standby"}}})")),
        ElementsAre("db1", "db2.example.com"));
}

TEST(StatusReader, W21_TextsHaveNoFixedLength) {
    const auto info = std::string(254, 'x') + "\xc3\xa9";
    EXPECT_EQ(read_node(R"("lsnInfo":")" + info + "\"").info, info) << "cut in the middle of a character";
}

TEST(StatusReader, W36_PriorityComesFromFailoverpriority) {
    EXPECT_EQ(read(samples::efm_5).find("172.16.144.180")->priority, 1);
    EXPECT_TRUE(read(samples::efm_5).find("172.16.144.180")->is_promotable());
}

}  // namespace
}  // namespace efm
