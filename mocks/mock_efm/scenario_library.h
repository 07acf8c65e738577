#pragma once

#include <string>
#include <vector>

namespace efm::fake {

/// The directory of the scenarios that come with the program: `scenarios` beside it, as in a build tree, or
/// `../share/efm_extension/scenarios`, as where it is installed. Empty when there is none.
std::string find_scenario_library();

struct LibraryScenario {
    std::string name;
    std::string description;  ///< or what is wrong with the file
};
/// Those in `library`, by name.
std::vector<LibraryScenario> list_scenarios(const std::string& library);

/// The file that is meant by `scenario`: a path; or a name without a slash, of which there is no file here,
/// but one in the library.
std::string find_scenario(const std::string& scenario, const std::string& library);

/// Why a name without a slash means no scenario: there is neither a file here nor one in the library. Empty
/// otherwise, and for a path, of which whoever reads it says what is wrong.
std::string why_unknown(const std::string& scenario, const std::string& library);

}  // namespace efm::fake
