#pragma once

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
    bool allow_host_names = false;
    bool debug = false;
};

/// Defines all settings and reserves their prefix. Called once, when the module is loaded.
void define_settings();

Settings current_settings();

/// The name of the cluster, or an error (22023) that says how to set it.
const std::string& required_cluster_name(const Settings& settings);

}  // namespace efm
