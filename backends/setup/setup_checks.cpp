#include "backends/setup/setup_checks.h"

#include <pwd.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <range/v3/algorithm/find.hpp>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/split.hpp>
#include <system_error>
#include <variant>

#include "backends/checks/argument_check.h"
#include "backends/efm/properties_file.h"
#include "backends/outcome/outcome_table.h"
#include "backends/setup/efm_version_path.h"
#include "backends/setup/file_permission.h"
#include "backends/setup/preload_list.h"
#include "backends/setup/quoting.h"

namespace efm {

namespace {

std::string quoted(const std::string& text) {
    return '"' + printable(text, 300) + '"';
}

std::string set_line(const std::string& setting, const std::string& value) {
    return "ALTER SYSTEM SET " + setting + " = " + sql_literal(value) + "; SELECT pg_reload_conf();";
}

class SetupCheck {
  public:
    explicit SetupCheck(const SetupFacts& facts) : facts_(facts) {}

    std::vector<Check> run() {
        cluster_name();
        if (facts_.runner.backend == Backend::mock) {
            pass("program", "The backend \"mock\" runs no program.");
        } else {
            if (is_sudo())
                sudo();
            program();
            version_directory();
            java();
        }
        if (is_sudo())
            sudo_rules();
        properties();
        status();
        preload();
        worker();
        cache();
        schema_version();
        return std::move(checks_);
    }

  private:
    [[nodiscard]] bool is_sudo() const { return facts_.runner.backend == Backend::sudo; }

    void pass(const char* name, std::string detail) {
        checks_.push_back({name, true, std::move(detail), {}});
    }
    void fail(const char* name, std::string detail, std::string hint) {
        checks_.push_back({name, false, std::move(detail), std::move(hint)});
    }

    /// Whether one of these has failed already, so that `name` cannot be looked at: then its row says so.
    bool is_blocked(const char* name, const std::vector<std::string>& needed) {
        const auto cause = std::find_if(checks_.begin(), checks_.end(), [&](const Check& check) {
            return !check.passed && std::find(needed.begin(), needed.end(), check.name) != needed.end();
        });
        if (cause == checks_.end())
            return false;
        const auto first = cause->name;
        fail(name, "Not looked at, because the check \"" + first + "\" did not pass.",
             "Mend \"" + first + "\" first.");
        return true;
    }

    void cluster_name() {
        const auto& name = facts_.cluster_name;
        if (!name.empty())
            return pass("cluster_name", "efm.cluster_name is " + quoted(name) + ".");
        fail("cluster_name", "efm.cluster_name is not set.", set_line("efm.cluster_name", "efm"));
    }

    void sudo() {
        const auto& path = facts_.runner.sudo_path;
        const auto& user = facts_.runner.sudo_user;
        std::error_code error;
        if (!std::filesystem::exists(path, error)) {
            const std::string usual = "/usr/bin/sudo";
            return fail("sudo", "There is no program " + quoted(path) + " (efm.sudo_path).",
                        path != usual && may_use(usual, FileUse::execute)
                            ? set_line("efm.sudo_path", usual)
                            : "apt-get install sudo, or: " + set_line("efm.sudo_path", "/path/to/sudo"));
        }
        if (!may_use(path, FileUse::execute))
            return fail("sudo", not_executable(path),
                        permission_hint(path, FileUse::execute, facts_.server_user));
        if (::getpwnam(user.c_str()) == nullptr)
            return fail("sudo", "There is no operating system user " + quoted(user) + " (efm.sudo_user).",
                        set_line("efm.sudo_user", "efm"));
        pass("sudo", quoted(path) + " can run as " + quoted(user) + ".");
    }

    [[nodiscard]] std::string not_executable(const std::string& path) const {
        return quoted(path) + " cannot be executed by " + quoted(facts_.server_user) + ".";
    }

