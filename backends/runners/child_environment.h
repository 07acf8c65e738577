#pragma once

#include <string>
#include <vector>

#include "backends/runners/runner_settings.h"

namespace efm {

/// Where `efm` and what it calls are looked for; `<java_home>/bin` comes first where there is one, because
/// the launcher of `efm` looks for `java` in the PATH and not in JAVA_HOME.
std::string search_path(const RunnerSettings& settings);

/// The whole environment of a child: LC_ALL=C (EFM 4.7 fails with decimal commas), PATH, HOME, JAVA_HOME if
/// set.
std::vector<std::string> child_environment(const RunnerSettings& settings);

}  // namespace efm
