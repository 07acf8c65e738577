#pragma once

#include <string>
#include <vector>

#include "backends/setup/setup_checks.h"

namespace efm {

/// The checks one after the other, each a row. For setup_checks() alone; the functions stand in the files
/// of what they look at.
class SetupCheck {
  public:
    explicit SetupCheck(const SetupFacts& facts) : facts_(facts) {}

    std::vector<Check> run();

  private:
    struct Words {
        std::string subcommand;
        std::vector<std::string> arguments;
    };

    [[nodiscard]] bool is_sudo() const { return facts_.runner.backend == Backend::sudo; }

    void pass(const char* name, std::string detail);
    void fail(const char* name, std::string detail, std::string hint);
    /// Whether one of these has failed already, so that `name` cannot be looked at: then its row says so.
    bool is_blocked(const char* name, const std::vector<std::string>& needed);

    void cluster_name();
    void status();
    void schema_version();

    // program_checks.cpp
    void sudo();
    void program();
    void version_directory();
    void java();
    [[nodiscard]] std::string not_executable(const std::string& path) const;
    [[nodiscard]] std::string command_path_hint() const;  ///< names an EFM that is there, where there is one
    [[nodiscard]] std::string java_in_path() const;
    [[nodiscard]] std::string java_hint() const;

    // sudo_checks.cpp
    void sudo_rules();
    void ask(const char* name, const std::vector<Words>& asked);
    void refused(const char* name, const Command& command, const CommandResult& result);

    // properties_checks.cpp
    void properties();
    [[nodiscard]] std::string properties_hint() const;

    // server_checks.cpp
    void preload();
    void worker();
    void cache();
    [[nodiscard]] std::string more_workers() const;
    [[nodiscard]] std::string history_hint() const;

    const SetupFacts& facts_;
    std::vector<Check> checks_;
};

}  // namespace efm
