#include "backends/setup/setup_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "backends/setup/efm_version_path.h"
#include "backends/setup/file_permission.h"
#include "backends/setup/preload_list.h"
#include "backends/setup/quoting.h"

namespace efm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// An installation in a directory of its own, as the packages of EFM lay it out, in which all is well.
class SetupChecksTest : public testing::Test {
  protected:
    SetupChecksTest() {
        std::string pattern = testing::TempDir() + "setup_checks_XXXXXX";
        root_ = mkdtemp(pattern.data());
        facts_.runner.backend = Backend::sudo;
        facts_.runner.command_path = make("/usr/edb/efm-4.9/bin/efm", 0755);
        facts_.runner.sudo_path = make("/usr/bin/sudo", 0755);
        facts_.runner.sudo_user = "root";
        facts_.cluster_name = "efm";
        make("/etc/edb/efm-4.9/efm.properties", 0644);
        facts_.properties_location = root_ + "/etc/edb/efm-4.9";
        facts_.server_user = "postgres";
        facts_.ask_sudo = [](const Command& /*command*/) { return said(0, ""); };
        facts_.ask_status = [] { return std::nullopt; };
        facts_.is_preloaded = true;
        facts_.cache_ttl = 5;
        facts_.schema_version = facts_.library_version = "2.0";
        make("/usr/bin/java", 0755);
        facts_.java_path = root_ + "/sbin:" + root_ + "/usr/bin";
        facts_.java_installations = root_ + "/usr/lib/jvm";
    }
    ~SetupChecksTest() override {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }

    std::string make(const std::string& path, mode_t mode) {
        std::filesystem::create_directories(std::filesystem::path{root_ + path}.parent_path());
        std::ofstream{root_ + path} << "db.user=efm\n";
        chmod((root_ + path).c_str(), mode);
        return root_ + path;
    }

    static CommandResult said(int exit_status, const std::string& errors) {
        CommandResult result;
        result.ending = Ending::exited;
        result.exit_status = exit_status;
        result.errors = errors;
        return result;
    }

    [[nodiscard]] std::vector<std::string> failed() const {
        std::vector<std::string> names;
        for (const auto& check : setup_checks(facts_)) {
            EXPECT_EQ(check.hint.empty(), check.passed) << check.name;
            EXPECT_FALSE(check.detail.empty()) << check.name;
            if (!check.passed)
                names.push_back(check.name);
        }
        return names;
    }

    [[nodiscard]] Check row(const std::string& name) const {
        for (auto& check : setup_checks(facts_)) {
            if (check.name == name)
                return check;
        }
        return {"there is no row " + name, false, "", ""};
    }

    std::string root_;
    SetupFacts facts_;
};

TEST_F(SetupChecksTest, EveryRowPassesWhereAllIsWell) {
    EXPECT_THAT(failed(), IsEmpty());
    std::vector<std::string> names;
    for (const auto& check : setup_checks(facts_))
        names.push_back(check.name);
    EXPECT_THAT(names, ElementsAre("cluster_name", "sudo", "program", "version_directory", "java",
                                   "sudo_read", "sudo_write", "sudo_promote", "sudo_cluster", "properties",
                                   "status", "preload", "worker", "cache", "schema_version"));
}

TEST_F(SetupChecksTest, TheOtherBackendsNeedLess) {
    for (const auto backend : {Backend::direct, Backend::mock}) {
        facts_.runner.backend = backend;
        facts_.runner.sudo_path = "/no/such/sudo";
        facts_.ask_sudo = [](const Command& /*command*/) { return said(1, "not to be asked"); };
        EXPECT_THAT(failed(), IsEmpty());
    }
    facts_.runner.command_path = "/no/such/efm";
    facts_.java_path = "/no/such";
    EXPECT_THAT(failed(), IsEmpty()) << "the backend mock";
}

