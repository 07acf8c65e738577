#pragma once

#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "mocks/fake/console.h"

namespace efm::fake {

/// Ends the run when a promise is broken: the input is kept then.
inline void require(bool holds) {
    if (!holds)
        std::abort();
}

/// Keeps the first part of what the fake says, stops it when there is more, answers yes to everything, and
/// lets no time pass.
class BoundedConsole final : public Console {
  public:
    [[nodiscard]] bool write_output(std::string_view text) override { return add(output, text); }
    [[nodiscard]] bool write_errors(std::string_view text) override { return add(errors, text); }
    [[nodiscard]] Answer read_answer(std::string_view /*question*/) override { return Answer::yes; }
    [[nodiscard]] bool pause(std::chrono::milliseconds duration) override {
        is_stopped = is_stopped || duration.count() < 0;
        return !is_stopped;
    }
    void leave_child(std::chrono::milliseconds /*duration*/) override {}

    std::string output;
    std::string errors;
    bool is_stopped = false;

  private:
    bool add(std::string& kept, std::string_view text) {
        constexpr std::size_t most = 4U * 1024 * 1024;
        require(!is_stopped);
        is_stopped = kept.size() + text.size() > most;
        if (!is_stopped)
            kept += text;
        return !is_stopped;
    }
};

/// A directory that is gone when the process ends well.
class PrivateDirectory {
  public:
    PrivateDirectory() : name_((std::filesystem::temp_directory_path() / "efm-fuzz-XXXXXX").string()) {
        require(mkdtemp(name_.data()) != nullptr);
    }
    ~PrivateDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(name_, ignored);
    }
    PrivateDirectory(const PrivateDirectory&) = delete;
    PrivateDirectory& operator=(const PrivateDirectory&) = delete;

    [[nodiscard]] std::string file(const std::string& name) const { return name_ + "/" + name; }

  private:
    std::string name_;
};

}  // namespace efm::fake
