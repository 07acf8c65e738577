#pragma once

#include <string>
#include <vector>

#include "mocks/fake/fake_efm.h"

namespace efm::fake {

/// What mock-efm is asked to do: its own options stand before the subcommand, the rest is the command line of
/// efm and not looked at. By another name than mock-efm it has no options: all words are efm's.
struct CommandLine {
    Installation installation;
    std::string library;     ///< directory of the scenarios that have names; empty for none
    bool has_hands = false;  ///< called as mock-efm, without `--`: `control` and `record` are commands
    bool reset = false;
    bool help = false;               ///< its own help
    std::string mistake;             ///< not empty: nothing else counts
    std::string unknown_scenario;    ///< why the scenario is neither a file nor one of the library
    std::vector<std::string> words;  ///< subcommand, cluster, arguments
};

CommandLine parse_command_line(const std::vector<std::string>& arguments);

/// How mock-efm is called.
std::string own_help();

}  // namespace efm::fake