TEST_F(SetupChecksTest, WithoutAClusterNothingIsAskedThatNeedsOne) {
    facts_.cluster_name = "";
    facts_.ask_status = []() -> std::optional<SetupFacts::Trouble> { throw std::logic_error{"asked"}; };
    EXPECT_THAT(failed(), ElementsAre("cluster_name", "sudo_read", "sudo_write", "sudo_promote",
                                      "sudo_cluster", "properties", "status"));
    EXPECT_EQ(row("cluster_name").hint,
              "ALTER SYSTEM SET efm.cluster_name = 'efm'; SELECT pg_reload_conf();");
    EXPECT_EQ(row("status").hint, "Mend \"cluster_name\" first.");
}

TEST_F(SetupChecksTest, SudoMustBeThereAndKnowTheUser) {
    facts_.runner.sudo_path = root_ + "/no/sudo";
    EXPECT_THAT(failed(),
                ElementsAre("sudo", "sudo_read", "sudo_write", "sudo_promote", "sudo_cluster", "status"));
    EXPECT_EQ(row("sudo").detail, "There is no program \"" + root_ + "/no/sudo\" (efm.sudo_path).");
    EXPECT_THAT(row("sudo").hint, HasSubstr("ALTER SYSTEM SET efm.sudo_path = '"));
    facts_.runner.sudo_path = make("/sudo", 0644);
    EXPECT_EQ(row("sudo").hint, "chmod u+x " + root_ + "/sudo");
    facts_.runner.sudo_path = root_ + "/usr/bin/sudo";
    facts_.runner.sudo_user = "no_such_user";
    EXPECT_EQ(row("sudo").hint, "ALTER SYSTEM SET efm.sudo_user = 'efm'; SELECT pg_reload_conf();");
    facts_.runner.sudo_user = "efm";
    if (getpwnam("efm") == nullptr) {
        EXPECT_EQ(row("sudo").hint, "Install EFM on this host: its packages make this user.");
    }
}

TEST_F(SetupChecksTest, TheProgramThatIsThereIsNamed) {
    facts_.runner.command_path = root_ + "/usr/edb/efm-4.8/bin/efm";
    make("/usr/edb/efm-4.10/bin/efm", 0755);
    std::filesystem::create_directories(root_ + "/usr/edb/efm-5.0/bin");
    EXPECT_EQ(row("program").hint, "ALTER SYSTEM SET efm.command_path = '" + root_ +
                                       "/usr/edb/efm-4.10/bin/efm'; SELECT pg_reload_conf();");
    EXPECT_EQ(failed().front(), "program");
    std::filesystem::remove_all(root_ + "/usr/edb");
    EXPECT_EQ(row("program").hint,
              "Install EFM on this host, then: ALTER SYSTEM SET efm.command_path = "
              "'/usr/edb/efm-X.Y/bin/efm'; SELECT pg_reload_conf();");
}

TEST_F(SetupChecksTest, TheProgramMustBeExecutable) {
    make("/usr/edb/efm-4.9/bin/efm", 0644);
    for (const auto backend : {Backend::sudo, Backend::direct}) {
        facts_.runner.backend = backend;
        EXPECT_EQ(failed().front(), "program");
        EXPECT_THAT(row("program").hint, testing::EndsWith("+x " + facts_.runner.command_path));
    }
    facts_.runner.command_path = root_ + "/usr/edb/efm-4.9";
    EXPECT_THAT(row("program").detail, HasSubstr("is a directory"));
    EXPECT_EQ(row("program").hint, "ALTER SYSTEM SET efm.command_path = '" + root_ +
                                       "/usr/edb/efm-4.9/bin/efm'; SELECT pg_reload_conf();");
}

