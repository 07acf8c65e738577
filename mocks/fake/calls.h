#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace efm::fake {

/// One `efm` command that the fake has received. How it ended is not known of one that is still running, or
/// that was killed.
struct Call {
    std::string id;            ///< joins its beginning and its end
    std::int64_t time_ms = 0;  ///< on the fake's clock
    std::string node;          ///< that it was called on
    std::string subcommand;
    std::optional<std::string> cluster;  ///< the word in the place of its name
    std::vector<std::string> arguments;  ///< what follows the cluster
    std::optional<std::int64_t> fault;   ///< the rule of the scenario's `faults` that it met, from 0
    std::string preset;                  ///< of that rule, where it has one

    struct End {
        bool stopped = false;  ///< by its caller, while the fake was waiting or speaking
        int exit_status = 0;
        int signal = 0;
        std::int64_t duration_ms = 0;  ///< real time
    };
    std::optional<End> end;
};

/// A call that is received now. Secrets are masked, bytes that are not UTF-8 made visible.
Call begin_call(const std::vector<std::string>& words);

/// As it is shown: what is known, in the order of the members; `"ended": false` where the end is not.
boost::json::object shown_call(const Call& call);

/// Subcommand, cluster and arguments in one line, as one would type them.
std::string to_string(const Call& call);

}  // namespace efm::fake
