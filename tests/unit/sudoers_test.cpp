#include "backends/efm/sudoers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <regex.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace efm {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

using Lines = std::vector<std::string>;

const std::string program = "/usr/edb/efm-4.9/bin/efm";

SudoersSettings usual() {
    SudoersSettings settings;
    settings.server_user = "postgres";
    settings.sudo_user = "efm";
    settings.command_path = program;
    settings.cluster = "efm";
    return settings;
}

bool starts_with_program(std::string_view line) {
    return line.starts_with("    " + program + ' ');
}

TEST(Sudoers, TheInstalledTemplateIsWhatTheDefaultSettingsGive) {
    std::ifstream file{EFM_SUDOERS_TEMPLATE};
    Lines template_lines;
    for (std::string line; std::getline(file, line);)
        template_lines.push_back(line);
    EXPECT_EQ(template_lines, sudoers_lines(usual()));
}

// The arguments of one command of an alias, without what continues the line.
std::string arguments_of(std::string line) {
    line.erase(0, 4 + program.size() + 1);
    if (line.ends_with(", \\"))
        line.erase(line.size() - 3);
    return line;
}

// As sudo matches: the arguments joined with blanks against a POSIX extended regular expression, or plain
// words.
bool matches(const std::string& rule, const std::string& arguments) {
    if (!rule.starts_with('^')) {
        std::string plain;
        for (std::size_t i = 0; i < rule.size(); ++i)
            plain += rule[i] == '\\' ? rule[++i] : rule[i];
        return plain == arguments;
    }
    regex_t expression;
    EXPECT_EQ(regcomp(&expression, rule.c_str(), REG_EXTENDED | REG_NOSUB), 0) << rule;
    const bool found = regexec(&expression, arguments.c_str(), 0, nullptr, 0) == 0;
    regfree(&expression);
    return found;
}

// The alias that allows a command, empty when none does.
std::string alias_for(const Lines& lines, const std::string& arguments) {
    std::string alias;
    for (const auto& line : lines) {
        if (line.starts_with("Cmnd_Alias "))
            alias = line.substr(11, line.find(' ', 11) - 11);
        else if (starts_with_program(line) && matches(arguments_of(line), arguments))
            return alias;
    }
    return {};
}

TEST(Sudoers, EveryCommandOfTheExtensionIsInItsAlias) {
    const auto lines = sudoers_lines(usual());
    for (const auto* arguments : {"cluster-status efm", "cluster-status-json efm", "node-status-json efm"})
        EXPECT_EQ(alias_for(lines, arguments), "EFM_READONLY") << arguments;
    for (const auto* arguments :
         {"allow-node efm 10.0.0.3", "disallow-node efm 255.255.255.255", "allow-node efm fd00::1",
          "allow-node efm ::1", "disallow-node efm ::ffff:10.0.0.1", "set-priority efm 10.0.0.3 0",
          "set-priority efm fd00::1 999", "resume efm"})
        EXPECT_EQ(alias_for(lines, arguments), "EFM_WRITE") << arguments;
    for (const auto* arguments :
         {"promote efm", "promote efm -switchover", "promote efm -switchover -quiet",
          "promote efm -switchover -noscripts", "promote efm -switchover -quiet -noscripts",
          "promote efm -switchover -sourcenode 10.0.0.3",
          "promote efm -switchover -sourcenode fd00::1 -quiet -noscripts", "promote efm -quiet",
          "promote efm -quiet -noscripts", "stop-cluster efm", "reset-members efm"})
        EXPECT_EQ(alias_for(lines, arguments), "EFM_CRITICAL") << arguments;
}

TEST(Sudoers, NothingElseIs) {
    const auto lines = sudoers_lines(usual());
    for (const auto* arguments : {"",
                                  "cluster-status",
                                  "cluster-status other",
                                  "cluster-status efm x",
                                  "cluster-status  efm",
                                  "cluster-status efmx",
                                  "encrypt efm",
                                  "upgrade-conf efm",
                                  "create-standby efm",
                                  "--help",
                                  "allow-node efm",
                                  "allow-node efm ",
                                  "allow-node efm 10.0.0.3 10.0.0.4",
                                  "allow-node efm db1",
                                  "allow-node efm -x",
                                  "allow-node other 10.0.0.3",
                                  "allow-node efm 10.0.0.3;id",
                                  "allow-node efm 10x0y0z3",
                                  "allow-node efm 10.0.0.3\n",
                                  "set-priority efm 10.0.0.3",
                                  "set-priority efm 10.0.0.3 1000",
                                  "set-priority efm 10.0.0.3 1 2",
                                  "set-priority efm 10.0.0.3 -1",
                                  "set-priority efm 10.0.0.3 ",
                                  "resume efm x",
                                  "promote",
                                  "promote other",
                                  "promote efm -x",
                                  "promote efm x",
                                  "promote efm -quiet -switchover",
                                  "promote efm -sourcenode 10.0.0.3",
                                  "promote efm -switchover -sourcenode",
                                  "promote efm -switchover -sourcenode x y",
                                  "promote efm -switchover -sourcenode -quiet",
                                  "promote efm -switchover -sourcenode 10.0.0.3 10.0.0.4",
                                  "promote efm -switchover -switchover",
                                  "xpromote efm",
                                  "promote efm ",
                                  "stop-cluster",
                                  "stop-cluster efm x",
                                  "reset-members efm -x"})
        EXPECT_EQ(alias_for(lines, arguments), "") << arguments;
}