TEST_F(SetupChecksTest, ProgramAndPropertiesAreOfOneRelease) {
    make("/usr/edb/efm-5.0/bin/efm", 0755);
    make("/etc/edb/efm-5.0/efm.properties", 0644);
    facts_.runner.command_path = root_ + "/usr/edb/efm-5.0/bin/efm";
    EXPECT_THAT(failed(), ElementsAre("version_directory"));
    EXPECT_EQ(row("version_directory").detail,
              "efm.command_path is of EFM 5.0, efm.properties_location of EFM 4.9.");
    EXPECT_EQ(row("version_directory").hint, "ALTER SYSTEM SET efm.properties_location = '" + root_ +
                                                 "/etc/edb/efm-5.0'; SELECT pg_reload_conf();");
    std::filesystem::remove_all(root_ + "/etc/edb/efm-5.0");
    EXPECT_EQ(row("version_directory").hint, "ALTER SYSTEM SET efm.command_path = '" + root_ +
                                                 "/usr/edb/efm-4.9/bin/efm'; SELECT pg_reload_conf();");
    facts_.runner.command_path = root_ + "/usr/bin/java";
    EXPECT_TRUE(row("version_directory").passed) << "a path of one's own names no release";
}

TEST_F(SetupChecksTest, JavaIsFoundOrNamed) {
    facts_.java_path = root_ + "/sbin:" + root_ + "/bin";
    EXPECT_THAT(failed(), ElementsAre("java"));
    EXPECT_THAT(row("java").hint, HasSubstr("Install a Java runtime"));
    make("/usr/lib/jvm/java-17/bin/java", 0755);
    std::filesystem::create_directories(root_ + "/usr/lib/jvm/empty");
    EXPECT_EQ(row("java").hint, "ALTER SYSTEM SET efm.java_home = '" + root_ +
                                    "/usr/lib/jvm/java-17'; SELECT pg_reload_conf();");
    facts_.runner.java_home = root_ + "/usr/lib/jvm/java-17";
    EXPECT_THAT(failed(), IsEmpty());
    facts_.runner.java_home = root_ + "/gone";
    EXPECT_THAT(failed(), ElementsAre("java"));
    facts_.java_path = root_ + "/usr/bin";
    EXPECT_EQ(row("java").hint, "ALTER SYSTEM SET efm.java_home = ''; SELECT pg_reload_conf();");
}

TEST_F(SetupChecksTest, EachClassOfCommandIsAskedFor) {
    for (const auto& [row_of, subcommand] : {std::pair{"sudo_read", "node-status-json"},
                                             {"sudo_write", "resume"},
                                             {"sudo_write", "set-priority"},
                                             {"sudo_promote", "promote"},
                                             {"sudo_cluster", "stop-cluster"},
                                             {"sudo_cluster", "reset-members"}}) {
        facts_.ask_sudo = [refused = std::string{subcommand}](const Command& command) {
            return said(command.subcommand == refused ? 1 : 0, "");
        };
        EXPECT_EQ(failed().front(), row_of) << subcommand;
        EXPECT_THAT(row(row_of).detail, HasSubstr(subcommand));
        EXPECT_THAT(row(row_of).hint, HasSubstr("SELECT efm_extension.efm_sudoers();"));
    }
    facts_.ask_sudo = [](const Command& command) {
        return said(command.arguments == std::vector<std::string>{"-switchover"} ? 1 : 0, "");
    };
    EXPECT_THAT(failed(), ElementsAre("sudo_promote"));
    EXPECT_THAT(row("sudo_promote").detail, HasSubstr("efm promote efm -switchover"));
    for (const auto* const option : {"-sourcenode", "-quiet", "-noscripts"}) {
        facts_.ask_sudo = [option](const Command& command) {
            return said(testing::Value(command.arguments, testing::Contains(option)) ? 1 : 0, "");
        };
        EXPECT_THAT(failed(), ElementsAre("sudo_promote")) << option;
    }
}

