#include "mocks/fake/open_points.h"

#include <array>
#include <string_view>
#include <utility>

#include "mocks/fake/fake_efm.h"

namespace efm::fake {

namespace {

template <typename Value, std::size_t size>
using Choices = std::array<std::pair<std::string_view, Value>, size>;

using Points = OpenPoints;

constexpr Choices<Points::Shown, 3> shown{
    {{"by_version", Points::Shown::by_version}, {"yes", Points::Shown::yes}, {"no", Points::Shown::no}}};

constexpr Choices<Points::Word, 3> words{{{"by_version", Points::Word::by_version},
                                          {"primary", Points::Word::primary},
                                          {"master", Points::Word::master}}};

constexpr Choices<Points::Failed, 3> failed{{{"type", Points::Failed::type},
                                             {"missingnodes", Points::Failed::missingnodes},
                                             {"both", Points::Failed::both}}};

constexpr Choices<Points::Received, 4> received{{{"repeated", Points::Received::repeated},
                                                 {"empty", Points::Received::empty},
                                                 {"missing", Points::Received::missing},
                                                 {"UNKNOWN", Points::Received::unknown}}};

constexpr Choices<Points::WithoutAgent, 4> without_agent{
    {{"authorization_message", Points::WithoutAgent::authorization_message},
     {"nothing", Points::WithoutAgent::nothing},
     {"other_text", Points::WithoutAgent::other_text},
     {"json_without_nodes", Points::WithoutAgent::json_without_nodes}}};

constexpr Choices<Points::OutOfSync, 3> out_of_sync{{{"refused", Points::OutOfSync::refused},
                                                     {"asks", Points::OutOfSync::asks},
                                                     {"one_is_enough", Points::OutOfSync::one_is_enough}}};

// A point with two answers, by their names: the first is no, the second yes.
constexpr Choices<bool, 2> either(std::string_view no, std::string_view yes) {
    return {{{no, false}, {yes, true}}};
}

int read_failure(KeyReader& reader, std::string_view key) {
    const auto status = static_cast<int>(reader.number(key, 1, 1, 255));
    if (status == fake_failed)
        reader.mistake(key, "expected another exit status than that of the fake itself");
    return status;
}

void read_reports(KeyReader& reader, OpenPoints& points) {
    points.agent_column = reader.choice("agent_column", points.agent_column, shown);
    points.agent_key = reader.choice("agent_key", points.agent_key, shown);
    points.conclusion_word = reader.choice("conclusion_word", points.conclusion_word, words);
    if (reader.has("out_of_sync_sentence"))
        points.out_of_sync_sentence = reader.text("out_of_sync_sentence");
    points.shows_vip_of_failed_nodes = reader.choice("failed_node_vip", true, either("blank", "shown"));
    points.shows_down_as_unknown = reader.choice("database_down", false, either("DOWN", "UNKNOWN"));
    points.shows_idle_as_up = reader.choice("idle_database", false, either("UNKNOWN", "UP"));
    points.failed_nodes_in_json = reader.choice("failed_nodes_in_json", points.failed_nodes_in_json, failed);
    points.has_conclusion_in_json = reader.choice("messages_in_json", true, either("none", "conclusion"));
    points.primary_received = reader.choice("primary_received", points.primary_received, received);
    points.empties_unknown_locations_in_json =
        reader.choice("unknown_location_in_json", false, either("UNKNOWN", "empty"));
    points.leaves_out_empty_priority_in_json =
        reader.choice("empty_priority_in_json", false, either("empty", "missing"));
    points.has_promoting_locations_in_json =
        reader.choice("promoting_in_json", true, either("no_locations", "locations"));
}

void read_commands(KeyReader& reader, OpenPoints& points) {
    points.messages_on_output = reader.choice("messages_on", false, either("errors", "output"));
    points.questions_on_errors = reader.choice("questions_on", false, either("output", "errors"));
    points.prints_success_lines = reader.choice("success_lines", true, either("none", "signal_sent"));
    points.failure_exit_status = read_failure(reader, "failure_exit_status");
    points.unhealthy_exit_status = read_failure(reader, "unhealthy_exit_status");
    points.missing_nodes_are_unhealthy = reader.flag("missing_nodes_unhealthy", true);
    points.status_without_agent =
        reader.choice("status_without_agent", points.status_without_agent, without_agent);
    points.status_needs_privilege = reader.flag("status_needs_privilege", false);
    points.ignores_extra_parameters = reader.choice("extra_parameters", false, either("usage", "ignored"));
    points.prints_version = reader.choice("version_option", false, either("unknown", "printed"));
    points.end_of_file_is_yes = reader.choice("end_of_file_at_question", false, either("no", "yes"));
    points.asks_at_switchover = reader.flag("switchover_asks", false);
    points.switchover_out_of_sync =
        reader.choice("switchover_out_of_sync", points.switchover_out_of_sync, out_of_sync);
}

}  // namespace

OpenPoints read_open_points(KeyReader& scenario) {
    OpenPoints points;
    if (auto reader = scenario.inner("open_points")) {
        read_reports(*reader, points);
        read_commands(*reader, points);
        reader->refuse_other_keys();
    }
    return points;
}

}  // namespace efm::fake