TEST(Sudoers, HostNamesWhereTheyAreAllowed) {
    auto settings = usual();
    settings.allow_host_names = true;
    const auto lines = sudoers_lines(settings);
    for (const auto* arguments : {"allow-node efm db1.example.com", "allow-node efm 10.0.0.3",
                                  "allow-node efm ::1", "set-priority efm db-1 5"})
        EXPECT_EQ(alias_for(lines, arguments), "EFM_WRITE") << arguments;
    EXPECT_EQ(alias_for(lines, "promote efm -switchover -sourcenode db1 -quiet"), "EFM_CRITICAL");
    for (const auto* arguments : {"allow-node efm -x", "allow-node efm a b", "allow-node efm a;b",
                                  "allow-node efm ", "promote efm -switchover -sourcenode -quiet"})
        EXPECT_EQ(alias_for(lines, arguments), "") << arguments;
}

// In a set-up without cluster names the path of the properties file stands there: none of it may act as a
// pattern.
TEST(Sudoers, AClusterPathMatchesItselfOnly) {
    auto settings = usual();
    settings.cluster = "/etc/e.d+b/a,b:c=d*[x]#$1.properties";
    const auto lines = sudoers_lines(settings);
    EXPECT_EQ(alias_for(lines, "cluster-status " + settings.cluster), "EFM_READONLY");
    EXPECT_EQ(alias_for(lines, "allow-node " + settings.cluster + " 10.0.0.3"), "EFM_WRITE");
    EXPECT_EQ(alias_for(lines, "promote " + settings.cluster), "EFM_CRITICAL");
    for (const auto* other : {"/etc/eXd+b/a,b:c=d*[x]#$1.properties", "/etc/e.ddb/a,b:c=d*[x]#$1.properties",
                              "/etc/e.d+b/a,b:c=dd[x]#$1.properties", "/etc/e.d+b/a,b:c=d*x#$1.properties",
                              "/etc/e.d+b/a,b:c=d*[x]#$1Xproperties"}) {
        EXPECT_EQ(alias_for(lines, std::string{"cluster-status "} + other), "") << other;
        EXPECT_EQ(alias_for(lines, std::string{"promote "} + other), "") << other;
    }
}

TEST(Sudoers, TheRuleIsForOneUserAsAnother) {
    EXPECT_EQ(sudoers_lines(usual()).back(),
              "postgres ALL=(efm) NOPASSWD: NOSETENV: EFM_READONLY, EFM_WRITE, EFM_CRITICAL");
    auto settings = usual();
    settings.server_user = "DOM\\pg sql";
    settings.sudo_user = "ALL";
    EXPECT_EQ(sudoers_lines(settings).back(),
              "\\DOM\\\\pg\\ sql ALL=(\\ALL) NOPASSWD: NOSETENV: EFM_READONLY, EFM_WRITE, EFM_CRITICAL");
}

TEST(Sudoers, TheHeadSaysWhereItGoesAndWhatItNeeds) {
    std::string head;
    for (const auto& line : sudoers_lines(usual())) {
        if (!line.starts_with('#'))
            break;
        head += line + '\n';
    }
    for (const auto* part : {"/etc/sudoers.d/efm_extension", "0440", "visudo -c -f", "1.9.10", "narrow"})
        EXPECT_THAT(head, HasSubstr(part));
}

TEST(Sudoers, EnvironmentIsLetThroughByValueWhereItIsKnown) {
    auto settings = usual();
    EXPECT_THAT(sudoers_lines(settings), testing::Not(Contains(HasSubstr("env_keep"))));
    settings.with_java_home = true;
    EXPECT_THAT(sudoers_lines(settings),
                Contains("Defaults!EFM_READONLY,EFM_WRITE,EFM_CRITICAL env_reset, !secure_path, "
                         "env_keep -= \"PATH JAVA_HOME\", env_keep += \"PATH JAVA_HOME\""));
    settings.environment = {"PATH=/opt/java/bin:/usr/bin", "JAVA_HOME=/opt/java"};
    EXPECT_THAT(sudoers_lines(settings),
                Contains("Defaults!EFM_READONLY,EFM_WRITE,EFM_CRITICAL env_reset, !secure_path, "
                         "env_keep -= \"PATH JAVA_HOME\", env_keep += \"PATH=/opt/java/bin:/usr/bin "
                         "JAVA_HOME=/opt/java\""));
    // sudo cannot be told of a value with a blank in it, and takes `*` for a wildcard.
    settings.environment = {"PATH=/opt/my java/bin", "JAVA_HOME=/opt/*"};
    EXPECT_THAT(sudoers_lines(settings), Contains(HasSubstr("env_keep += \"PATH JAVA_HOME\"")));
    for (const auto& line : sudoers_lines(settings))
        EXPECT_EQ(line.find(" SETENV"), std::string::npos) << "would let LD_PRELOAD through: " << line;
}