TEST_F(SetupChecksTest, WhatIsNotAboutTheRulesHasAnotherHint) {
    facts_.ask_sudo = [](const Command& /*command*/) {
        return said(
            1, "sudo: The \"no new privileges\" flag is set, which prevents sudo from running as root.\n");
    };
    EXPECT_THAT(row("sudo_write").hint, HasSubstr("NoNewPrivileges"));
    EXPECT_THAT(row("sudo_write").detail, HasSubstr("flag is set"));
    facts_.ask_sudo = [](const Command& /*command*/) {
        CommandResult result;
        result.ending = Ending::timed_out;
        return result;
    };
    EXPECT_THAT(row("sudo_write").hint, HasSubstr("efm.command_timeout"));
    EXPECT_EQ(row("status").hint, "Mend \"sudo_read\" first.");
}

TEST_F(SetupChecksTest, NoSecretOfSudosWordsIsShown) {
    facts_.ask_sudo = [](const Command& /*command*/) { return said(1, "sudo: db.password=hidden\n"); };
    facts_.runner.backend = Backend::sudo;
    for (const auto& check : setup_checks(facts_))
        EXPECT_THAT(check.detail + check.hint, Not(HasSubstr("hidden")));
}

TEST_F(SetupChecksTest, PropertiesMustBeThereAndReadable) {
    std::filesystem::create_directories(root_ + "/etc/edb/efm-4.10");
    std::filesystem::rename(root_ + "/etc/edb/efm-4.9/efm.properties",
                            root_ + "/etc/edb/efm-4.10/efm.properties");
    EXPECT_THAT(failed(), ElementsAre("properties"));
    EXPECT_EQ(row("properties").hint, "ALTER SYSTEM SET efm.properties_location = '" + root_ +
                                          "/etc/edb/efm-4.10'; SELECT pg_reload_conf();");
    std::filesystem::create_directory(root_ + "/etc/edb/efm-4.9/efm.properties");
    EXPECT_THAT(failed(), ElementsAre("properties"));
    std::filesystem::remove(root_ + "/etc/edb/efm-4.9/efm.properties");
    std::ofstream{root_ + "/etc/edb/efm-4.9/efm.properties"} << "db.password=hidden\nbroken=\\u12\n";
    EXPECT_THAT(failed(), ElementsAre("properties"));
    EXPECT_THAT(row("properties").detail, HasSubstr("line 2"));
    EXPECT_THAT(row("properties").detail, Not(HasSubstr("hidden")));
    facts_.cluster_name = "/no/such/file.properties";
    EXPECT_THAT(row("properties").hint, HasSubstr("efm.cluster_name"));
}

TEST_F(SetupChecksTest, PropertiesAreMadeOfTheTemplateOfThePackages) {
    const auto line = [](const std::string& directory) {
        return "cp " + directory + "/efm.properties.in " + directory + "/efm.properties && chown efm:efm " +
               directory + "/efm.properties, and fill it in.";
    };
    const auto etc = root_ + "/etc/edb";
    std::filesystem::remove_all(etc);
    EXPECT_EQ(row("properties").hint, "Install EFM on this host, then: " + line(etc + "/efm-4.9"));
    make("/etc/edb/efm-4.10/efm.properties.in", 0644);
    EXPECT_EQ(row("properties").hint, line(etc + "/efm-4.10") +
                                          " ALTER SYSTEM SET efm.properties_location = '" + etc +
                                          "/efm-4.10'; SELECT pg_reload_conf();");
    make("/etc/edb/efm-4.9/efm.properties.in", 0644);
    EXPECT_EQ(row("properties").hint, line(etc + "/efm-4.9"));
    facts_.properties_location = root_ + "/no/such/directory";
    EXPECT_THAT(row("properties").hint, HasSubstr(line("/etc/edb/efm-4.9")));
}

