#pragma once

#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace efm::fake {

/// The files in a server's data directory by which a failover manager rules it while it does not run.
class DataDirectory {
  public:
    explicit DataDirectory(std::string path) : path_(std::move(path)) {}

    /// What is wrong with it as the data directory of a server that this user may run; empty: nothing.
    [[nodiscard]] std::string mistake() const;

    /// Keeps the server from being started, as EFM does with a primary that has been replaced: PostgreSQL
    /// refuses to start where there is a recovery.conf.
    [[nodiscard]] std::error_code fence() const;
    [[nodiscard]] bool is_fenced() const;
    [[nodiscard]] std::error_code remove_fence() const;

    [[nodiscard]] bool is_standby() const;
    /// Makes it the data directory of a standby that follows `primary_conninfo`: standby.signal, and the
    /// setting in postgresql.auto.conf.
    [[nodiscard]] std::error_code make_standby(const std::string& primary_conninfo) const;
    [[nodiscard]] std::error_code remove_standby_signal() const;

    /// Whether its postmaster runs.
    [[nodiscard]] bool has_postmaster() const;
    /// Whether processes of the server are there: its postmaster, or those that have outlived it.
    [[nodiscard]] bool is_in_use() const;

    /// Removes the lock files that a killed postmaster has left: its process id may be somebody else's by
    /// now, and would keep the server from starting. Only where no process of the server is left.
    void remove_stale_locks() const;

    /// The options that the server was last started with, apart from its data directory.
    [[nodiscard]] std::string last_options() const;

    /// Name and content of the server's configuration files, which pg_rewind replaces with those of another.
    using Files = std::vector<std::pair<std::string, std::string>>;
    [[nodiscard]] std::optional<Files> configuration() const;
    [[nodiscard]] std::error_code put_back(const Files& configuration) const;

  private:
    [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

    std::string path_;
};

}  // namespace efm::fake
