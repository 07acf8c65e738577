#include "mocks/fake/status_json.h"

#include <string_view>
#include <vector>

#include <range/v3/algorithm/contains.hpp>
#include <range/v3/view/transform.hpp>

#include "mocks/fake/health.h"
#include "mocks/fake/lsn.h"
#include "mocks/fake/shown.h"

namespace efm::fake {

namespace {

// As Json-Simple writes strings, slashes escaped: that is what EFM is made with.
std::string quoted(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    constexpr std::string_view special = "\"\\/\b\f\n\r\t";
    constexpr std::string_view letters = "\"\\/bfnrt";
    std::string result = "\"";
    for (const char c : text) {
        const auto place = special.find(c);
        if (place != std::string_view::npos) {
            result += '\\';
            result += letters[place];
        } else if (c >= 0 && c < ' ') {
            const auto code = static_cast<unsigned char>(c);
            result += "\\u00";
            result += digits[code >> 4U];
            result += digits[code & 15U];
        } else {
            result += c;
        }
    }
    return result + '"';
}

std::string member(std::string_view key, std::string_view value) {
    return quoted(key) + ":" + quoted(value);
}

template <typename Texts>
std::string array(const Texts& texts) {
    std::string result = "[";
    for (const auto& text : texts)
        result += (result.size() > 1 ? "," : "") + quoted(text);
    return result + "]";
}

bool has_vip(const Cluster& cluster, const Node& node) {
    return !cluster.vip.empty() && cluster.vip_holder == node.address;
}

class Writer {
  public:
    Writer(const Cluster& cluster, const Dialect& dialect)
        : cluster_(cluster), dialect_(dialect), shown_(select_shown(cluster, dialect)) {}

    [[nodiscard]] std::string write_cluster() const {
        const auto priority = shown_.priority | ranges::views::transform([](const Node* node) {
                                  return std::string_view{node->address};
                              });
        const bool lacks_priority = shown_.priority.empty() && points().leaves_out_empty_priority_in_json;
        return "{\"nodes\":{" + nodes() + "},\"allowednodes\":" + array(cluster_.allowed) + "," +
               member("membershipcoordinator", cluster_.coordinator) +
               (lacks_priority ? "" : ",\"failoverpriority\":" + array(priority)) +
               ",\"minimumstandbys\":" + std::to_string(cluster_.minimum_standbys) +
               ",\"missingnodes\":" + array(missing_nodes()) + ",\"messages\":" + array(messages()) + "}\n";
    }

    [[nodiscard]] std::string write_node(const Node& node) const {
        return "{" + member("type", shown_type(node, dialect_)) + "," + member("address", node.address) +
               "," + agent(node) + member("db", shown_database(node, dialect_)) + "," +
               member("vip", cluster_.vip) + "," +
               member("vip_active", has_vip(cluster_, node) ? "true" : "false") + "}\n";
    }

  private:
    [[nodiscard]] const OpenPoints& points() const { return dialect_.points; }

    [[nodiscard]] std::string nodes() const {
        std::string result;
        for (const auto* const node : shown_.agents) {
            if (node->is_member() || points().failed_nodes_in_json != OpenPoints::Failed::missingnodes)
                result += (result.empty() ? "" : ",") + quoted(node->address) + ":" + one_node(*node);
        }
        return result;
    }

    [[nodiscard]] std::string one_node(const Node& node) const {
        const bool has_vip_text = node.is_member() || points().shows_vip_of_failed_nodes;
        return "{" + member("type", shown_type(node, dialect_)) + "," + agent(node) +
               member("db", shown_database(node, dialect_)) + "," +
               member("vip", has_vip_text ? cluster_.vip : "") +
               ",\"vip_active\":" + (has_vip(cluster_, node) ? "true" : "false") + locations(node) + "}";
    }

    [[nodiscard]] std::string agent(const Node& node) const {
        return dialect_.has_agent_key() ? member("agent", node.is_member() ? "UP" : "DOWN") + "," : "";
    }

    [[nodiscard]] std::string locations(const Node& node) const {
        const bool has_none = node.role == Role::promoting && !points().has_promoting_locations_in_json;
        if (!node.is_member() || node.role == Role::witness || has_none)
            return {};
        const bool says_lsn = dialect_.version.says_lsn();
        const auto [received, replayed, info] = shown_locations(cluster_, node, dialect_);
        return received_member(node, received, replayed) + "," +
               member(says_lsn ? "lsn" : "xlog", told(replayed)) + "," +
               member(says_lsn ? "lsnInfo" : "xloginfo", info);
    }

    // The text report leaves the received location of a primary blank, this one repeats the current one.
    [[nodiscard]] std::string received_member(const Node& node, std::string_view received,
                                              std::string_view replayed) const {
        if (!dialect_.version.has_received_key())
            return {};
        if (node.role == Role::primary) {
            switch (points().primary_received) {
                case OpenPoints::Received::missing:
                    return {};
                case OpenPoints::Received::repeated:
                    received = told(replayed);
                    break;
                case OpenPoints::Received::empty:
                    received = {};
                    break;
                case OpenPoints::Received::unknown:
                    received = unknown_lsn;
                    break;
            }
        } else {
            received = told(received);
        }
        return "," + member(dialect_.version.says_lsn() ? "lsnReceive" : "xlogReceive", received);
    }

    [[nodiscard]] std::string_view told(std::string_view location) const {
        return location == unknown_lsn && points().empties_unknown_locations_in_json ? "" : location;
    }

    [[nodiscard]] std::vector<std::string> missing_nodes() const {
        auto missing = cluster_.missing_nodes;
        if (points().failed_nodes_in_json == OpenPoints::Failed::type)
            return missing;
        for (const auto* const node : shown_.agents) {
            if (!node->is_member() && !ranges::contains(missing, node->address))
                missing.push_back(node->address);
        }
        return missing;
    }

    [[nodiscard]] std::vector<std::string> messages() const {
        std::vector<std::string> messages;
        const auto health = examine(cluster_, dialect_);
        if (!health.is_safe && points().has_conclusion_in_json)
            messages.push_back(health.sentence);
        messages.insert(messages.end(), cluster_.messages.begin(), cluster_.messages.end());
        return messages;
    }

    const Cluster& cluster_;
    const Dialect& dialect_;
    const Shown shown_;
};

}  // namespace

std::string status_json(const Cluster& cluster, const Dialect& dialect) {
    return Writer{cluster, dialect}.write_cluster();
}

std::string node_status_json(const Cluster& cluster, const Node& node, const Dialect& dialect) {
    return Writer{cluster, dialect}.write_node(node);
}

}  // namespace efm::fake
