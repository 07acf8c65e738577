#include "backends/status/status_reader.h"

#include <algorithm>
#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <limits>
#include <unordered_map>

#include "backends/efm/json_answer.h"

namespace efm {

namespace json = boost::json;

namespace {

// jsonb takes the last of several keys, so this does too: Boost.JSON's objects do the same.
std::string text_at(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains(key);
    const auto* const text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string{} : std::string{text->begin(), text->end()};
}

// The first of two names that has a text: what EFM 5 says, or what it said before.
std::string text_at(const json::object& object, std::string_view key, std::string_view older_key) {
    auto text = text_at(object, key);
    if (text.empty())
        text = text_at(object, older_key);
    return text;
}

// cluster-status-json says true, node-status-json says "true".
bool flag_at(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains(key);
    if (value == nullptr)
        return false;
    if (const auto* const flag = value->if_bool())
        return *flag;
    const auto* const text = value->if_string();
    return text != nullptr && *text == "true";
}

std::vector<std::string> texts_at(const json::object& object, std::string_view key) {
    std::vector<std::string> texts;
    const auto* const value = object.if_contains(key);
    const auto* const array = value == nullptr ? nullptr : value->if_array();
    if (array == nullptr)
        return texts;
    texts.reserve(array->size());
    for (const auto& element : *array) {
        if (const auto* const text = element.if_string())
            texts.emplace_back(text->begin(), text->end());
    }
    return texts;
}

std::optional<int> number_at(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains(key);
    const auto* const number = value == nullptr ? nullptr : value->if_int64();
    if (number == nullptr || *number < 0 || *number > std::numeric_limits<int>::max())
        return std::nullopt;
    return static_cast<int>(*number);
}

NodeStatus read_node(std::string_view address, const json::object& keys) {
    NodeStatus node;
    node.address = address;
    node.type = text_at(keys, "type");
    node.agent = text_at(keys, "agent");
    if (node.agent.empty())
        node.agent = node.type == "DOWN" ? "DOWN" : "UP";
    node.database = text_at(keys, "db");
    node.vip = text_at(keys, "vip");
    node.vip_active = flag_at(keys, "vip_active");
    node.received = text_at(keys, "lsnReceive", "xlogReceive");
    node.replayed = text_at(keys, "lsn", "xlog");
    node.info = text_at(keys, "lsnInfo", "xloginfo");
    if (node.info.empty())
        node.info = text_at(keys, "info");
    node.received_at = parse_wal_location(node.received);
    node.replayed_at = parse_wal_location(node.replayed);
    return node;
}

void rank(ClusterStatus& status) {
    std::unordered_map<std::string_view, int> places;
    for (int place = 0; const auto& address : status.priority)
        places.emplace(address, ++place);
    for (auto& node : status.nodes) {
        const auto place = places.find(node.address);
        node.priority = place == places.end() ? 0 : place->second;
    }
}

// Whether a text in it has a character U+0000, which neither text nor jsonb of PostgreSQL can hold.
bool holds_null_character(const json::value& value) {
    if (const auto* const text = value.if_string())
        return text->find('\0') != json::string::npos;
    if (const auto* const array = value.if_array())
        return std::ranges::any_of(*array, holds_null_character);
    const auto* const object = value.if_object();
    return object != nullptr && std::ranges::any_of(*object, [](const json::key_value_pair& member) {
               return member.key().find('\0') != json::string_view::npos ||
                      holds_null_character(member.value());
           });
}

}  // namespace

std::optional<ClusterStatus> read_cluster_status(std::string_view text) {
    // One block that grows, freed at once: a status of 10,000 nodes is a hundred thousand small values.
    std::array<unsigned char, 16U * 1024> first_block;  // NOLINT: filled by the resource
    json::monotonic_resource memory{first_block.data(), first_block.size()};
    json::parse_options options;
    options.allow_invalid_utf8 = true;
    boost::system::error_code error;
    const auto value = json::parse(text, error, &memory, options);
    const auto* const answer = error ? nullptr : value.if_object();
    const auto* const nodes = answer == nullptr ? nullptr : answer->if_contains("nodes");
    if (nodes == nullptr || !nodes->is_object())
        return std::nullopt;
    if (text.find("\\u0000") != std::string_view::npos && holds_null_character(value))
        return std::nullopt;

    ClusterStatus status;
    status.nodes.reserve(nodes->get_object().size());
    for (const auto& [address, node] : nodes->get_object()) {
        if (const auto* const keys = node.if_object())
            status.nodes.push_back(read_node(address, *keys));
        if (status.vip.empty() && !status.nodes.empty())
            status.vip = status.nodes.back().vip;
    }
    if (status.vip.empty())
        status.vip = text_at(*answer, "VIP");
    status.allowed = texts_at(*answer, "allowednodes");
    status.coordinator = text_at(*answer, "membershipcoordinator");
    status.priority = texts_at(*answer, "failoverpriority");
    status.minimum_standbys = number_at(*answer, "minimumstandbys");
    status.missing = texts_at(*answer, "missingnodes");
    status.messages = texts_at(*answer, "messages");
    rank(status);
    return status;
}

std::optional<ClusterStatus> read_cluster_status_output(std::string_view output) {
    const auto json = find_json(output);
    return json ? read_cluster_status(*json) : std::nullopt;
}

}  // namespace efm
