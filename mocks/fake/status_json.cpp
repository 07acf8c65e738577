#include "mocks/fake/status_json.h"

#include <array>
#include <string_view>
#include <vector>

#include <range/v3/view/transform.hpp>

#include "mocks/fake/health.h"
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

bool has_database(const Node& node) {
    return node.is_member() && node.role != Role::witness;
}

std::string node_json(const Cluster& cluster, const Node& node, const EfmVersion& version) {
    std::string result = "{" + member("type", shown_type(node)) + "," + member("db", shown_database(node)) +
                         "," + member("vip", cluster.vip) +
                         ",\"vip_active\":" + (has_vip(cluster, node) ? "true" : "false");
    if (has_database(node)) {
        using Names = std::array<std::string_view, 3>;
        const auto names = version.says_lsn() ? Names{"lsnReceive", "lsn", "lsnInfo"}
                                              : Names{"xlogReceive", "xlog", "xloginfo"};
        const bool asked = node.database_answers() || node.role == Role::idle;
        const std::string_view replayed = asked ? std::string_view{node.replayed} : "UNKNOWN";
        // The text report leaves the received location of a primary blank, this one repeats the current one.
        const auto received =
            node.role == Role::primary || !asked ? replayed : std::string_view{node.received};
        result += "," + member(names[0], received) + "," + member(names[1], replayed) + "," +
                  member(names[2], node.info);
    }
    return result + "}";
}

std::vector<std::string> shown_messages(const Cluster& cluster, const EfmVersion& version) {
    std::vector<std::string> messages;
    const auto health = examine(cluster, version);
    if (!health.is_safe)
        messages.emplace_back(health.sentence);
    messages.insert(messages.end(), cluster.messages.begin(), cluster.messages.end());
    return messages;
}

}  // namespace

std::string status_json(const Cluster& cluster, const EfmVersion& version) {
    const auto shown = select_shown(cluster, version);
    std::string nodes;
    for (const auto* const node : shown.agents)
        nodes +=
            (nodes.empty() ? "" : ",") + quoted(node->address) + ":" + node_json(cluster, *node, version);
    const auto priority = shown.priority | ranges::views::transform([](const Node* node) {
                              return std::string_view{node->address};
                          });
    return "{\"nodes\":{" + nodes + "},\"allowednodes\":" + array(cluster.allowed) + "," +
           member("membershipcoordinator", cluster.coordinator) + ",\"failoverpriority\":" + array(priority) +
           ",\"minimumstandbys\":" + std::to_string(cluster.minimum_standbys) +
           ",\"missingnodes\":" + array(cluster.missing_nodes) +
           ",\"messages\":" + array(shown_messages(cluster, version)) + "}\n";
}

std::string node_status_json(const Cluster& cluster, const Node& node) {
    return "{" + member("type", shown_type(node)) + "," + member("address", node.address) + "," +
           member("db", shown_database(node)) + "," + member("vip", cluster.vip) + "," +
           member("vip_active", has_vip(cluster, node) ? "true" : "false") + "}\n";
}

}  // namespace efm::fake
