#include "backends/promotion/preflight.h"

#include <algorithm>

#include "backends/promotion/standby_choice.h"

namespace efm {

namespace {

class Preflight {
  public:
    Preflight(const ClusterStatus& status, bool switchover)
        : status_(status),
          switchover_(switchover),
          primary_(status.primary()),
          choice_(choose_standby(status)) {}

    std::vector<Check> run() {
        one_primary();
        agents_up();
        no_promotion();
        standby_available();
        in_sync();
        minimum_standbys();
        missing_nodes();
        vip();
        return std::move(checks_);
    }

  private:
    void add(const char* name, bool passed, std::string detail, const char* hint) {
        checks_.push_back({name, passed, std::move(detail), passed ? "" : hint});
    }

    static void append(std::string& list, const std::string& element) {
        list.append(list.empty() ? "" : ", ").append(element);
    }

    template <typename Condition>
    [[nodiscard]] std::string addresses_where(Condition condition) const {
        std::string list;
        for (const auto& node : status_.nodes) {
            if (condition(node))
                append(list, node.address);
        }
        return list;
    }

    void one_primary() {
        const auto count = status_.count_primaries();
        const auto list = addresses_where([](const NodeStatus& node) { return node.is_primary(); });
        const bool answers = primary_ != nullptr && primary_->replayed_at.has_value();
        if (count > 1)
            add("one_primary", false, "There are " + std::to_string(count) + " primaries: " + list + ".",
                "Find out which of them holds the data, and stop the others, before anything is promoted.");
        else if (count == 0)
            // A failover is for just this.
            add("one_primary", !switchover_, "There is no primary.",
                "Promote a standby: a failover needs no primary.");
        else
            add("one_primary", answers || !switchover_,
                answers ? "Primary " + list + "." : "Primary " + list + ", and its database does not answer.",
                "Promote a standby: a failover needs no primary.");
    }

    /// Where no agent is seen.
    [[nodiscard]] std::string unseen() const {
        // Before EFM 5.0 a node whose agent has failed is shown nowhere, but it is still allowed.
        auto down = addresses_where([](const NodeStatus& node) { return node.agent != "UP"; });
        for (const auto& address : status_.allowed) {
            if (status_.find(address) == nullptr)
                append(down, address);
        }
        return down;
    }

    void agents_up() {
        const auto down = unseen();
        add("agents_up", down.empty(),
            down.empty() ? "All agents are up." : "No agent is seen on " + down + ".",
            switchover_ ? "Start the agents of these nodes."
                        : "Make sure that no primary runs there, beyond a broken network.");
    }

    void no_promotion() {
        const auto promoting = addresses_where([](const NodeStatus& node) { return node.is_promoting(); });
        add("no_promotion", promoting.empty(),
            promoting.empty() ? "No promotion is under way." : "Node " + promoting + " is being promoted.",
            "Wait until that promotion has ended.");
    }

    void standby_available() {
        add("standby_available", choice_.node != nullptr,
            choice_.node != nullptr
                ? "EFM would promote " + choice_.node->address + ": " + choice_.reason + "."
                : "There is no standby that has a priority and whose database is UP and answers.",
            "Give a standby a priority with efm_set_priority(), or bring one up.");
    }

    /// Where a standby stands that is not exactly where the primary is; empty when it is.
    [[nodiscard]] std::string distance_text(const NodeStatus& node) const {
        if (primary_ == nullptr || !primary_->replayed_at || !node.replayed_at)
            return "unknown";
        const auto written = *primary_->replayed_at;
        const auto replayed = *node.replayed_at;
        if (replayed == written)
            return {};
        return replayed < written ? std::to_string(written - replayed) + " bytes behind"
                                  : std::to_string(replayed - written) + " bytes ahead";
    }

    /// What EFM itself says of it: a version may show locations that are not right (4.6: received for
    /// replayed).
    [[nodiscard]] std::string own_sentence() const {
        const auto found = std::ranges::find_if(status_.messages, [](const std::string& message) {
            return message.find("not in sync") != std::string::npos;
        });
        return found == status_.messages.end() ? std::string{} : *found;
    }

    /// The standbys but `left_out` that are not exactly where the primary is, and where they are.
    [[nodiscard]] std::string distances(const NodeStatus* left_out = nullptr) const {
        std::string list;
        for (const auto& node : status_.nodes) {
            if (!node.is_standby() || &node == left_out)
                continue;
            if (const auto distance = distance_text(node); !distance.empty())
                append(list, node.address + " " + distance);
        }
        return list;
    }

    /// How much less WAL the other standbys have than `chosen`, where no primary can be asked.
    [[nodiscard]] std::string distances_behind(const NodeStatus& chosen) const {
        std::string list;
        for (const auto& node : status_.nodes) {
            if (!node.is_standby() || &node == &chosen)
                continue;
            const auto end = wal_end(node);
            const auto most = wal_end(chosen).value_or(0);
            append(list, node.address + " " +
                             (!end           ? "unknown"
                              : *end == most ? "as much"
                              : *end > most  ? std::to_string(*end - most) + " bytes more"
                                             : std::to_string(most - *end) + " bytes less"));
        }
        return list;
    }

