#include <signal.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <charconv>
#include <limits>
#include <utility>

#include <range/v3/algorithm/contains.hpp>
#include <range/v3/algorithm/find.hpp>

#include "mocks/fake/behaviour.h"
#include "mocks/fake/cluster_keys.h"
#include "mocks/fake/command_table.h"
#include "mocks/fake/fault.h"
#include "mocks/fake/presets.h"

namespace efm::fake {

namespace {

using Addresses = std::vector<std::string>;

constexpr std::int64_t most_calls = 1'000'000'000;
constexpr std::int64_t most_milliseconds = 86'400'000;

std::optional<std::string> decode_hex(std::string_view hex) {
    if (hex.size() % 2 != 0)
        return std::nullopt;
    std::string bytes;
    for (std::size_t at = 0; at < hex.size(); at += 2) {
        unsigned int byte = 0;
        const auto* const start = hex.data() + at;
        if (std::from_chars(start, start + 2, byte, 16).ptr != start + 2)
            return std::nullopt;
        bytes += static_cast<char>(byte);
    }
    return bytes;
}

// Signals that end a process: a fault that stops it instead would leave it for somebody else to find.
bool ends_a_process(std::int64_t signal) {
    constexpr std::array<int, 8> harmless{SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP,
                                          SIGTTIN, SIGTTOU, SIGURG,  SIGWINCH};
    return std::find(harmless.begin(), harmless.end(), signal) == harmless.end();
}

std::chrono::milliseconds read_time(KeyReader& reader, std::string_view key) {
    return std::chrono::milliseconds{reader.number(key, 0, 0, most_milliseconds)};
}

std::optional<Fault::Flood> read_flood(KeyReader& reader) {
    constexpr std::array<std::pair<std::string_view, bool>, 2> streams{{{"output", false}, {"errors", true}}};
    auto inner = reader.inner("flood");
    if (!inner)
        return std::nullopt;
    Fault::Flood flood;
    flood.on_errors = inner->choice("stream", false, streams);
    flood.bytes = static_cast<std::uint64_t>(
        inner->number("bytes", 1'000'000, 0, std::numeric_limits<std::int64_t>::max()));
    inner->refuse_other_keys();
    return flood;
}

void read_given_output(KeyReader& reader, Fault& fault) {
    if (reader.has("output"))
        fault.output = reader.text("output");
    if (reader.has("errors"))
        fault.errors = reader.text("errors");
    if (!reader.has("output_hex"))
        return;
    const auto bytes = decode_hex(reader.text("output_hex"));
    if (!bytes)
        reader.mistake("output_hex", "expected two hexadecimal digits for each byte");
    else if (fault.output)
        reader.mistake("output_hex", "expected either \"output\" or \"output_hex\"");
    else
        fault.output = *bytes;
}

std::vector<std::string> read_unseen(KeyReader& reader, const Addresses& nodes) {
    auto unseen = reader.texts("unseen").value_or(std::vector<std::string>{});
    for (std::size_t index = 0; index < unseen.size(); ++index) {
        const auto& word = unseen[index];
        if (word != "*" && !is_role_name(word) && !ranges::contains(nodes, word))
            reader.element_mistake("unseen", index,
                                   "expected the address of a node, the name of a role, or \"*\"");
    }
    return unseen;
}

void read_which_calls(KeyReader& reader, Fault& fault) {
    fault.subcommand = reader.text("subcommand", "*");
    fault.arguments = reader.texts("arguments");
    fault.after_calls = reader.number("after_calls", 0, 0, most_calls);
    if (reader.has("calls"))
        fault.calls = reader.number("calls", 1, 1, most_calls);
    fault.every = reader.number("every", 1, 1, most_calls);
    fault.chance = reader.fraction("chance", 1);
    fault.from_ms = reader.number("from_ms", 0, 0, most_ms);
    if (reader.has("for_ms"))
        fault.for_ms = reader.number("for_ms", 1, 1, most_ms);
}

void read_what_becomes_of_them(KeyReader& reader, Fault& fault, const Addresses& nodes) {
    fault.ignore_signals = reader.flag("ignore_signals", false);
    fault.slow_child = read_time(reader, "slow_child_ms");
    fault.delay = read_time(reader, "delay_ms");
    fault.jitter = read_time(reader, "jitter_ms");
    fault.hang = reader.flag("hang", false);
    fault.errors_before = reader.text("errors_before");
    fault.prefix = reader.text("prefix");
    fault.flood = read_flood(reader);
    fault.question = reader.text("question");
    fault.questions = reader.texts("questions").value_or(std::vector<std::string>{});
    if (reader.has("question") && reader.has("questions"))
        reader.mistake("questions", "expected either \"question\" or \"questions\"");
    read_given_output(reader, fault);
    fault.distortion.unseen = read_unseen(reader, nodes);
    fault.distortion.two_primaries = reader.flag("two_primaries", false);
    fault.stuck_promotion = reader.flag("stuck_promotion", false);
    if (reader.has("cut_at"))
        fault.cut_at =
            static_cast<std::uint64_t>(reader.number("cut_at", 0, 0, std::numeric_limits<int>::max()));
    if (reader.has("child_keeps_pipe_ms"))
        fault.child_keeps_pipe = read_time(reader, "child_keeps_pipe_ms");
    fault.hang_after = reader.flag("hang_after", false);
    if (reader.has("signal")) {
        fault.signal = static_cast<int>(reader.number("signal", SIGTERM, 1, 31));
        if (!ends_a_process(fault.signal))
            reader.mistake("signal", "expected the number of a signal that ends a process");
    }
    if (reader.has("exit_status"))
        fault.exit_status = static_cast<int>(reader.number("exit_status", 0, 0, 255));
}

Fault read_all_keys(KeyReader& reader, const Addresses& nodes) {
    Fault fault;
    read_which_calls(reader, fault);
    read_what_becomes_of_them(reader, fault, nodes);
    // A subcommand that the fake does not have may be scripted all the same.
    const bool is_known = fault.subcommand == "*" || find_command(fault.subcommand) != nullptr;
    if (fault.subcommand.empty() || (!is_known && !fault.gives_whole_answer()))
        reader.mistake("subcommand",
                       "expected a subcommand of efm or \"*\"; any other only in a rule with \"output\", "
                       "\"output_hex\" or \"errors\"");
    reader.refuse_other_keys();
    return fault;
}

/// The keys of a preset with those of a rule in their place.
boost::json::object with_preset(const Preset& preset, const boost::json::object& rule) {
    auto keys = boost::json::parse(preset.keys).as_object();
    // An answer is one thing, by whatever key it is given.
    if (rule.contains("output") || rule.contains("output_hex")) {
        keys.erase("output");
        keys.erase("output_hex");
    }
    for (const auto& [key, value] : rule)
        keys.insert_or_assign(key, value);
    keys.erase("preset");
    return keys;
}

}  // namespace

Fault read_fault(KeyReader& reader, const Addresses& nodes) {
    if (!reader.has("preset"))
        return read_all_keys(reader, nodes);
    const auto name = reader.text("preset");
    const auto preset = ranges::find(all_presets(), std::string_view{name}, &Preset::name);
    if (preset == all_presets().end()) {
        std::string names;
        for (const auto& known : all_presets())
            names.append(names.empty() ? "" : ", ").append(known.name);
        reader.mistake("preset", "expected one of " + names);
        return {};
    }
    const auto keys = with_preset(*preset, reader.object());
    auto whole = reader.instead(keys);
    auto fault = read_all_keys(whole, nodes);
    fault.preset = name;
    return fault;
}

}  // namespace efm::fake
