#include "backends/status/cluster_status.h"

#include <algorithm>
#include <charconv>

namespace efm {

const NodeStatus* ClusterStatus::find(std::string_view address) const {
    const auto found = std::ranges::find(nodes, address, &NodeStatus::address);
    return found == nodes.end() ? nullptr : &*found;
}

const NodeStatus* ClusterStatus::primary() const {
    const auto found = std::ranges::find_if(nodes, &NodeStatus::is_primary);
    return found == nodes.end() ? nullptr : &*found;
}

int ClusterStatus::count_primaries() const {
    return static_cast<int>(std::ranges::count_if(nodes, &NodeStatus::is_primary));
}

std::optional<std::uint64_t> ClusterStatus::lag_bytes(const NodeStatus& node) const {
    return lag_behind(primary(), node);
}

bool ClusterStatus::is_safe_to_promote() const {
    const auto* const source = primary();
    return count_primaries() == 1 && std::ranges::none_of(nodes, &NodeStatus::is_promoting) &&
           std::ranges::any_of(nodes, [&](const NodeStatus& node) {
               return node.is_eligible() && lag_behind(source, node) == std::uint64_t{0};
           });
}

std::optional<std::uint64_t> lag_behind(const NodeStatus* primary, const NodeStatus& node) {
    if (primary == nullptr || !primary->replayed_at || !node.replayed_at)
        return std::nullopt;
    return *primary->replayed_at > *node.replayed_at ? *primary->replayed_at - *node.replayed_at : 0;
}

std::optional<std::uint64_t> parse_wal_location(std::string_view text) {
    constexpr std::size_t most_digits = 8;
    const auto slash = text.find('/');
    if (slash == 0 || slash == std::string_view::npos || slash > most_digits ||
        text.size() - slash - 1 > most_digits || text.size() == slash + 1)
        return std::nullopt;
    std::uint32_t high = 0;
    std::uint32_t low = 0;
    const auto* const end = text.data() + text.size();
    if (std::from_chars(text.data(), text.data() + slash, high, 16).ptr != text.data() + slash ||
        std::from_chars(text.data() + slash + 1, end, low, 16).ptr != end)
        return std::nullopt;
    return (std::uint64_t{high} << 32U) | low;
}

}  // namespace efm