    void program() {
        const auto& path = facts_.runner.command_path;
        struct stat entry {};
        const int trouble = ::stat(path.c_str(), &entry) == 0 ? 0 : errno;
        if (trouble == 0 && S_ISDIR(entry.st_mode))
            return fail("program", quoted(path) + " is a directory (efm.command_path).", command_path_hint());
        if (trouble != 0 && trouble != EACCES)
            return fail("program", "There is no program " + quoted(path) + " (efm.command_path).",
                        command_path_hint());
        // Under sudo it is another user who must be able to execute it, perhaps where we cannot look.
        if (is_sudo() && trouble == 0 && (entry.st_mode & 0111U) == 0)
            return fail("program", quoted(path) + " cannot be executed by anybody.",
                        "chmod a+x " + shell_word(path));
        if (!is_sudo() && !may_use(path, FileUse::execute))
            return fail("program", not_executable(path),
                        permission_hint(path, FileUse::execute, facts_.server_user));
        pass("program", trouble == 0 ? quoted(path) + " is there."
                                     : quoted(path) + " is where " + quoted(facts_.server_user) +
                                           " cannot look; sudo may be able to.");
    }

    /// Names an EFM that is there, where there is one.
    [[nodiscard]] std::string command_path_hint() const {
        const VersionPath usual{"/usr/edb/efm-", "X.Y", "/bin/efm"};
        std::error_code error;
        for (const auto* const name : {"/efm", "/bin/efm"}) {
            if (std::filesystem::is_regular_file(facts_.runner.command_path + name, error))
                return set_line("efm.command_path", facts_.runner.command_path + name);
        }
        const auto configured = split_version_path(facts_.runner.command_path);
        const auto found = latest_installed(configured.value_or(usual));
        if (found)
            return set_line("efm.command_path", *found);
        return "Install EFM on this host, then: " + set_line("efm.command_path", usual.with("X.Y"));
    }

    void version_directory() {
        if (is_blocked("version_directory", {"program"}))
            return;
        const auto program = split_version_path(facts_.runner.command_path);
        const auto properties = split_version_path(facts_.properties_location);
        if (!program || !properties)
            return pass("version_directory", program ? "EFM " + program->version + "."
                                                     : "The path of the program names no release.");
        if (program->version == properties->version)
            return pass("version_directory", "EFM " + program->version + ".");
        const auto fitting = properties->with(program->version);
        const auto other_program = program->with(properties->version);
        std::error_code error;
        const bool other_is_there =
            !std::filesystem::exists(fitting, error) && std::filesystem::exists(other_program, error);
        fail("version_directory",
             "efm.command_path is of EFM " + program->version + ", efm.properties_location of EFM " +
                 properties->version + ".",
             other_is_there ? set_line("efm.command_path", other_program)
                            : set_line("efm.properties_location", fitting));
    }

    [[nodiscard]] std::string java_in_path() const {
        for (const auto& part : facts_.java_path | ranges::views::split(':')) {
            auto candidate = ranges::to<std::string>(part) + "/java";
            if (may_use(candidate, FileUse::execute))
                return candidate;
        }
        return {};
    }

    [[nodiscard]] std::string java_hint() const {
        std::vector<std::string> homes;
        std::error_code error;
        for (std::filesystem::directory_iterator entry{facts_.java_installations, error}, end;
             !error && entry != end; entry.increment(error)) {
            if (may_use(entry->path().string() + "/bin/java", FileUse::execute))
                homes.push_back(entry->path().string());
        }
        if (homes.empty())
            return "Install a Java runtime on this host, for example: apt-get install default-jre-headless";
        return set_line("efm.java_home", *std::min_element(homes.begin(), homes.end()));
    }

    void java() {
        const auto& home = facts_.runner.java_home;
        const auto in_path = java_in_path();
        if (home.empty()) {
            if (!in_path.empty())
                return pass("java", quoted(in_path) + ".");
            return fail("java", "There is no program \"java\" in " + facts_.java_path + ".", java_hint());
        }
        if (may_use(home + "/bin/java", FileUse::execute))
            return pass("java", quoted(home + "/bin/java") + ".");
        fail("java", "There is no program " + quoted(home + "/bin/java") + " (efm.java_home).",
             in_path.empty() ? java_hint() : set_line("efm.java_home", ""));
    }

