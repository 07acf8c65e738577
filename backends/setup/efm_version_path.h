#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace efm {

/// A path with a directory of one EFM release in it, as its packages make it: /usr/edb/efm-4.9/bin/efm.
struct VersionPath {
    std::string before;   ///< /usr/edb/efm-
    std::string version;  ///< 4.9
    std::string after;    ///< /bin/efm

    [[nodiscard]] std::string with(std::string_view other_version) const;
};

/// Nothing for a path that names no release.
std::optional<VersionPath> split_version_path(std::string_view path);

/// The path of the latest release on this host at which `path`, with `file` after it, is a file, whatever
/// release `path` names; nothing when there is none.
std::optional<std::string> latest_installed(const VersionPath& path, const std::string& file = {});

/// Compares 4.9 with 4.10 as releases: less than, equal to or greater than 0.
int compare_versions(std::string_view left, std::string_view right);

}  // namespace efm
