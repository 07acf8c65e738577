#include "mocks/fake/status_text.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <range/v3/view/transform.hpp>

#include "mocks/fake/health.h"
#include "mocks/fake/lsn.h"
#include "mocks/fake/shown.h"

namespace efm::fake {

namespace {

constexpr std::size_t type_width = 12;
constexpr std::size_t usual_address_width = 21;
constexpr std::size_t agent_width = 7;
constexpr std::size_t database_width = 9;
constexpr std::size_t lsn_width = 19;

// Text longer than its column pushes the rest to the right, behind one blank.
std::string cell(std::string_view text, std::size_t width) {
    std::string padded{text};
    padded.append(text.size() < width ? width - text.size() : 1, ' ');
    return padded;
}

class Report {
  public:
    Report(const Cluster& cluster, const Dialect& dialect)
        : cluster_(cluster), dialect_(dialect), shown_(select_shown(cluster, dialect)) {
        if (dialect.version.widens_tables()) {
            for (const auto* const node : shown_.agents)
                address_width_ = std::max(address_width_, node->address.size() + 1);
        }
    }

    std::string write(std::string_view cluster_name) {
        text_ += "Cluster Status: " + std::string{cluster_name} + "\n\n";
        write_agents();
        text_ += "\nAllowed node host list:\n\t" + list(cluster_.allowed);
        text_ += "\n\nMembership coordinator: " + cluster_.coordinator;
        text_ += "\n\nStandby priority host list:\n\t" +
                 list(shown_.priority | ranges::views::transform([](const Node* node) {
                          return std::string_view{node->address};
                      })) +
                 "\n";
        write_promote_status();
        write_idle_nodes();
        return std::move(text_);
    }

  private:
    void write_agents() {
        const bool has_agent = dialect_.has_agent_column();
        text_ += "\t" + cell("Agent Type", type_width) + cell("Address", address_width_) +
                 (has_agent ? cell("Agent", agent_width) : "") + cell("DB", database_width) + "VIP\n";
        rule(has_agent ? 64 + agent_width : 64);
        for (const auto* const node : shown_.agents) {
            text_ += "\t" + cell(shown_type(*node, dialect_), type_width) +
                     cell(node->address, address_width_) +
                     (has_agent ? cell(node->is_member() ? "UP" : "DOWN", agent_width) : "") +
                     cell(shown_database(*node, dialect_), database_width) + vip_cell(*node) + "\n";
        }
    }

    [[nodiscard]] std::string vip_cell(const Node& node) const {
        if (cluster_.vip.empty() || (!node.is_member() && !dialect_.points.shows_vip_of_failed_nodes))
            return {};
        return cluster_.vip + (cluster_.vip_holder == node.address ? "*" : "");
    }

    void write_promote_status() {
        text_ += "\nPromote Status:\n\n\t" + cell("DB Type", type_width);
        write_lsn_header(75);
        for (const auto* const node : shown_.databases)
            write_database(*node);
        text_ += "\n\t" + examine(cluster_, dialect_).sentence + "\n";
        for (const auto& message : cluster_.messages)
            text_ += "\t" + message + "\n";
    }

    void write_database(const Node& node) {
        const auto role = node.database_role();
        const auto type = !node.database_answers()  ? unknown_lsn
                          : role == Role::promoting ? shown_role(Role::standby, dialect_)
                                                    : shown_role(role, dialect_);
        text_ += "\t" + cell(type, type_width);
        write_lsns(node);
    }

    void write_idle_nodes() {
        if (shown_.idle.empty())
            return;
        text_ += "\nIdle Node Status (idle nodes ignored in WAL LSN comparisons):\n\n\t";
        write_lsn_header(63);
        for (const auto* const node : shown_.idle) {
            text_ += '\t';
            write_lsns(*node);
        }
    }

    void write_lsn_header(std::size_t rule_width) {
        text_ += cell("Address", address_width_) + cell("WAL Received LSN", lsn_width) +
                 cell("WAL Replayed LSN", lsn_width) + "Info\n";
        rule(rule_width);
    }

    void write_lsns(const Node& node) {
        const auto [received, replayed, info] = shown_locations(cluster_, node, dialect_);
        text_ += cell(node.address, address_width_) + cell(received, lsn_width) + cell(replayed, lsn_width);
        text_.append(info).append("\n");
    }

    void rule(std::size_t width) {
        text_ += "\t" + std::string(width + (address_width_ - usual_address_width), '-') + "\n";
    }

    template <typename Addresses>
    static std::string list(const Addresses& addresses) {
        std::string line;
        for (const auto& address : addresses)
            line.append(line.empty() ? "" : " ").append(address);
        return line.empty() ? "(List is empty.)" : line;
    }

    const Cluster& cluster_;
    const Dialect& dialect_;
    const Shown shown_;
    std::size_t address_width_ = usual_address_width;
    std::string text_;
};

}  // namespace

std::string status_text(const Cluster& cluster, std::string_view cluster_name, const Dialect& dialect) {
    return Report{cluster, dialect}.write(cluster_name);
}

}  // namespace efm::fake
