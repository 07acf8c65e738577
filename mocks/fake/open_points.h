#pragma once

#include <optional>
#include <string>

#include "mocks/fake/key_reader.h"

namespace efm::fake {

/// What no document tells about EFM, as far as it shows: each member is a question with a few possible
/// answers, and a scenario chooses one by the key of the same name in its `open_points`. The values here are
/// the defaults.
struct OpenPoints {
    // What is printed, and where.
    enum class Shown { by_version, yes, no };
    Shown agent_column = Shown::by_version;  ///< by version: before 4.7
    Shown agent_key = Shown::by_version;     ///< by version: before 4.0
    enum class Word { by_version, primary, master };
    Word conclusion_word = Word::by_version;  ///< by version: master before 4.0
    std::optional<std::string> out_of_sync_sentence;
    bool messages_on_output = false;
    bool questions_on_errors = false;
    bool prints_success_lines = true;
    bool shows_vip_of_failed_nodes = true;
    bool shows_down_as_unknown = false;  ///< a database that is down
    bool shows_idle_as_up = false;       ///< in place of UNKNOWN

    // The JSON alone.
    enum class Failed { type, missingnodes, both };
    Failed failed_nodes_in_json = Failed::type;
    bool has_conclusion_in_json = true;
    enum class Received { repeated, empty, missing, unknown };
    Received primary_received = Received::repeated;
    bool empties_unknown_locations_in_json = false;
    bool leaves_out_empty_priority_in_json = false;
    bool has_promoting_locations_in_json = true;

    // How commands end, and what they ask.
    int failure_exit_status = 1;
    int unhealthy_exit_status = 1;
    bool missing_nodes_are_unhealthy = true;
    enum class WithoutAgent { authorization_message, nothing, other_text, json_without_nodes };
    WithoutAgent status_without_agent = WithoutAgent::authorization_message;
    bool status_needs_privilege = false;
    bool ignores_extra_parameters = false;  ///< of the status commands
    bool prints_version = false;            ///< --version
    bool end_of_file_is_yes = false;
    bool asks_at_switchover = false;
    enum class OutOfSync { refused, asks, one_is_enough };
    OutOfSync switchover_out_of_sync = OutOfSync::refused;  ///< one is enough: the one that is promoted
};

/// Reads the key `open_points` of a scenario.
OpenPoints read_open_points(KeyReader& scenario);

}  // namespace efm::fake
