#include "backends/outcome/redact.h"

#include <gtest/gtest.h>

namespace efm {
namespace {

TEST(Redact, TheSecretGoesAndAllElseStays) {
    struct Case {
        std::string_view text, expected;
    };
    for (const auto& c : {
             Case{"password=hunter2 next", "password=******** next"},
             Case{"db.password.encrypted = hunter2\nnext", "db.password.encrypted = ********\nnext"},
             Case{"db.password:hunter2", "db.password:********"},
             Case{"PASSWORD=hunter2", "PASSWORD=********"},
             Case{"EFMPASS=hunter2 efm encrypt", "EFMPASS=******** efm encrypt"},
             Case{"efmpass=hunter2", "efmpass=********"},
             Case{"my_Secret: hunter2", "my_Secret: ********"},
             Case{"apiTokenX=hunter2", "apiTokenX=********"},
             Case{"passwd\t=\thunter2\tnext", "passwd\t=\t********\tnext"},
             Case{R"({"password":"hunter2","a":1})", R"({"password":"********","a":1})"},
             Case{R"({'password' : 'hun ter2', 'a':1})", R"({'password' : '********', 'a':1})"},
             Case{R"(password="hun\"ter2" next)", R"(password="********" next)"},
             Case{"password=\"hunter2\nnext", "password=\"********\nnext"},
             Case{"password=>hunter2", "password=>********"},
             Case{"password==hunter2", "password==********"},
             Case{"jdbc:postgresql://h/db?user=a&password=hunter2&ssl=on x",
                  "jdbc:postgresql://h/db?user=a&password=******** x"},
             Case{"-Djavax.net.ssl.trustStorePassword=hunter2 -Xmx1g",
                  "-Djavax.net.ssl.trustStorePassword=******** -Xmx1g"},
             Case{"password=a password=b", "password=******** password=********"},
             Case{"password=password=hunter2", "password=********"},
             Case{"password=h\xc3\xbcnter2", "password=********"},
         })
        EXPECT_EQ(redact(c.text), c.expected) << c.text;
}

// Messages that an operator needs to read, the first as EFM gives it for a node whose pg_hba.conf has a gap.
TEST(Redact, WhatOnlySpeaksOfSecretsStays) {
    for (const auto* text :
         {"", "FATAL: password authentication failed for user \"efm\"", "sudo: a password is required",
          "EFMPASS password not found.", "password", "password=", "password:\nnext", "password= \r\nnext",
          "pass=word", "user=efm", "Exit status: 1", "the secret", "key=password", "\"password\""})
        EXPECT_EQ(redact(text), text) << text;
}

TEST(Redact, HostileTextTakesLinearTime) {
    std::string text;
    for (int i = 0; i < 200'000; ++i)
        text += "password=\"";
    EXPECT_EQ(redact(text).find("hunter2"), std::string::npos);
    EXPECT_EQ(redact(std::string(4'000'000, 'a')).size(), 4'000'000U);
    std::string keys;
    for (int i = 0; i < 400'000; ++i)
        keys += "token='\n";
    EXPECT_EQ(redact(keys).find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace efm
