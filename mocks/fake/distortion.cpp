#include "mocks/fake/distortion.h"

#include <range/v3/algorithm/contains.hpp>
#include <range/v3/algorithm/find_if.hpp>

namespace efm::fake {

namespace {

bool is_named(const Distortion& distortion, const Node& node) {
    const auto& unseen = distortion.unseen;
    return ranges::contains(unseen, node.address) || ranges::contains(unseen, to_string(node.role)) ||
           ranges::contains(unseen, "*");
}

}  // namespace

void distort(Cluster& view, const Distortion& distortion, std::string_view from) {
    if (distortion.two_primaries) {
        const auto standby =
            ranges::find_if(view.nodes, [](const Node& node) { return node.is(Role::standby); });
        if (standby != view.nodes.end()) {
            standby->role = Role::primary;
            standby->received.clear();
            std::erase(view.priority, standby->address);
        }
    }
    for (auto& node : view.nodes) {
        if (node.is_member() && node.address != from && is_named(distortion, node))
            node.agent = Agent::failed;
    }
}

}  // namespace efm::fake
