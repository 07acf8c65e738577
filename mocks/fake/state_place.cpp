#include "mocks/fake/state_place.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "mocks/fake/hash.h"

namespace efm::fake {

namespace {

std::string default_directory() {
    return "/tmp/mock-efm-" + std::to_string(geteuid());
}

std::string prepare_default_directory() {
    const auto directory = default_directory();
    if (mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST)
        return directory + ": " + std::generic_category().message(errno);
    struct stat status {};
    if (lstat(directory.c_str(), &status) != 0)
        return directory + ": " + std::generic_category().message(errno);
    if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return directory + ": expected a directory of user " + std::to_string(geteuid()) +
               " that nobody else may enter (mode 0700)";
    return {};
}

}  // namespace

std::string default_state_file(const std::string& scenario_file) {
    if (scenario_file.empty())
        return default_directory() + "/built-in.state";
    const auto stem = std::filesystem::path{scenario_file}.stem().string();
    return default_directory() + "/" + stem + "-" + hash_text(scenario_file) + ".state";
}

StatePlace choose_state_place(const Installation& installation, const Scenario& scenario) {
    if (!installation.state_file.empty())
        return {installation.state_file};
    if (scenario.state_file.empty())
        return {default_state_file(installation.scenario_file), true};
    return {state_file_beside(installation.scenario_file, scenario.state_file)};
}

std::string state_file_beside(const std::string& scenario_file, const std::string& state_file) {
    return (std::filesystem::path{scenario_file}.parent_path() / state_file).string();
}

bool is_own_state(const std::string& scenario_file, const std::string& state_file) {
    struct stat scenario {};
    if (stat(scenario_file.c_str(), &scenario) != 0)
        return false;
    constexpr std::array endings{"", ".new", ".lock", ".calls", ".calls.old", ".calls.lost"};
    return std::any_of(endings.begin(), endings.end(), [&](const char* ending) {
        struct stat other {};
        return stat((state_file + ending).c_str(), &other) == 0 && other.st_dev == scenario.st_dev &&
               other.st_ino == scenario.st_ino;
    });
}

std::string prepare_place(const StatePlace& place, const std::string& scenario_file) {
    if (place.is_default)
        return prepare_default_directory();
    if (is_own_state(scenario_file, place.file))
        return "the state " + place.file + " would overwrite the scenario " + scenario_file +
               ": expected another file";
    return {};
}

}  // namespace efm::fake
