#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace efm::test {

/// The full path of a test program: `chameleon`, or `launcher.sh`, which runs it as a child. They are looked
/// for in the directory that the environment variable EFM_TEST_PROGRAM_DIR names, else where they were built.
std::string test_program(std::string_view name);

/// A directory of one test, open to every user (a command may run as another); gone with its contents at the
/// end.
class TemporaryDirectory {
  public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] std::string file(std::string_view name) const { return (path_ / name).string(); }
    /// Writes a file that every user can read, and run if `runnable`; answers its full path.
    std::string write(std::string_view name, std::string_view contents, bool runnable = false) const;

  private:
    std::filesystem::path path_;
};

}  // namespace efm::test
