#include "mocks/fake/state_place.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "mocks/fake/hash.h"

namespace efm::fake {

namespace {

std::string default_directory() {
    return "/tmp/mock-efm-" + std::to_string(geteuid());
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
    return {(std::filesystem::path{installation.scenario_file}.parent_path() / scenario.state_file).string()};
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

}  // namespace efm::fake
