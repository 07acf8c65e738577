#include "backends/setup/efm_version_path.h"

#include <charconv>
#include <filesystem>
#include <system_error>

namespace efm {

namespace {

constexpr std::string_view mark = "/efm-";
constexpr std::string_view digits = "0123456789";

/// How much of the beginning is a release, two numbers with a point between them; 0 for none.
std::size_t version_length(std::string_view text) {
    const auto point = text.find_first_not_of(digits);
    if (point == 0 || point == std::string_view::npos || text[point] != '.')
        return 0;
    const auto end = std::min(text.find_first_not_of(digits, point + 1), text.size());
    return end == point + 1 || (end < text.size() && text[end] != '/') ? 0 : end;
}

}  // namespace

std::string VersionPath::with(std::string_view other_version) const {
    return before + std::string{other_version} + after;
}

std::optional<VersionPath> split_version_path(std::string_view path) {
    for (auto at = path.find(mark); at != std::string_view::npos; at = path.find(mark, at + 1)) {
        const auto start = at + mark.size();
        if (const auto length = version_length(path.substr(start)); length > 0)
            return VersionPath{std::string{path.substr(0, start)}, std::string{path.substr(start, length)},
                               std::string{path.substr(start + length)}};
    }
    return std::nullopt;
}

std::optional<std::string> latest_installed(const VersionPath& path, const std::string& file) {
    std::string latest;
    std::error_code error;
    const std::filesystem::path parent = std::filesystem::path{path.before}.parent_path();
    for (std::filesystem::directory_iterator entry{parent, error}, end; !error && entry != end;
         entry.increment(error)) {
        const auto found = split_version_path(entry->path().string());
        std::error_code unknown;
        if (found && found->before == path.before && found->after.empty() &&
            std::filesystem::is_regular_file(path.with(found->version) + file, unknown) &&
            (latest.empty() || compare_versions(latest, found->version) < 0))
            latest = found->version;
    }
    return latest.empty() ? std::nullopt : std::optional{path.with(latest)};
}

int compare_versions(std::string_view left, std::string_view right) {
    while (!left.empty() || !right.empty()) {
        unsigned long numbers[2]{};
        std::string_view* const sides[2]{&left, &right};
        for (int side = 0; side < 2; ++side) {
            auto& text = *sides[side];
            std::from_chars(text.data(), text.data() + text.size(), numbers[side]);
            const auto point = text.find('.');
            text.remove_prefix(point == std::string_view::npos ? text.size() : point + 1);
        }
        if (numbers[0] != numbers[1])
            return numbers[0] < numbers[1] ? -1 : 1;
    }
    return 0;
}

}  // namespace efm
