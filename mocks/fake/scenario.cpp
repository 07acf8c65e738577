#include "mocks/fake/scenario.h"

#include <array>
#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>

#include <range/v3/algorithm/contains.hpp>
#include <range/v3/view/take.hpp>

#include "mocks/fake/cluster_keys.h"
#include "mocks/fake/command_table.h"
#include "mocks/fake/fault_check.h"
#include "mocks/fake/file.h"
#include "mocks/fake/hash.h"
#include "mocks/fake/key_path.h"
#include "mocks/fake/random.h"
#include "mocks/fake/state_place.h"

namespace efm::fake {

namespace {

constexpr std::size_t most_bytes = 64U * 1024 * 1024;
constexpr std::size_t most_mistakes = 20;

std::string line_prefix(const std::string& name, std::size_t line) {
    return name + ":" + std::to_string(line) + ": ";
}

std::string hash_of_cluster(const boost::json::object& keys) {
    constexpr std::array<std::string_view, 7> who_asks{
        "$schema", "description", "local_node", "agent_running", "authorized", "os_user", "state_file"};
    boost::json::object cluster;
    for (const auto& [key, value] : keys) {
        if (!ranges::contains(who_asks, std::string_view{key}))
            cluster.emplace(key, value);
    }
    return hash_text(boost::json::serialize(cluster));
}

EfmVersion read_version(KeyReader& reader) {
    const auto version = parse_version(reader.text("efm_version", "4.9"));
    if (!version)
        reader.mistake("efm_version", "expected an EFM version from \"3.0\" to \"5.99\"");
    return version.value_or(EfmVersion{});
}

// Who is not allowed cannot have joined.
void check_allowed(KeyReader& reader, const Cluster& cluster) {
    for (const auto& node : cluster.nodes) {
        if (node.is_member() && !ranges::contains(cluster.allowed, node.address))
            reader.mistake("allowed_nodes", "expected " + node.address + " in it, whose agent runs");
    }
}

void check_priority(KeyReader& reader, const Cluster& cluster) {
    for (std::size_t index = 0; index < cluster.priority.size(); ++index) {
        const auto* const node = cluster.find(cluster.priority[index]);
        if (node == nullptr || node->role != Role::standby)
            reader.element_mistake("failover_priority", index,
                                   "expected the address of a Standby in \"nodes\"");
    }
}

// A real answer of 3.x names one that is allowed and no node.
void check_coordinator(KeyReader& reader, const Cluster& cluster) {
    const auto& address = cluster.coordinator;
    if (reader.has("coordinator") && !address.empty() && cluster.find(address) == nullptr &&
        !ranges::contains(cluster.allowed, address))
        reader.mistake("coordinator", "expected the address of one of \"nodes\" or \"allowed_nodes\"");
}

// A standby that the list leaves out must not come into it by what happens later.
void mark_never_promoted(Cluster& cluster) {
    for (const auto& node : cluster.nodes) {
        if (node.role == Role::standby && !ranges::contains(cluster.priority, node.address))
            cluster.never_promoted.push_back(node.address);
    }
}

std::string read_local_node(KeyReader& reader, const Cluster& cluster) {
    const auto* const primary = cluster.primary();
    const auto* const usual = primary != nullptr      ? primary
                              : cluster.nodes.empty() ? nullptr
                                                      : &cluster.nodes.front();
    auto address = reader.text("local_node", usual == nullptr ? "" : usual->address);
    if (reader.has("local_node") && cluster.find(address) == nullptr)
        reader.mistake("local_node", "expected the address of one of \"nodes\"");
    return address;
}

/// The addresses that are a node's at some time.
std::vector<std::string> all_addresses(const Scenario& scenario) {
    auto addresses = addresses_of(scenario.start);
    for (const auto& transition : scenario.transitions) {
        if (!transition.event.joining.empty())
            addresses.push_back(transition.event.joining);
    }
    return addresses;
}

std::string read_state_file(KeyReader& reader, const std::string& scenario_file) {
    auto file = reader.text("state_file");
    if (!file.empty() && is_own_state(scenario_file, state_file_beside(scenario_file, file)))
        reader.mistake("state_file", "expected another file than the scenario itself");
    return file;
}

std::optional<std::vector<std::string>> read_foreseen(KeyReader& reader, const Scenario& scenario) {
    auto foreseen = reader.texts("foreseen");
    for (std::size_t index = 0; foreseen && index < foreseen->size(); ++index) {
        const auto& subcommand = (*foreseen)[index];
        if (find_command(subcommand) == nullptr &&
            !ranges::contains(scenario.faults, subcommand, &Fault::subcommand))
            reader.element_mistake("foreseen", index,
                                   "expected a subcommand of efm, or of a rule in \"faults\"");
    }
    return foreseen;
}

// They are known before the rules are read: whom a rule takes for failed may join by a transition.
std::vector<std::string> subcommands_of_faults(const KeyReader& reader) {
    std::vector<std::string> subcommands;
    const auto* const value = reader.object().if_contains("faults");
    const auto* const rules = value == nullptr ? nullptr : value->if_array();
    for (std::size_t index = 0; rules != nullptr && index < rules->size(); ++index) {
        const auto* const keys = (*rules)[index].if_object();
        const auto* const subcommand = keys == nullptr ? nullptr : keys->if_contains("subcommand");
        if (subcommand != nullptr && subcommand->is_string())
            subcommands.emplace_back(std::string_view{subcommand->get_string()});
    }
    return subcommands;
}

Scenario read_keys(KeyReader& reader, const std::string& file) {
    Scenario scenario;
    reader.text("$schema");
    reader.text("description");
    scenario.version = read_version(reader);
    scenario.cluster_name = reader.text("cluster");
    scenario.start = read_cluster(reader);
    check_allowed(reader, scenario.start);
    check_priority(reader, scenario.start);
    check_coordinator(reader, scenario.start);
    mark_never_promoted(scenario.start);
    scenario.local_node = read_local_node(reader, scenario.start);
    scenario.agent_running = reader.flag("agent_running", true);
    scenario.authorized = reader.flag("authorized", true);
    scenario.os_user = reader.text("os_user", "postgres");
    scenario.behaviour = read_behaviour(reader);
    if (reader.has("enable_stop_cluster") && !scenario.version.can_disable_stop_cluster())
        reader.mistake("enable_stop_cluster", "expected an \"efm_version\" of 4.2 or later with it");
    scenario.transitions = read_transitions(reader, scenario.start, subcommands_of_faults(reader));
    scenario.state_file = read_state_file(reader, file);
    scenario.open_points = read_open_points(reader);
    const auto nodes = all_addresses(scenario);
    auto rules = reader.objects("faults");
    for (auto& fault_reader : rules)
        scenario.faults.push_back(read_fault(fault_reader, nodes));
    check_faults(reader, rules, scenario.faults);
    if (reader.has("seed"))
        scenario.seed = reader.number("seed", 0, 0, most_seed);
    scenario.foreseen = read_foreseen(reader, scenario);
    reader.refuse_other_keys();
    return scenario;
}

}  // namespace

ScenarioReading parse_scenario(std::string_view json, const std::string& name) {
    boost::json::parser parser;
    boost::system::error_code error;
    const auto read = parser.write_some(json.data(), json.size(), error);
    if (!error && json.find_first_not_of(" \t\r\n", read) != std::string_view::npos)
        error = boost::json::error::extra_data;
    if (error)
        return {std::nullopt,
                line_prefix(name, line_at(json, read)) + "expected JSON, found " + error.message() + "\n"};

    const auto value = parser.release();
    const auto* const object = value.if_object();
    if (object == nullptr)
        return {std::nullopt, line_prefix(name, 1) + "expected a JSON object\n"};
    if (const auto repeated = find_repeated_key(json))
        return {std::nullopt,
                line_prefix(name, repeated->line) + repeated->key + ": expected this key once\n"};

    Mistakes mistakes;
    KeyReader reader{*object, {}, mistakes};
    auto scenario = read_keys(reader, name);
    if (mistakes.empty()) {
        scenario.identity = hash_of_cluster(*object);
        return {std::move(scenario), {}};
    }
    ScenarioReading reading;
    for (const auto& mistake : mistakes | ranges::views::take(most_mistakes))
        reading.mistakes += line_prefix(name, line_of(json, mistake.where)) + to_string(mistake.where) +
                            ": " + mistake.text + "\n";
    if (mistakes.size() > most_mistakes)
        reading.mistakes += name + ": and " + std::to_string(mistakes.size() - most_mistakes) + " more\n";
    return reading;
}

ScenarioReading read_scenario(const std::string& file) {
    if (file.empty())
        return parse_scenario(builtin_scenario(), "built-in scenario");
    const auto text = read_file(file, most_bytes);
    if (!text.error)
        return parse_scenario(text.content, file);
    return {std::nullopt,
            file + ": expected a readable scenario file, found: " + text.error.message() + "\n"};
}

}  // namespace efm::fake
