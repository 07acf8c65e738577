#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "backends/checks/check.h"
#include "backends/command/command.h"
#include "backends/command/command_result.h"
#include "backends/runners/runner_settings.h"

namespace efm {

/// What a set-up check looks at beside the files: gathered by the host, so that this needs no PostgreSQL.
struct SetupFacts {
    RunnerSettings runner;
    std::string cluster_name;
    std::string properties_location;
    std::string server_user;  ///< the operating system user of this process

    /// Asks sudo, without running it, whether a command is allowed: exit status 0 when it is.
    std::function<CommandResult(const Command& command)> ask_sudo;
    /// Why the cluster's status cannot be had, and what to do about it; nothing when it can.
    struct Trouble {
        std::string sqlstate;
        std::string detail;
        std::string hint;
    };
    std::function<std::optional<Trouble>()> ask_status;

    bool is_preloaded = false;
    std::string preload_libraries;  ///< shared_preload_libraries as it is now
    bool worker_enabled = false;
    bool worker_running = false;
    int max_worker_processes = 0;
    std::string worker_database;
    std::string worker_error;   ///< of its last poll; empty when it went well
    std::string history_error;  ///< why the history is not written; empty when it is, or is not wanted
    long cache_ttl = 0;         ///< seconds
    std::string schema_version;
    std::string library_version;

    /// Where Java is looked for: directories with colons between them; the folder of installations.
    std::string java_path;
    std::string java_installations = "/usr/lib/jvm";
};

/// One row for each thing that a new installation needs, in the order in which to mend them:
///
///     cluster_name, sudo (backend sudo), program, version_directory and java (not backend mock),
///     sudo_read, sudo_write, sudo_promote, sudo_cluster (backend sudo), properties, status, preload, worker,
///     cache, schema_version
///
/// The hint of one that did not pass is the line to change, or names the check to mend first. Throws nothing
/// of its own.
std::vector<Check> setup_checks(const SetupFacts& facts);

}  // namespace efm