    void sudo_rules() {
        const std::string address = "192.0.2.1";  // of documentation: nobody has it
        ask("sudo_read", {{"cluster-status", {}}, {"cluster-status-json", {}}, {"node-status-json", {}}});
        ask("sudo_write", {{"allow-node", {address}},
                           {"disallow-node", {address}},
                           {"set-priority", {address, "1"}},
                           {"resume", {}}});
        ask("sudo_promote", {{"promote", {}}, {"promote", {"-switchover"}}});
    }

    struct Words {
        std::string subcommand;
        std::vector<std::string> arguments;
    };

    /// One question for each of them, until sudo says no.
    void ask(const char* name, const std::vector<Words>& asked) {
        if (is_blocked(name, {"cluster_name", "sudo", "program"}))
            return;
        for (const auto& words : asked) {
            const Command command{
                .subcommand = words.subcommand, .cluster = facts_.cluster_name, .arguments = words.arguments};
            const auto result = facts_.ask_sudo(command);
            if (result.ending != Ending::exited || result.exit_status != 0)
                return refused(name, command, result);
        }
        pass(name, "sudo allows it.");
    }

    void refused(const char* name, const Command& command, const CommandResult& result) {
        std::string line;
        for (const auto& word : command.words())
            line += (line.empty() ? "" : " ") + word;
        const auto said = last_words(result);
        OutcomeContext context;
        context.under_sudo = true;
        context.sudo_user = facts_.runner.sudo_user;
        context.server_user = facts_.server_user;
        context.program = facts_.runner.command_path;
        const auto failure = judge({.subcommand = "", .cluster = "", .arguments = {}}, result, context);
        // Only these have nothing to do with the rules.
        const bool is_of_rules =
            result.ending == Ending::exited && result.errors.find("no new privileges") == std::string::npos;
        fail(name, "sudo does not allow " + quoted("efm " + line) + (said.empty() ? "." : ": " + said),
             is_of_rules || !failure
                 ? "Put what this prints into /etc/sudoers.d/efm_extension (mode 0440; check it with visudo "
                   "-c): SELECT efm_extension.efm_sudoers();"
                 : failure->hint);
    }

    void properties() {
        if (is_blocked("properties", {"cluster_name"}))
            return;
        const auto path = properties_path(facts_.properties_location, facts_.cluster_name);
        const auto contents = read_regular_file(path);
        const std::string purpose = " Only efm_properties() and what is made of it need this file.";
        if (const auto* const error = std::get_if<std::error_code>(&contents)) {
            if (*error == std::errc::no_such_file_or_directory || *error == std::errc::not_a_directory)
                return fail("properties", "There is no " + quoted(path) + '.' + purpose, properties_hint());
            if (*error == std::errc::permission_denied)
                return fail("properties",
                            quoted(path) + " cannot be read by " + quoted(facts_.server_user) + '.' + purpose,
                            permission_hint(path, FileUse::read, facts_.server_user));
            return fail("properties", quoted(path) + " cannot be read: " + error->message() + '.' + purpose,
                        "It must be a regular file of at most 1 MB.");
        }
        const auto parsed = parse_properties(std::get<std::string>(contents));
        if (const auto* const error = std::get_if<PropertiesError>(&parsed))
            return fail("properties", quoted(path) + ": " + error->reason + '.' + purpose,
                        "Correct that line of " + shell_word(path) + ".");
        pass("properties", quoted(path) + " can be read.");
    }

    [[nodiscard]] std::string properties_hint() const {
        if (facts_.cluster_name.front() == '/')
            return "Correct the setting efm.cluster_name, which is the path of that file.";
        const VersionPath usual{"/etc/edb/efm-", "X.Y", ""};
        const auto configured = split_version_path(facts_.properties_location);
        const auto found =
            latest_installed(configured.value_or(usual), '/' + facts_.cluster_name + ".properties");
        return set_line("efm.properties_location", found.value_or(usual.with("X.Y")));
    }