TEST_F(SetupChecksTest, FilesThatAreClosed) {
    if (geteuid() == 0)
        GTEST_SKIP() << "root may read everything";
    const auto file = make("/etc/edb/efm-4.9/efm.properties", 0);
    EXPECT_THAT(failed(), ElementsAre("properties"));
    EXPECT_EQ(row("properties").hint, "chmod u+r " + file);
    const auto directory = root_ + "/etc/edb";
    chmod(directory.c_str(), 0);
    EXPECT_EQ(row("properties").hint, "chmod u+x " + directory);
    chmod(directory.c_str(), 0755);
}

TEST_F(SetupChecksTest, TheHintOfAFileThatIsNotOurs) {
    // Files of root, which any system has.
    EXPECT_THAT(permission_hint("/no/such/file", FileUse::read, "postgres"),
                "Let the operating system user \"postgres\" read /no/such/file.");
    struct stat shadow {};
    if (geteuid() == 0 || stat("/etc/shadow", &shadow) != 0 || (shadow.st_mode & 0040) == 0)
        GTEST_SKIP() << "needs a file that only a group may read";
    EXPECT_THAT(permission_hint("/etc/shadow", FileUse::read, "postgres"),
                testing::MatchesRegex("usermod -a -G [a-z]+ postgres, and restart the server"));
}

TEST_F(SetupChecksTest, AnAgentThatIsNotRunningIsStarted) {
    facts_.ask_status = [] {
        return SetupFacts::Trouble{"08006", "local agent is not running",
                                   "Start the EFM agent on this host."};
    };
    EXPECT_THAT(failed(), ElementsAre("status"));
    EXPECT_EQ(row("status").hint, "Start the EFM agent on this host. systemctl start edb-efm-4.9");
    facts_.cluster_name = "other";
    EXPECT_THAT(row("status").hint, HasSubstr("the service of the cluster \"other\""));
    facts_.ask_status = [] { return SetupFacts::Trouble{"38000", "it failed", ""}; };
    EXPECT_EQ(row("status").hint, "Look at the log of EFM on this host.");
}

TEST_F(SetupChecksTest, PreloadKeepsWhatIsThere) {
    facts_.is_preloaded = false;
    facts_.worker_enabled = true;
    facts_.preload_libraries = "pg_stat_statements, \"odd, \"\"name\", it's";
    EXPECT_THAT(failed(), ElementsAre("preload", "worker"));
    EXPECT_EQ(row("preload").hint,
              "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements', 'odd, \"name', 'it''s', "
              "'efm_extension'; and restart the server.");
    EXPECT_EQ(row("worker").hint, "Mend \"preload\" first.");
    EXPECT_EQ(preload_list_with("", "x"), "'x'");
    EXPECT_EQ(preload_list_with(" , a ,", "x"), "'a', 'x'");
}

TEST_F(SetupChecksTest, AWorkerThatIsWantedRunsAndBringsSomething) {
    facts_.worker_enabled = true;
    facts_.max_worker_processes = 8;
    EXPECT_THAT(failed(), ElementsAre("worker"));
    EXPECT_THAT(row("worker").hint, HasSubstr("ALTER SYSTEM SET max_worker_processes = 9; and restart"));
    facts_.worker_running = true;
    EXPECT_THAT(failed(), IsEmpty());
    facts_.worker_error = "no agent";
    EXPECT_THAT(failed(), ElementsAre("worker"));
    EXPECT_THAT(row("worker").hint, HasSubstr("SELECT pg_reload_conf();"));
    facts_.ask_status = [] { return SetupFacts::Trouble{"08006", "no agent", ""}; };
    EXPECT_THAT(failed(), ElementsAre("status")) << "one cause, one row";
    facts_.ask_status = [] { return std::nullopt; };
    facts_.worker_error = "";
    facts_.history_error = "database \"x\" does not exist";
    EXPECT_THAT(failed(), ElementsAre("worker"));
    EXPECT_THAT(row("worker").detail, HasSubstr("database \"x\" does not exist"));
    EXPECT_THAT(row("worker").hint, HasSubstr("ALTER SYSTEM SET efm.bgw_database = 'postgres'; and restart"));
    facts_.worker_database = "x";
    facts_.history_error = "extension efm_extension is not installed in database \"x\"";
    EXPECT_EQ(row("worker").hint,
              "In the database \"x\" (efm.bgw_database): CREATE EXTENSION efm_extension;");
    facts_.history_error = "extension efm_extension in database \"x\" is older than version 2.0";
    EXPECT_THAT(row("worker").hint, testing::EndsWith("ALTER EXTENSION efm_extension UPDATE;"));
    facts_.history_error = "there is no free background worker; raise max_worker_processes";
    facts_.max_worker_processes = 1;
    EXPECT_EQ(row("worker").hint, "ALTER SYSTEM SET max_worker_processes = 8; and restart the server.");
}

