#pragma once

#include <string_view>

#include "extension/pg_prelude.h"

namespace efm {

/// Whether `path` begins with a slash and holds no control character.
bool is_full_path(std::string_view path);

/// Check hooks of the settings: refuse with a message and a detail, never raise. An empty value of a path or
/// of the cluster name means "not set".
bool check_path(char** value, void** extra, GucSource source);
bool check_cluster_name(char** value, void** extra, GucSource source);
bool check_user_name(char** value, void** extra, GucSource source);

}  // namespace efm
