#include "mocks/mock_efm/scenario_library.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <filesystem>

#include "mocks/fake/file.h"

namespace efm::fake {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_bytes = 64U * 1024 * 1024;

std::string description_of(const fs::path& file) {
    const auto text = read_file(file.string(), most_bytes);
    if (text.error)
        return "(" + text.error.message() + ")";
    boost::system::error_code error;
    const auto value = boost::json::parse(text.content, error);
    const auto* const object = error ? nullptr : value.if_object();
    const auto* const found = object == nullptr ? nullptr : object->if_contains("description");
    const auto* const description = found == nullptr ? nullptr : found->if_string();
    return description == nullptr ? "(no description)"
                                  : std::string{description->begin(), description->end()};
}

}  // namespace

std::string find_scenario_library() {
    std::error_code error;
    const auto program = fs::read_symlink("/proc/self/exe", error);
    if (error)
        return {};
    for (const auto* const place : {"scenarios", "../share/efm_extension/scenarios"}) {
        const auto directory = (program.parent_path() / place).lexically_normal();
        if (fs::is_directory(directory, error))
            return directory.string();
    }
    return {};
}

std::vector<LibraryScenario> list_scenarios(const std::string& library) {
    std::vector<LibraryScenario> scenarios;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator{library, error}) {
        if (entry.path().extension() == ".json")
            scenarios.push_back({entry.path().stem().string(), description_of(entry.path())});
    }
    std::sort(
        scenarios.begin(), scenarios.end(),
        [](const LibraryScenario& left, const LibraryScenario& right) { return left.name < right.name; });
    return scenarios;
}

std::string find_scenario(const std::string& scenario, const std::string& library) {
    std::error_code error;
    if (scenario.empty() || library.empty() || scenario.find('/') != std::string::npos ||
        fs::exists(scenario, error))
        return scenario;
    const auto file = fs::path{library} / (scenario + ".json");
    return fs::exists(file, error) ? file.string() : scenario;
}

std::string why_unknown(const std::string& scenario, const std::string& library) {
    std::error_code error;
    if (scenario.empty() || scenario.find('/') != std::string::npos ||
        fs::exists(find_scenario(scenario, library), error))
        return {};
    if (library.empty())
        return scenario +
               ": there is no such file here, and no library of scenarios is installed with this "
               "program";
    return scenario + ": there is no such file here, and no scenario of this name in the library " + library +
           "; `mock-efm control scenarios` lists it";
}

}  // namespace efm::fake
