// The programs: sudo, efm and Java.

#include <pwd.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/split.hpp>
#include <system_error>

#include "backends/setup/efm_version_path.h"
#include "backends/setup/file_permission.h"
#include "backends/setup/quoting.h"
#include "backends/setup/setup_check.h"

namespace efm {

void SetupCheck::sudo() {
    const auto& path = facts_.runner.sudo_path;
    const auto& user = facts_.runner.sudo_user;
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        const std::string usual = "/usr/bin/sudo";
        return fail("sudo", "There is no program " + in_quotes(path) + " (efm.sudo_path).",
                    path != usual && may_use(usual, FileUse::execute)
                        ? set_line("efm.sudo_path", usual)
                        : "apt-get install sudo, or: " + set_line("efm.sudo_path", "/path/to/sudo"));
    }
    if (!may_use(path, FileUse::execute))
        return fail("sudo", not_executable(path),
                    permission_hint(path, FileUse::execute, facts_.server_user));
    if (::getpwnam(user.c_str()) == nullptr)
        return fail("sudo", "There is no operating system user " + in_quotes(user) + " (efm.sudo_user).",
                    user == "efm" ? "Install EFM on this host: its packages make this user."
                                  : set_line("efm.sudo_user", "efm"));
    pass("sudo", in_quotes(path) + " can run as " + in_quotes(user) + ".");
}

std::string SetupCheck::not_executable(const std::string& path) const {
    return in_quotes(path) + " cannot be executed by " + in_quotes(facts_.server_user) + ".";
}

void SetupCheck::program() {
    const auto& path = facts_.runner.command_path;
    struct stat entry {};
    const int trouble = ::stat(path.c_str(), &entry) == 0 ? 0 : errno;
    if (trouble == 0 && S_ISDIR(entry.st_mode))
        return fail("program", in_quotes(path) + " is a directory (efm.command_path).", command_path_hint());
    if (trouble != 0 && trouble != EACCES)
        return fail("program", "There is no program " + in_quotes(path) + " (efm.command_path).",
                    command_path_hint());
    // Under sudo it is another user who must be able to execute it, perhaps where we cannot look.
    if (is_sudo() && trouble == 0 && (entry.st_mode & 0111U) == 0)
        return fail("program", in_quotes(path) + " cannot be executed by anybody.",
                    "chmod a+x " + shell_word(path));
    if (!is_sudo() && !may_use(path, FileUse::execute))
        return fail("program", not_executable(path),
                    permission_hint(path, FileUse::execute, facts_.server_user));
    pass("program", trouble == 0 ? in_quotes(path) + " is there."
                                 : in_quotes(path) + " is where " + in_quotes(facts_.server_user) +
                                       " cannot look; sudo may be able to.");
}

std::string SetupCheck::command_path_hint() const {
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

void SetupCheck::version_directory() {
    if (is_blocked("version_directory", {"program"}))
        return;
    const auto program = split_version_path(facts_.runner.command_path);
    const auto properties = split_version_path(facts_.properties_location);
    if (!program || !properties)
        return pass("version_directory",
                    program ? "EFM " + program->version + "." : "The path of the program names no release.");
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

std::string SetupCheck::java_in_path() const {
    for (const auto& part : facts_.java_path | ranges::views::split(':')) {
        auto candidate = ranges::to<std::string>(part) + "/java";
        if (may_use(candidate, FileUse::execute))
            return candidate;
    }
    return {};
}

std::string SetupCheck::java_hint() const {
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

void SetupCheck::java() {
    const auto& home = facts_.runner.java_home;
    const auto in_path = java_in_path();
    if (home.empty()) {
        if (!in_path.empty())
            return pass("java", in_quotes(in_path) + ".");
        return fail("java", "There is no program \"java\" in " + facts_.java_path + ".", java_hint());
    }
    if (may_use(home + "/bin/java", FileUse::execute))
        return pass("java", in_quotes(home + "/bin/java") + ".");
    fail("java", "There is no program " + in_quotes(home + "/bin/java") + " (efm.java_home).",
         in_path.empty() ? java_hint() : set_line("efm.java_home", ""));
}

}  // namespace efm
