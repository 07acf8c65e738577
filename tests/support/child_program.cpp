#include "tests/support/child_program.h"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace efm::test {

namespace {
constexpr mode_t open_directory = 0777;
constexpr mode_t readable = 0644;
constexpr mode_t runnable_by_all = 0755;
}  // namespace

std::string test_program(std::string_view name) {
    const char* const chosen = std::getenv("EFM_TEST_PROGRAM_DIR");
    return std::string{chosen != nullptr ? chosen : EFM_TEST_PROGRAM_DIR} + "/" + std::string{name};
}

TemporaryDirectory::TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "efm_test.XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr || ::chmod(pattern.c_str(), open_directory) != 0)
        throw std::runtime_error{"no temporary directory " + pattern};
    path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryDirectory::write(std::string_view name, std::string_view contents, bool runnable) const {
    const auto path = file(name);
    std::ofstream{path, std::ios::binary} << contents;
    if (::chmod(path.c_str(), runnable ? runnable_by_all : readable) != 0)
        throw std::runtime_error{"cannot write " + path};
    return path;
}

}  // namespace efm::test