    void in_sync() {
        // Also one that seems to be ahead, because it was asked later: EFM may find that the positions
        // differ.
        const auto apart = distances();
        const auto sentence = apart.empty() ? own_sentence() : std::string{};
        if (switchover_) {
            const char* const hint =
                primary_ != nullptr && primary_->replayed_at
                    ? "Wait until all standbys have caught up: EFM refuses a switchover before that."
                    : "A switchover needs a primary that answers. See efm_preflight(false) for a failover.";
            if (std::ranges::none_of(status_.nodes, &NodeStatus::is_standby))
                return add("in_sync", false, "There is no standby.", hint);
            return add("in_sync", apart.empty() && sentence.empty(),
                       !apart.empty()      ? "Not where the primary is: " + apart + "."
                       : !sentence.empty() ? "EFM says: " + sentence
                                           : "All standbys have replayed what the primary has written.",
                       hint);
        }
        constexpr const char* hint =
            "What the standby has not received is lost with the primary. EFM asks before it goes on; force "
            "answers yes.";
        if (choice_.node == nullptr)
            return add("in_sync", false, "There is no standby that could be promoted.",
                       "Bring a standby up, or give one a priority with efm_set_priority().");
        if (status_.count_primaries() > 1)
            return add("in_sync", false,
                       "What a promotion would lose is not known: there is more than one primary.",
                       "What all but one of them wrote last is lost.");
        const auto lost = bytes_not_received(primary_, *choice_.node);
        if (!lost) {
            const auto others = distances_behind(*choice_.node);
            return add(
                "in_sync", false,
                "What a promotion would lose is not known: the primary cannot be asked." +
                    (others.empty()
                         ? ""
                         : " Compared with " + choice_.node->address + " the others have: " + others + "."),
                "What it wrote last may be lost with it. EFM may ask before it goes on; force answers yes.");
        }
        const auto distance = distance_text(*choice_.node);
        const auto others = distances(choice_.node);
        add("in_sync", distance.empty() && sentence.empty(),
            "A promotion of " + choice_.node->address + " now would lose " + std::to_string(*lost) +
                " bytes of WAL." + (distance.empty() ? "" : " It has replayed: " + distance + ".") +
                (others.empty() ? "" : " The others: " + others + ".") +
                (sentence.empty() ? "" : " EFM says: " + sentence),
            hint);
    }

    void minimum_standbys() {
        const auto standbys = std::ranges::count_if(status_.nodes, &NodeStatus::is_standby);
        const auto minimum = status_.minimum_standbys.value_or(0);
        // The promoted one is a standby no more. After a switchover the old primary is one, but before
        // EFM 5.4 it does not count, and a switchover is refused.
        const auto left = std::max<std::ptrdiff_t>(standbys - 1, 0);
        add("minimum_standbys", left >= minimum,
            std::to_string(left) + (switchover_ ? " standbys during it" : " standbys after it") +
                ", minimum.standbys is " + std::to_string(minimum) + ".",
            switchover_
                ? "EFM before 5.4 refuses a switchover then: add a standby, or lower minimum.standbys "
                  "in the cluster's properties."
                : "Add a standby, or lower minimum.standbys in the cluster's properties: a later "
                  "failure of the new primary is not failed over.");
    }

    void missing_nodes() {
        std::string list;
        for (const auto& address : status_.missing)
            append(list, address);
        add("missing_nodes", list.empty() || !switchover_,
            list.empty() ? "No node is missing." : "EFM misses " + list + ".",
            "Bring these nodes back, or forget them with efm_reset_members().");
    }

    void vip() {
        if (status_.vip.empty())
            return add("vip", true, "There is no virtual IP address.", "");
        const auto holders = addresses_where([](const NodeStatus& node) { return node.vip_active; });
        // Without a primary somebody else may answer on it: EFM asks about just that.
        constexpr const char* hint = "Make sure that only the node to be promoted answers on it.";
        if (!holders.empty())
            return add("vip", primary_ != nullptr, status_.vip + " is active on " + holders + ".", hint);
        const auto down = primary_ == nullptr ? unseen() : std::string{};
        add("vip", down.empty(),
            down.empty() ? status_.vip + " is active on no node."
                         : "Whether " + status_.vip + " is in use on " + down + " is not known.",
            hint);
    }

    const ClusterStatus& status_;
    bool switchover_;
    const NodeStatus* primary_;
    StandbyChoice choice_;
    std::vector<Check> checks_;
};

}  // namespace

std::vector<Check> preflight_checks(const ClusterStatus& status, bool switchover) {
    return Preflight{status, switchover}.run();
}

std::vector<Check> failed_checks(std::vector<Check> checks) {
    std::erase_if(checks, [](const Check& check) { return check.passed; });
    return checks;
}

std::string list_of_checks(const std::vector<Check>& checks) {
    std::string text;
    for (const auto& check : checks)
        text += (text.empty() ? "" : "\n") + check.name + ": " + check.detail;
    return text;
}

}  // namespace efm
