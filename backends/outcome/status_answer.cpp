#include "backends/outcome/status_answer.h"

#include "backends/efm/json_answer.h"
#include "backends/outcome/lines.h"

namespace efm {

namespace {

bool begins_with(std::string_view line, std::string_view words) {
    const auto first = line.find_first_not_of(" \t\r");
    return first != std::string_view::npos && line.substr(first).starts_with(words);
}

}  // namespace

bool promises_json(std::string_view subcommand) {
    return subcommand == "cluster-status-json" || subcommand == "node-status-json";
}

bool only_reads(std::string_view subcommand) {
    return subcommand == "cluster-status" || promises_json(subcommand);
}

bool is_promised_status(std::string_view subcommand, std::string_view output) {
    if (subcommand == "cluster-status")
        return any_line(output, [](auto line) { return begins_with(line, "Cluster Status:"); }) &&
               any_line(output, [](auto line) { return begins_with(line, "Agent Type"); });
    if (!promises_json(subcommand))
        return false;
    const auto json = find_json(output);
    return json &&
           (subcommand == "node-status-json" ? has_key(*json, "type") : has_key(*json, "nodes", true));
}

}  // namespace efm