TEST_F(SetupChecksTest, ACacheThatIsOffAndVersionsThatDiffer) {
    facts_.cache_ttl = 0;
    EXPECT_THAT(failed(), ElementsAre("cache"));
    EXPECT_EQ(row("cache").hint, "ALTER SYSTEM SET efm.cache_ttl = '5s'; SELECT pg_reload_conf();");
    facts_.cache_ttl = 5;
    facts_.library_version = "2.10";
    facts_.schema_version = "2.9";
    EXPECT_THAT(failed(), ElementsAre("schema_version"));
    EXPECT_EQ(row("schema_version").hint, "ALTER EXTENSION efm_extension UPDATE;");
    facts_.schema_version = "3.0";
    EXPECT_THAT(row("schema_version").hint, HasSubstr("Restart the server"));
}

TEST_F(SetupChecksTest, NothingIsThrownForSettingsThatAreNotSet) {
    facts_.runner = {};
    facts_.cluster_name = facts_.properties_location = facts_.java_path = "";
    facts_.runner.java_home = std::string(100'000, 'j');
    EXPECT_THAT(failed(), Not(IsEmpty()));
    facts_.runner.command_path = "/" + std::string(100'000, 'x') + "/efm-4";
    facts_.runner.java_home = "/a'b";
    EXPECT_THAT(failed(), Not(IsEmpty()));
}

TEST(EfmVersionPath, IsSplitAtTheRelease) {
    const auto path = split_version_path("/usr/edb/efm-4.10/bin/efm");
    ASSERT_TRUE(path);
    EXPECT_EQ(path->before, "/usr/edb/efm-");
    EXPECT_EQ(path->version, "4.10");
    EXPECT_EQ(path->after, "/bin/efm");
    EXPECT_EQ(path->with("5.0"), "/usr/edb/efm-5.0/bin/efm");
    EXPECT_EQ(split_version_path("/efm-x/efm-3.9")->version, "3.9");
    for (const auto* const none : {"", "/efm", "/efm-", "/efm-4", "/efm-4.", "/efm-.9", "/efm-4.9x/bin",
                                   "/my-efm-4.9/bin", "/efm-4.9.1/bin"})
        EXPECT_FALSE(split_version_path(none)) << none;
}

TEST(CompareVersions, ComparesNumbers) {
    EXPECT_LT(compare_versions("4.9", "4.10"), 0);
    EXPECT_GT(compare_versions("2.0", "1.1"), 0);
    EXPECT_EQ(compare_versions("2.0", "2.0"), 0);
    EXPECT_EQ(compare_versions("2", "2.0"), 0);
    EXPECT_LT(compare_versions("2.0", "2.0.1"), 0);
}

TEST(Quoting, IsAsTheShellAndSqlTakeIt) {
    EXPECT_EQ(shell_word("/a/b-4.9"), "/a/b-4.9");
    EXPECT_EQ(shell_word("/a b'c"), "'/a b'\\''c'");
    EXPECT_EQ(shell_word(""), "''");
    EXPECT_EQ(sql_literal("it's"), "'it''s'");
}

}  // namespace
}  // namespace efm
