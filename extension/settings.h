#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "backends/command/command_runner.h"
#include "backends/runners/runner_settings.h"

namespace efm {

/// The values of the settings `efm.*` at one moment. settings.cpp holds the one table that defines them.
struct Settings {
    RunnerSettings runner;
    Limits limits;
    std::string cluster_name;
    std::string properties_location;
    std::chrono::seconds cache_ttl{5};
    bool allow_host_names = false;
    bool debug = false;
};

/// The settings of the background worker at one moment.
struct WorkerSettings {
    bool enabled = false;
    std::string database;
    std::chrono::seconds interval{10};
    bool persist_history = false;
    int history_retention = 7;  ///< days
};

/// Defines all settings and reserves their prefix. Called once, when the module is loaded.
void define_settings();

Settings current_settings();

WorkerSettings worker_settings();

/// Another number whenever a setting may have changed that decides what EFM answers: who has looked at the
/// settings before need not look again while it is the same. Costs a load.
extern std::uint64_t settings_version;

/// efm.cache_ttl in milliseconds.
std::int64_t cache_ttl_ms() noexcept;

/// The name of the cluster, or an error (22023) that says how to set it.
const std::string& required_cluster_name(const Settings& settings);

}  // namespace efm
