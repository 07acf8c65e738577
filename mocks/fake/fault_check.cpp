#include "mocks/fake/fault_check.h"

#include <algorithm>
#include <array>
#include <string>

#include <range/v3/algorithm/all_of.hpp>
#include <range/v3/algorithm/contains.hpp>

namespace efm::fake {

namespace {

/// The keys that tell which calls a rule is for. Every other one tells what becomes of them.
constexpr std::array<std::string_view, 8> which_calls{"subcommand", "arguments", "after_calls", "calls",
                                                      "every",      "chance",    "from_ms",     "for_ms"};

bool does_nothing(const boost::json::object& rule) {
    return ranges::all_of(
        rule, [](const auto& pair) { return ranges::contains(which_calls, std::string_view{pair.key()}); });
}

bool takes_every_call(const Fault& fault) {
    return fault.after_calls == 0 && !fault.calls && fault.every == 1 && fault.chance >= 1 &&
           !fault.is_timed();
}

/// Whether all calls that `later` counts are counted by `earlier`, too.
bool counts_all_of(const Fault& earlier, const Fault& later) {
    if (earlier.subcommand != "*" && earlier.subcommand != later.subcommand)
        return false;
    if (!earlier.arguments)
        return true;
    return later.arguments &&
           std::equal(earlier.arguments->begin(), earlier.arguments->end(), later.arguments->begin(),
                      later.arguments->end(), [](const auto& pattern, const auto& word) {
                          return pattern == "*" || pattern == word;
                      });
}

}  // namespace

void check_faults(KeyReader& scenario, std::vector<KeyReader>& rules, const std::vector<Fault>& faults) {
    for (std::size_t index = 0; index < faults.size(); ++index) {
        const auto& fault = faults[index];
        if (does_nothing(rules[index].object()))
            scenario.element_mistake(
                "faults", index, "expected a key that tells what becomes of the call, as \"exit_status\"");
        if (fault.calls && fault.every > *fault.calls)
            rules[index].mistake("every", "expected at most \"calls\", or no call is the one");
        for (std::size_t before = 0; before < index; ++before) {
            if (!takes_every_call(faults[before]) || !counts_all_of(faults[before], fault))
                continue;
            scenario.element_mistake("faults", index,
                                     "expected a rule that calls can come to: faults[" +
                                         std::to_string(before) + "] takes them all");
            break;
        }
    }
}

}  // namespace efm::fake