    void status() {
        if (is_blocked("status", {"cluster_name", "sudo", "program", "sudo_read"}))
            return;
        auto trouble = facts_.ask_status();
        if (!trouble)
            return pass("status", "EFM answers with the status of the cluster.");
        if (trouble->hint.empty())
            trouble->hint = "Look at the log of EFM on this host.";
        if (const auto program = split_version_path(facts_.runner.command_path);
            program && trouble->sqlstate == "08006")
            trouble->hint += " systemctl start edb-efm-" + program->version +
                             (facts_.cluster_name == "efm"
                                  ? ""
                                  : ", or the service of the cluster " + quoted(facts_.cluster_name));
        fail("status", trouble->detail, trouble->hint);
    }

    void preload() {
        if (facts_.is_preloaded)
            return pass("preload", "The library is in shared_preload_libraries.");
        fail("preload",
             "The library is not in shared_preload_libraries: each session has a cache of its own, and there "
             "is no worker.",
             "ALTER SYSTEM SET shared_preload_libraries = " +
                 preload_list_with(facts_.preload_libraries, "efm_extension") + "; and restart the server.");
    }

    /// Other workers take places as well: no less than the server's own default.
    [[nodiscard]] std::string more_workers() const {
        constexpr int usual = 8;
        return "ALTER SYSTEM SET max_worker_processes = " +
               std::to_string(std::max(facts_.max_worker_processes + 1, usual)) + "; and restart the server.";
    }

    /// By what the history writer says of itself (extension/history_writer.cpp).
    [[nodiscard]] std::string history_hint() const {
        const auto says = [&](std::string_view part) {
            return facts_.history_error.find(part) != std::string::npos;
        };
        const auto there = "In the database " + quoted(facts_.worker_database) + " (efm.bgw_database): ";
        if (says("max_worker_processes"))
            return more_workers();
        if (says("is not installed"))
            return there + "CREATE EXTENSION efm_extension;";
        if (says("is older than"))
            return there + "ALTER EXTENSION efm_extension UPDATE;";
        if (says("does not exist"))
            return "ALTER SYSTEM SET efm.bgw_database = 'postgres'; and restart the server. The extension "
                   "must "
                   "be in that database.";
        return "The server log has the whole error.";
    }

    void worker() {
        if (!facts_.worker_enabled)
            return pass("worker", "The background worker is not enabled.");
        if (is_blocked("worker", {"preload"}))
            return;
        if (!facts_.worker_running)
            return fail("worker", "The background worker is enabled and does not run.",
                        more_workers() + " If it does not run then either, the server log says why.");
        if (!facts_.history_error.empty())
            return fail("worker", "The background worker writes no history: " + facts_.history_error,
                        history_hint());
        // It asks as the settings of the server say, which may not be those of this session. Where this
        // session has no answer either, that is the check to mend.
        const bool same_here = std::any_of(checks_.begin(), checks_.end(), [](const Check& check) {
            return check.name == "status" && !check.passed;
        });
        if (!facts_.worker_error.empty() && !same_here)
            return fail("worker", "The last poll of the background worker failed: " + facts_.worker_error,
                        "SELECT pg_reload_conf(); makes it ask again at once. It uses the settings of "
                        "postgresql.conf, not those of a session.");
        pass("worker", facts_.worker_error.empty()
                           ? "The background worker runs."
                           : "The background worker runs, and EFM does not answer it either.");
    }

    void cache() {
        if (facts_.cache_ttl > 0)
            return pass("cache", "A status is served for " + std::to_string(facts_.cache_ttl) + " s.");
        fail("cache", "efm.cache_ttl is 0: every call starts efm.", set_line("efm.cache_ttl", "5s"));
    }

    void schema_version() {
        const auto order = compare_versions(facts_.schema_version, facts_.library_version);
        auto detail = "The schema is of version " + facts_.schema_version + ", the library of " +
                      facts_.library_version + '.';
        if (order == 0)
            return pass("schema_version", std::move(detail));
        fail("schema_version", std::move(detail),
             order < 0
                 ? "ALTER EXTENSION efm_extension UPDATE;"
                 : "Restart the server, so that it loads the library of " + facts_.schema_version + '.');
    }

    const SetupFacts& facts_;
    std::vector<Check> checks_;
};

}  // namespace

std::vector<Check> setup_checks(const SetupFacts& facts) {
    return SetupCheck{facts}.run();
}

}  // namespace efm
