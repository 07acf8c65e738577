#include "backends/promotion/promotion_watch.h"

#include <algorithm>

namespace efm {

PromotionWatch::PromotionWatch(const std::optional<ClusterStatus>& before, bool switchover)
    : switchover_(switchover), knows_before_(before.has_value()) {
    if (before)
        remember(*before);
}

void PromotionWatch::remember(const ClusterStatus& before) {
    for (const auto& node : before.nodes) {
        if (node.is_primary())
            primaries_.push_back(node.address);
    }
    if (!primaries_.empty())
        old_primary_ = primaries_.front();
}

bool PromotionWatch::is_new(const NodeStatus& node) const {
    return node.is_primary() &&
           (node.address == promoting_ || std::ranges::find(primaries_, node.address) == primaries_.end());
}

void PromotionWatch::look_at_promoting(const ClusterStatus& status, std::vector<std::string>& steps) {
    const auto* const was_promoting = status.find(promoting_);
    // It has come to nothing, and EFM may try again.
    if (was_promoting != nullptr && was_promoting->is_standby()) {
        promoting_.clear();
        steps.push_back("node " + was_promoting->address + " is a standby again, and not promoted");
    }
    for (const auto& node : status.nodes) {
        if (node.is_promoting() && promoting_ != node.address) {
            promoting_ = node.address;
            steps.push_back("node " + node.address + " is being promoted");
        }
    }
}

std::vector<std::string> PromotionWatch::look(const ClusterStatus& status) {
    std::vector<std::string> steps;
    if (!knows_before_ && !has_looked_)
        remember(status);
    has_looked_ = true;
    messages_ = status.messages;
    primaries_now_ = status.count_primaries();
    const auto* const old_node = status.find(old_primary_);
    const bool old_is_primary = old_node != nullptr && old_node->is_primary();
    if (!old_primary_.empty() && has_lost_primary_ == old_is_primary) {
        has_lost_primary_ = !old_is_primary;
        steps.push_back("node " + old_primary_ +
                        (old_is_primary ? " is primary again" : " is no longer primary"));
    }
    look_at_promoting(status, steps);
    if (!has_new_primary()) {
        const auto found =
            std::ranges::find_if(status.nodes, [&](const NodeStatus& node) { return is_new(node); });
        if (found != status.nodes.end()) {
            new_primary_ = found->address;
            steps.push_back("node " + new_primary_ + " is the new primary");
        }
    }
    if (switchover_ && !is_old_back_ && has_new_primary() && old_node != nullptr && old_node->is_standby()) {
        is_old_back_ = true;
        steps.push_back("node " + old_primary_ + " is back as a standby");
    }
    return steps;
}

bool PromotionWatch::is_over() const {
    return has_new_primary() &&
           (!switchover_ || is_old_back_ || old_primary_.empty() || old_primary_ == new_primary_);
}

bool PromotionWatch::is_in_doubt() const {
    return !knows_before_ && !has_new_primary() && !old_primary_.empty() && !has_lost_primary_;
}

}  // namespace efm