TEST(Sudoers, OneCommandForAHint) {
    EXPECT_THAT(sudoers_lines_for("postgres", "efm", {program, "allow-node", "efm", "10.0.0.3"}),
                ElementsAre("postgres ALL=(efm) NOPASSWD: " + program + " allow-node efm 10.0.0.3"));
    EXPECT_THAT(sudoers_lines_for("postgres", "efm", {program, "allow-node", "efm", "fd00::1"}),
                ElementsAre("postgres ALL=(efm) NOPASSWD: " + program + " allow-node efm fd00\\:\\:1"));
    EXPECT_THAT(sudoers_lines_for("postgres", "efm", {"/opt/e f/*m", "x", "/a*.properties"}),
                ElementsAre("postgres ALL=(efm) NOPASSWD: /opt/e\\ f/[*]m ^x /a\\*\\.properties$"));
    EXPECT_THAT(
        sudoers_lines_for("postgres", "efm", {program, "promote", "efm"}, {"PATH=/j/bin", "JAVA_HOME=/j"}),
        ElementsAre("Defaults!" + program +
                        " env_reset, !secure_path, env_keep -= \"PATH JAVA_HOME\", "
                        "env_keep += \"PATH=/j/bin JAVA_HOME=/j\"",
                    "postgres ALL=(efm) NOPASSWD: " + program + " promote efm"));
}

// A newline in a setting must not become a rule of its own.
TEST(Sudoers, WhatCannotBeSaidIsRefused) {
    const std::string attack = "x\nmallory ALL=(ALL) NOPASSWD: ALL";
    for (auto SudoersSettings::*member : {&SudoersSettings::server_user, &SudoersSettings::sudo_user,
                                          &SudoersSettings::command_path, &SudoersSettings::cluster}) {
        auto settings = usual();
        settings.*member = attack;
        EXPECT_THROW(sudoers_lines(settings), std::invalid_argument);
    }
    auto settings = usual();
    settings.environment = {"PATH=/x\ny"};
    EXPECT_THROW(sudoers_lines(settings), std::invalid_argument);
    settings = usual();
    settings.command_path = "/opt/a\\b";
    EXPECT_THROW(sudoers_lines(settings), std::invalid_argument);
    EXPECT_THROW(sudoers_lines_for("postgres", "efm", {program, attack}), std::invalid_argument);
}

std::string visudo() {
    for (const auto* path :
         {"/usr/sbin/visudo", "/sbin/visudo", "/usr/bin/visudo", "/usr/local/sbin/visudo"}) {
        if (access(path, X_OK) == 0)
            return path;
    }
    return {};
}

bool is_accepted(const Lines& lines) {
    std::string name = testing::TempDir() + "efm_sudoers_XXXXXX";
    close(mkstemp(name.data()));
    std::ofstream file{name};
    for (const auto& line : lines)
        file << line << '\n';
    file.close();
    const int status = std::system((visudo() + " -c -f " + name + " >/dev/null 2>&1").c_str());
    std::filesystem::remove(name);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(Sudoers, VisudoAcceptsIt) {
    if (visudo().empty())
        GTEST_SKIP() << "visudo is not installed";
    ASSERT_FALSE(is_accepted({"this is no rule"}));
    auto odd = usual();
    odd.server_user = "DOM\\pg sql";
    odd.sudo_user = "ALLX";
    odd.command_path = "/opt/e f,m:=#*[x]?!(\"'@)$";
    odd.cluster = "/a,b:c=d*[x]#?!(\"'@)$^{|\\+.properties";
    odd.environment = {"PATH=/j,k:l=m'!#(x)/bin:/usr/bin", "JAVA_HOME=/j k"};
    auto by_name = usual();
    by_name.with_java_home = true;
    by_name.allow_host_names = true;
    for (const auto& settings : {usual(), odd, by_name}) {
        EXPECT_TRUE(is_accepted(sudoers_lines(settings))) << testing::PrintToString(sudoers_lines(settings));
        const auto hint = sudoers_lines_for(
            settings.server_user, settings.sudo_user,
            {settings.command_path, "allow-node", settings.cluster, "fd00::1"}, settings.environment);
        EXPECT_TRUE(is_accepted(hint)) << testing::PrintToString(hint);
    }
}

}  // namespace
}  // namespace efm
