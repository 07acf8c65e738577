#include "mocks/fake/cluster_keys.h"

#include <array>
#include <unordered_set>

#include <range/v3/algorithm/contains.hpp>
#include <range/v3/algorithm/find_if.hpp>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/transform.hpp>

#include "mocks/fake/address.h"
#include "mocks/fake/key_writer.h"
#include "mocks/fake/lsn.h"

namespace efm::fake {

namespace {

constexpr std::string_view usual_lsn = "0/5000148";

constexpr std::array<std::pair<std::string_view, Agent>, 3> agents{
    {{"UP", Agent::up}, {"DOWN", Agent::failed}, {"STOPPED", Agent::stopped}}};

constexpr std::array<std::pair<std::string_view, Role>, 5> roles{{{"Primary", Role::primary},
                                                                  {"Standby", Role::standby},
                                                                  {"Witness", Role::witness},
                                                                  {"Idle", Role::idle},
                                                                  {"Promoting", Role::promoting}}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> databases{
    {{"UP", "UP"}, {"DOWN", "DOWN"}, {"UNKNOWN", "UNKNOWN"}, {"N/A", "N/A"}}};

std::string_view usual_database(Role role) {
    return role == Role::witness ? "N/A" : role == Role::idle ? "UNKNOWN" : "UP";
}

std::string read_lsn(KeyReader& reader, std::string_view key, std::string_view fallback) {
    auto lsn = reader.text(key, fallback);
    if (lsn.empty() || lsn == unknown_lsn || parse_lsn(lsn))
        return lsn;
    reader.mistake(key, "expected a WAL location as 0/5000148, \"UNKNOWN\" or an empty string");
    return std::string{fallback};
}

std::string read_address(KeyReader& reader, std::string_view key, std::string_view fallback = {}) {
    auto address = reader.text(key, fallback);
    if (address.empty() || is_address(address))
        return address;
    reader.mistake(key, "expected an IP address or a host name");
    return std::string{fallback};
}

std::vector<std::string> read_addresses(KeyReader& reader, std::string_view key,
                                        std::vector<std::string> fallback) {
    auto addresses = reader.texts(key);
    if (!addresses)
        return fallback;
    std::unordered_set<std::string_view> seen;
    for (std::size_t index = 0; index < addresses->size(); ++index) {
        const std::string_view address = (*addresses)[index];
        if (!is_address(address))
            reader.element_mistake(key, index, "expected an IP address or a host name");
        else if (!seen.insert(address).second)
            reader.element_mistake(key, index, "expected each address once");
    }
    return std::move(*addresses);
}

std::string read_directory(KeyReader& reader, std::string_view key) {
    auto directory = reader.text(key);
    if (directory.empty() || directory.front() != '/')
        reader.mistake(key, "expected the absolute path of a directory");
    return directory;
}

RealServer read_server(KeyReader& reader) {
    RealServer server;
    auto inner = reader.inner("server");
    if (!inner)
        return server;
    server.connection = inner->text("connection");
    server.data_directory = read_directory(*inner, "data_directory");
    server.binaries = read_directory(*inner, "binaries");
    inner->refuse_other_keys();
    return server;
}

auto addresses_where(const Cluster& cluster, auto condition) {
    return cluster.nodes | ranges::views::filter(condition) | ranges::views::transform(&Node::address) |
           ranges::to<std::vector<std::string>>();
}

void read_nodes(KeyReader& reader, Cluster& cluster) {
    std::size_t index = 0;
    std::unordered_set<std::string> seen;
    for (auto& node_reader : reader.objects("nodes")) {
        cluster.nodes.push_back(read_node(std::move(node_reader)));
        if (!seen.insert(cluster.nodes.back().address).second)
            reader.element_mistake("nodes", index, "expected each address once");
        ++index;
    }
    if (cluster.nodes.empty())
        reader.mistake("nodes", "expected an array of at least one node");
}

void read_vip(KeyReader& reader, Cluster& cluster) {
    cluster.vip = reader.text("vip");
    if (!cluster.vip.empty() && !is_ip_address(cluster.vip))
        reader.mistake("vip", "expected an IP address or an empty string");
    // The agent may be gone: as long as the database runs, so does its virtual IP address.
    std::string holder;
    for (const auto& node : cluster.nodes) {
        if (!cluster.vip.empty() && node.role == Role::primary && node.database == "UP")
            holder = node.address;
    }
    cluster.vip_holder = read_address(reader, "vip_active_on", holder);
    if (reader.has("vip_active_on") && !cluster.vip_holder.empty() && cluster.vip.empty())
        reader.mistake("vip_active_on", "expected a key \"vip\" beside it");
}

std::string usual_coordinator(const Cluster& cluster) {
    if (const auto* const primary = cluster.primary())
        return primary->address;
    const auto first_member = ranges::find_if(cluster.nodes, &Node::is_member);
    return first_member == cluster.nodes.end() ? "" : first_member->address;
}

}  // namespace

bool is_role_name(std::string_view text) {
    return ranges::contains(roles, text, &std::pair<std::string_view, Role>::first);
}

Node read_node(KeyReader reader) {
    Node node;
    node.address = read_address(reader, "address");
    const auto* const given = reader.object().if_contains("address");
    if (given == nullptr || (given->is_string() && given->as_string().empty()))
        reader.mistake("address", "expected an IP address or a host name");
    node.role = reader.choice("role", Role::standby, roles);
    if (!reader.has("role"))
        reader.mistake("role", "expected one of Primary, Standby, Witness, Idle, Promoting");
    node.agent = reader.choice("agent", Agent::up, agents);
    node.database = reader.choice("database", usual_database(node.role), databases);

    const bool can_be_asked = node.role != Role::idle && node.database == "UP";
    const auto lsn = node.role == Role::witness ? "" : can_be_asked ? usual_lsn : unknown_lsn;
    node.replayed = read_lsn(reader, "replayed", lsn);
    node.received =
        read_lsn(reader, "received", node.role == Role::primary && can_be_asked ? "" : node.replayed);
    const bool is_refused = node.role != Role::witness && node.replayed == unknown_lsn;
    node.info = reader.text("info", is_refused ? connection_refused(node.address) : "");
    node.receives = reader.flag("receives", true);
    node.replays = reader.flag("replays", true);
    node.server = read_server(reader);
    reader.refuse_other_keys();
    return node;
}

NodeChange read_node_change(KeyReader& reader) {
    NodeChange change;
    const auto role = reader.choice("role", Role::standby, roles);
    const auto agent = reader.choice("agent", Agent::up, agents);
    const auto database = reader.choice("database", databases.front().first, databases);
    const auto received = read_lsn(reader, "received", "");
    const auto replayed = read_lsn(reader, "replayed", "");
    const auto info = reader.text("info");
    if (reader.has("role"))
        change.role = role;
    if (reader.has("agent"))
        change.agent = agent;
    if (reader.has("database"))
        change.database = database;
    if (reader.has("received"))
        change.received = received;
    if (reader.has("replayed"))
        change.replayed = replayed;
    if (reader.has("info"))
        change.info = info;
    return change;
}

Cluster read_cluster(KeyReader& reader) {
    Cluster cluster;
    read_nodes(reader, cluster);
    read_vip(reader, cluster);
    cluster.allowed =
        read_addresses(reader, "allowed_nodes", addresses_where(cluster, [](const Node&) { return true; }));
    cluster.priority =
        read_addresses(reader, "failover_priority",
                       addresses_where(cluster, [](const Node& node) { return node.role == Role::standby; }));
    cluster.coordinator = read_address(reader, "coordinator", usual_coordinator(cluster));
    cluster.minimum_standbys = static_cast<int>(reader.number("minimum_standbys", 0, 0, 1'000'000));
    cluster.missing_nodes = read_addresses(reader, "missing_nodes", {});
    cluster.messages = reader.texts("messages").value_or(std::vector<std::string>{});
    return cluster;
}

boost::json::object write_cluster(const Cluster& cluster) {
    boost::json::array nodes;
    for (const auto& node : cluster.nodes) {
        nodes.push_back(boost::json::object{{"address", node.address},
                                            {"role", to_string(node.role)},
                                            {"agent", name_of(agents, node.agent)},
                                            {"database", node.database},
                                            {"received", node.received},
                                            {"replayed", node.replayed},
                                            {"info", node.info},
                                            {"receives", node.receives},
                                            {"replays", node.replays}});
    }
    return {{"nodes", std::move(nodes)},
            {"vip", cluster.vip},
            {"vip_active_on", cluster.vip_holder},
            {"allowed_nodes", array_of(cluster.allowed)},
            {"failover_priority", array_of(cluster.priority)},
            {"coordinator", cluster.coordinator},
            {"minimum_standbys", cluster.minimum_standbys},
            {"missing_nodes", array_of(cluster.missing_nodes)},
            {"messages", array_of(cluster.messages)}};
}

}  // namespace efm::fake
