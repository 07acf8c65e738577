#include "mocks/recorder/status_answer.h"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parser.hpp>
#include <utility>

#include <range/v3/algorithm/contains.hpp>

namespace efm::fake {

namespace {

namespace json = boost::json;

using KeyNames = std::pair<const char*, const char*>;  // in a status, in a scenario

std::string text_of(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains(key);
    const auto* const text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string{} : std::string{text->begin(), text->end()};
}

const json::object& nodes_of(const json::object& status) {
    return status.at("nodes").as_object();
}

std::string role_of(const std::string& type) {
    constexpr std::array<std::string_view, 5> roles{"Primary", "Standby", "Witness", "Idle", "Promoting"};
    if (type == "Master")
        return "Primary";
    return ranges::contains(roles, std::string_view{type}) ? type : "Standby";
}

json::object node_of(const std::string& address, const json::object& shown) {
    constexpr std::array<std::string_view, 4> databases{"UP", "DOWN", "UNKNOWN", "N/A"};
    constexpr std::array<KeyNames, 6> optional_keys{{{"lsn", "replayed"},
                                                     {"xlog", "replayed"},
                                                     {"lsnReceive", "received"},
                                                     {"xlogReceive", "received"},
                                                     {"lsnInfo", "info"},
                                                     {"xloginfo", "info"}}};
    const auto type = text_of(shown, "type");
    json::object node{{"address", address}, {"role", role_of(type)}};
    if (type == "DOWN" || text_of(shown, "agent") == "DOWN")
        node["agent"] = "DOWN";
    else if (const auto database = text_of(shown, "db");
             ranges::contains(databases, std::string_view{database}))
        node["database"] = database;
    for (const auto& [from, to] : optional_keys) {
        if (const auto text = text_of(shown, from); !text.empty())
            node[to] = text;
    }
    // The JSON repeats the location of a primary where the report has none.
    if (node.at("role") == "Primary")
        node.erase("received");
    return node;
}

// Of a node that was disallowed while it ran: a scenario begins with everybody allowed who has joined.
void allow_members(json::object& cluster, const json::array& nodes) {
    auto* const value = cluster.if_contains("allowed_nodes");
    auto* const allowed = value == nullptr ? nullptr : value->if_array();
    if (allowed == nullptr)
        return;
    for (const auto& node : nodes) {
        const auto& address = node.at("address");
        if (!node.as_object().contains("agent") && !ranges::contains(*allowed, address))
            allowed->push_back(address);
    }
}

}  // namespace

std::optional<json::object> find_status(std::string_view output) {
    for (auto start = output.find('{'); start != std::string_view::npos;
         start = output.find('{', start + 1)) {
        json::parser parser;
        boost::system::error_code error;
        const auto text = output.substr(start);
        parser.write_some(text.data(), text.size(), error);
        if (error)
            continue;
        const auto value = parser.release();
        const auto* const object = value.if_object();
        const auto* const nodes = object == nullptr ? nullptr : object->if_contains("nodes");
        if (nodes != nullptr && nodes->is_object())
            return *object;
    }
    return std::nullopt;
}

std::vector<std::string> addresses_in(const json::object& status) {
    std::vector<std::string> addresses;
    for (const auto& [address, node] : nodes_of(status)) {
        addresses.emplace_back(address);
        if (const auto* const shown = node.if_object(); shown != nullptr && shown->contains("vip"))
            addresses.push_back(text_of(*shown, "vip"));
    }
    for (const auto* const key : {"allowednodes", "failoverpriority", "missingnodes"}) {
        const auto* const value = status.if_contains(key);
        const auto* const list = value == nullptr ? nullptr : value->if_array();
        for (std::size_t index = 0; list != nullptr && index < list->size(); ++index) {
            if (const auto* const address = (*list)[index].if_string())
                addresses.emplace_back(address->begin(), address->end());
        }
    }
    addresses.push_back(text_of(status, "membershipcoordinator"));
    return addresses;
}

json::object cluster_of_status(const json::object& status) {
    constexpr std::array<KeyNames, 5> same_values{{{"allowednodes", "allowed_nodes"},
                                                   {"failoverpriority", "failover_priority"},
                                                   {"membershipcoordinator", "coordinator"},
                                                   {"minimumstandbys", "minimum_standbys"},
                                                   {"missingnodes", "missing_nodes"}}};
    json::object cluster;
    json::array nodes;
    std::string active;
    for (const auto& [address, value] : nodes_of(status)) {
        const auto* const shown = value.if_object();
        if (shown == nullptr)
            continue;
        nodes.push_back(node_of(std::string{address}, *shown));
        if (const auto vip = text_of(*shown, "vip"); !vip.empty())
            cluster["vip"] = vip;
        const auto* const is_active = shown->if_contains("vip_active");
        if (is_active != nullptr && is_active->is_bool() && is_active->as_bool())
            active = address;
    }
    if (nodes.empty())
        return unknown_cluster();
    if (cluster.contains("vip"))
        cluster["vip_active_on"] = active;
    for (const auto& [from, to] : same_values) {
        if (const auto* const value = status.if_contains(from))
            cluster[to] = *value;
    }
    allow_members(cluster, nodes);
    cluster["nodes"] = std::move(nodes);
    return cluster;
}

json::object unknown_cluster() {
    return {{"nodes", json::array{json::object{{"address", "192.0.2.1"}, {"role", "Primary"}}}}};
}

}  // namespace efm::fake
