#include "mocks/fake/events.h"
#include "mocks/fake/wal.h"

namespace efm::fake {

namespace {

constexpr std::int64_t latest_ms = 100 * most_ms;
constexpr std::int64_t most_bytes = 1LL << 50;

void require(KeyReader& reader, std::string_view key, const std::string& expected) {
    if (!reader.has(key))
        reader.mistake(key, expected);
}

/// What becomes of the promotion that goes on, or of the next one.
Event promotion_becomes(PromotionOutcome outcome) {
    Event event;
    event.happen = [outcome](State& state, const Scenario& /*scenario*/) -> std::string {
        if (state.cluster.has_real_servers())
            return "real servers cannot be told how a promotion ends";
        if (state.promotion)
            state.promotion->outcome = outcome;
        else
            state.next_outcome = outcome;
        return {};
    };
    return event;
}

}  // namespace

Event read_advance_clock(KeyReader& reader, const Addresses& /*nodes*/) {
    const auto ms = reader.number("ms", 0, 0, most_ms);
    require(reader, "ms", "expected milliseconds");
    Event event;
    event.happen = [ms](State& state, const Scenario& /*scenario*/) -> std::string {
        if (state.clock.offset_ms + ms > latest_ms)
            return "the clock was advanced by more than a hundred years";
        state.clock.offset_ms += ms;
        return {};
    };
    return event;
}

Event read_wal_written(KeyReader& reader, const Addresses& /*nodes*/) {
    const auto bytes = static_cast<std::uint64_t>(reader.number("bytes", 0, 0, most_bytes));
    require(reader, "bytes", "expected a number of bytes");
    Event event;
    event.happen = [bytes](State& state, const Scenario& /*scenario*/) {
        return std::string{write_wal(state.cluster, bytes) ? "" : "there is no primary that could write"};
    };
    return event;
}

Event read_standby_lags(KeyReader& reader, const Addresses& nodes) {
    const bool receives = reader.flag("receives", false);
    const bool replays = reader.flag("replays", true);
    if (receives && replays)
        reader.mistake("receives", "expected false here or for \"replays\"");
    return event_of_node(reader, nodes, [=](State&, const Scenario&, Node& node) -> std::string {
        if (node.role != Role::standby)
            return node.address + " is no standby";
        node.receives = receives;
        node.replays = replays;
        return {};
    });
}

Event read_standby_catches_up(KeyReader& reader, const Addresses& nodes) {
    return event_of_node(reader, nodes, [](State& state, const Scenario&, Node& node) -> std::string {
        if (node.role != Role::standby || !node.database_answers())
            return node.address + " is no standby whose database runs";
        node.receives = true;
        node.replays = true;
        if (const auto* const primary = sender_of(state.cluster, node))
            catch_up(node, *primary);
        else
            node.replayed = node.received;
        return {};
    });
}

Event read_promotion_fails(KeyReader& /*reader*/, const Addresses& /*nodes*/) {
    return promotion_becomes(PromotionOutcome::fails);
}

Event read_promotion_sticks(KeyReader& /*reader*/, const Addresses& /*nodes*/) {
    return promotion_becomes(PromotionOutcome::sticks);
}

Event read_message(KeyReader& reader, const Addresses& /*nodes*/) {
    const auto text = reader.text("text");
    if (text.empty() || text.find_first_of("\r\n") != std::string::npos)
        reader.mistake("text", "expected one line of text");
    Event event;
    event.happen = [text](State& state, const Scenario& /*scenario*/) {
        state.cluster.messages.push_back(text);
        return std::string{};
    };
    return event;
}

Event read_messages_cleared(KeyReader& /*reader*/, const Addresses& /*nodes*/) {
    Event event;
    event.happen = [](State& state, const Scenario& /*scenario*/) {
        state.cluster.messages.clear();
        return std::string{};
    };
    return event;
}

Event read_minimum_standbys(KeyReader& reader, const Addresses& /*nodes*/) {
    const auto number = static_cast<int>(reader.number("number", 0, 0, 1'000'000));
    require(reader, "number", "expected a whole number from 0");
    Event event;
    event.happen = [number](State& state, const Scenario& /*scenario*/) {
        state.cluster.minimum_standbys = number;
        return std::string{};
    };
    return event;
}

}  // namespace efm::fake
