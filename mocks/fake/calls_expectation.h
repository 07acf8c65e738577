#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/fake/calls.h"

namespace efm::fake {

struct Scenario;

/// Which calls are meant. `*` stands for any one word.
struct CallPattern {
    std::string subcommand = "*";
    std::optional<std::string> cluster;                 ///< nothing: any cluster, or none
    std::optional<std::vector<std::string>> arguments;  ///< behind the cluster; nothing: any arguments

    [[nodiscard]] bool matches(const Call& call) const;
};

/// What the calls received are expected to be: so and so many of a pattern, or several one after the other
/// with any others between them.
struct CallExpectation {
    std::int64_t least = 0;
    std::optional<std::int64_t> most;
    std::vector<CallPattern> patterns;  ///< one; more where an order is expected
    bool is_order = false;
};

/// What reading an expectation came to: the expectation, or all mistakes in it, one a line.
struct ExpectationReading {
    std::optional<CallExpectation> expectation;
    std::string mistakes;
};
/// A subcommand that cannot be expected of `scenario` is a mistake.
ExpectationReading parse_expectation(std::string_view json, const Scenario& scenario);

/// Whether a call of `subcommand` makes sense: efm has it in some version, a fault of the scenario names it,
/// or it is `*`. Else `never` would hold for a word that is misspelt.
bool can_be_expected(std::string_view subcommand, const Scenario& scenario);

/// How the calls differ from what was expected, in lines for people; nothing when they do not.
std::optional<std::string> find_difference(const CallExpectation& expectation,
                                           const std::vector<Call>& calls);

}  // namespace efm::fake
