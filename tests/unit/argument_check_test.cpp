#include "backends/checks/argument_check.h"

#include <gtest/gtest.h>

namespace efm {
namespace {

using namespace std::string_literals;

const CheckOptions host_names{true};

bool accepts(std::string_view value, ValueKind kind, const CheckOptions& options = {}) {
    return !check_value(value, kind, options).has_value();
}

std::string message_for(std::string_view value, ValueKind kind, const CheckOptions& options = {}) {
    const auto failure = check_value(value, kind, options);
    return failure ? failure->message : "accepted";
}

TEST(ArgumentCheck, AddressesOfBothFamiliesPass) {
    for (const auto* address :
         {"10.0.0.3", "0.0.0.0", "255.255.255.255", "::1", "fd00::1", "FE80::ABCD", "::ffff:10.0.0.1",
          "1:2:3:4:5:6:7:8", "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255"})
        EXPECT_TRUE(accepts(address, ValueKind::address)) << address;
}

// What the users of the predecessor relied on being refused, and what a command line could be bent with.
TEST(ArgumentCheck, WhatIsNoAddressIsRefusedInTheSameWords) {
    for (const auto& address : {"not-an-ip"s,
                                "999.1.1.1"s,
                                "10.0.0.01"s,
                                "010.0.0.1"s,
                                ""s,
                                std::string(300, '1'),
                                "-switchover"s,
                                "10.0.0.1; rm"s,
                                "10.0.0.1\n"s,
                                "10.0.0.1\0"s,
                                "10.0.0.1 "s,
                                " 10.0.0.1"s,
                                "10.0.0.0/8"s,
                                "10.0.0"s,
                                "10.0.0.1.2"s,
                                "0x7f.0.0.1"s,
                                "2130706433"s,
                                "fe80::1%eth0"s,
                                "[::1]"s,
                                ":::"s,
                                "1::2::3"s,
                                "::1/128"s,
                                "fd00::10.0.0.01"s,
                                "localhost"s}) {
        const auto failure = check_value(address, ValueKind::address);
        ASSERT_TRUE(failure) << printable(address);
        EXPECT_EQ(failure->message, "invalid IP address") << printable(address);
        EXPECT_NE(failure->detail.find(printable(address)), std::string::npos) << failure->detail;
        EXPECT_NE(failure->hint.find("efm.allow_host_names"), std::string::npos);
    }
}

TEST(ArgumentCheck, DetailIsShortAndCannotBreakALogLine) {
    const auto failure = check_value("10.0.0.1\n\x1b[31m" + std::string(5000, 'x'), ValueKind::address);
    ASSERT_TRUE(failure);
    EXPECT_LT(failure->detail.size(), 200U);
    EXPECT_NE(failure->detail.find("10.0.0.1\\x0a\\x1b[31m"), std::string::npos) << failure->detail;
    EXPECT_EQ(failure->detail.find('\n'), std::string::npos);
}

TEST(ArgumentCheck, HostNamesPassWhereTheyAreAllowed) {
    const auto label = std::string(63, 'a');
    const auto longest = label + '.' + label + '.' + label + '.' + std::string(61, 'b');
    for (const auto& name : {"db1"s, "db-1.example.com"s, "1a.example"s, "3com.com"s, "DB1"s, "a"s,
                             "xn--bcher-kva.example"s, longest, "10.0.0.3"s, "fd00::1"s})
        EXPECT_TRUE(accepts(name, ValueKind::address, host_names)) << name;
    for (const auto& name :
         {""s, "-db"s, "db-"s, "db..x"s, ".db"s, "db."s, "db_1"s, "db 1"s, "db1\n"s, "db1\0"s, "a.-b"s,
          "a-.b"s, label + 'a', longest + 'b', "d\xc3\xa9"s, "db1;rm"s, "db1:5432"s})
        EXPECT_FALSE(accepts(name, ValueKind::address, host_names)) << printable(name);
}

// With host names allowed a mistyped address must not turn into a host name.
TEST(ArgumentCheck, NumbersAreNoHostNames) {
    for (const auto* name : {"999.1.1.1", "10.0.0.01", "10.0.0", "1", "2130706433", "0x7f000001", "0x7f.1",
                             "a.0x1", "a.1", "0x"})
        EXPECT_FALSE(accepts(name, ValueKind::address, host_names)) << name;
    EXPECT_EQ(message_for("999.1.1.1", ValueKind::address, host_names), "invalid IP address or host name");
}

TEST(ArgumentCheck, Priorities) {
    for (const auto* priority : {"0", "1", "9", "10", "999", "007", "000"})
        EXPECT_TRUE(accepts(priority, ValueKind::priority)) << priority;
    for (const auto& priority : {"abc"s, "-1"s, "+1"s, "1000"s, "1e2"s, ""s, " 1"s, "1 "s, "1\n"s, "1\0"s,
                                 "1.0"s, "0x1"s, "\xd9\xa1"s, "99999999999999999999"s}) {
        const auto failure = check_value(priority, ValueKind::priority);
        ASSERT_TRUE(failure) << printable(priority);
        EXPECT_EQ(failure->message, "invalid priority");
        EXPECT_NE(failure->hint.find("0 to 999"), std::string::npos);
        EXPECT_NE(failure->hint.find("0 means never promote"), std::string::npos);
    }
}

TEST(ArgumentCheck, ClusterNames) {
    for (const auto& name : {"efm"s, "E"s, "main-2_x"s, "a" + std::string(63, '9')}) {
        EXPECT_TRUE(is_cluster_name(name)) << name;
        EXPECT_TRUE(accepts(name, ValueKind::cluster)) << name;
    }
    for (const auto& name : {""s, "1efm"s, "_efm"s, "-efm"s, "efm.x"s, "efm x"s, "efm/x"s, "../efm"s,
                             "efm\n"s, "efm\0"s, "\xc3\xa9"s, "a" + std::string(64, '9')}) {
        EXPECT_FALSE(is_cluster_name(name)) << printable(name);
        EXPECT_FALSE(accepts(name, ValueKind::cluster)) << printable(name);
    }
}

TEST(ArgumentCheck, PropertiesPaths) {
    for (const auto* path : {"/etc/edb/efm-4.9/efm.properties", "/e.properties"}) {
        EXPECT_TRUE(is_properties_path(path)) << path;
        EXPECT_TRUE(accepts(path, ValueKind::cluster)) << path;
        EXPECT_FALSE(is_cluster_name(path)) << path;
    }
    for (const auto& path :
         {"efm.properties"s, "etc/efm.properties"s, "/etc/efm.nodes"s, "/etc/.properties"s, ".properties"s,
          "/etc/efm.properties "s, "/etc/a b.properties"s, "/etc/a\nb.properties"s, "/etc/a\tb.properties"s,
          "/etc/a\0b.properties"s, "/etc/efm.properties/"s, '/' + std::string(5000, 'a') + ".properties"})
        EXPECT_FALSE(is_properties_path(path)) << printable(path);
}

TEST(ArgumentCheck, WordsAndAnyDifferInBlanksOnly) {
    EXPECT_TRUE(accepts("two words", ValueKind::any));
    EXPECT_FALSE(accepts("two words", ValueKind::word));
    for (const auto kind : {ValueKind::any, ValueKind::word}) {
        for (const auto& good : {"x"s, "a-b"s, "$(rm)"s, "\xc3\xa9"s, "'"s, "*"s})
            EXPECT_TRUE(accepts(good, kind)) << good;
        for (const auto& bad : {""s, "-x"s, "-"s, "a\nb"s, "a\0b"s, "a\tb"s, "a\x7f"s, "a\r"s})
            EXPECT_FALSE(accepts(bad, kind)) << printable(bad);
        EXPECT_EQ(message_for("-x", kind), "invalid command argument");
    }
}

TEST(ArgumentCheck, AnAddressIsTheSameInEverySpelling) {
    EXPECT_TRUE(is_same_address("10.0.0.1", "10.0.0.1"));
    EXPECT_TRUE(is_same_address("FD00::1", "fd00:0:0:0:0:0:0:1"));
    EXPECT_TRUE(is_same_address("Db1.Example.com", "db1.example.COM"));
    EXPECT_FALSE(is_same_address("10.0.0.1", "10.0.0.10"));
    EXPECT_FALSE(is_same_address("0.0.0.0", "::"));
    EXPECT_FALSE(is_same_address("10.0.0.1", "db1"));
    EXPECT_FALSE(is_same_address("db1", "10.0.0.1"));
    EXPECT_FALSE(is_same_address("db1", "db1.example.com"));
    EXPECT_FALSE(is_same_address("", "10.0.0.1"));
}

TEST(ArgumentCheck, KindsHaveTheNamesThatABodyUses) {
    EXPECT_EQ(value_kind_from_name("address"), ValueKind::address);
    EXPECT_EQ(value_kind_from_name("priority"), ValueKind::priority);
    EXPECT_EQ(value_kind_from_name("cluster"), ValueKind::cluster);
    EXPECT_EQ(value_kind_from_name("word"), ValueKind::word);
    for (const auto* name : {"", "any", "Address", "address "})
        EXPECT_EQ(value_kind_from_name(name), std::nullopt) << name;
}

TEST(ArgumentCheck, PrintableShowsEveryByteThatIsNotPlain) {
    EXPECT_EQ(printable("a\x1f \x7e\x7f\x80\xff\n"s + '\0'), "a\\x1f ~\\x7f\\x80\\xff\\x0a\\x00");
    EXPECT_EQ(printable("abcdef", 6), "abcdef");
    EXPECT_EQ(printable("abcdefg", 6), "abcdef...");
    EXPECT_EQ(printable(""), "");
}

}  // namespace
}  // namespace efm
