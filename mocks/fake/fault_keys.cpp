#include <signal.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "mocks/fake/command_table.h"
#include "mocks/fake/fault.h"

namespace efm::fake {

namespace {

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

}  // namespace

Fault read_fault(KeyReader& reader) {
    Fault fault;
    fault.subcommand = reader.text("subcommand", "*");
    if (fault.subcommand != "*" && find_command(fault.subcommand) == nullptr)
        reader.mistake("subcommand", "expected a subcommand of efm or \"*\"");
    fault.after_calls = reader.number("after_calls", 0, 0, most_calls);
    if (reader.has("calls"))
        fault.calls = reader.number("calls", 1, 1, most_calls);

    fault.ignore_signals = reader.flag("ignore_signals", false);
    fault.slow_child = read_time(reader, "slow_child_ms");
    fault.delay = read_time(reader, "delay_ms");
    fault.hang = reader.flag("hang", false);
    fault.errors_before = reader.text("errors_before");
    fault.prefix = reader.text("prefix");
    fault.flood = read_flood(reader);
    fault.question = reader.text("question");
    read_given_output(reader, fault);
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
    reader.refuse_other_keys();
    return fault;
}

}  // namespace efm::fake
