#include <array>

#include "mocks/fake/events.h"

namespace efm::fake {

namespace {

constexpr std::array rules{
    EventRule{"advance_clock", "ms", "time passes", read_advance_clock},
    EventRule{"database_fails", "node, declared_after_ms",
              "a database dies; its agent says so when it has made sure", read_database_fails},
    EventRule{"database_starts", "node", "a database is started again", read_database_starts},
    EventRule{"agent_fails", "node", "an agent is gone without a word", read_agent_fails},
    EventRule{"agent_stops", "node", "somebody stops an agent", read_agent_stops},
    EventRule{"agent_starts", "node", "somebody starts an agent", read_agent_starts},
    EventRule{"node_fails", "node, declared_after_ms", "a machine dies, with agent and database",
              read_node_fails},
    EventRule{"node_returns", "node", "it is back, with both", read_node_returns},
    EventRule{"node_joins", "node (an object, as in nodes)", "a further node joins", read_node_joins},
    EventRule{"node_changes", "node, role, agent, database, received, replayed, info",
              "a node is something else from now on", read_node_changes},
    EventRule{"network_splits", "groups (arrays of addresses)",
              "nodes of different groups cannot reach each other", read_network_splits},
    EventRule{"network_heals", "", "all nodes reach each other again", read_network_heals},
    EventRule{"vip_moves", "to", "another node answers on the virtual IP address, or none", read_vip_moves},
    EventRule{"wal_written", "bytes", "the primary writes WAL", read_wal_written},
    EventRule{"standby_lags", "node, receives, replays", "a standby falls behind from now on",
              read_standby_lags},
    EventRule{"standby_catches_up", "node", "it has all that the primary has", read_standby_catches_up},
    EventRule{"promotion_fails", "", "the promotion that goes on fails at its end, or the next one",
              read_promotion_fails},
    EventRule{"promotion_sticks", "", "the promotion that goes on never ends, or the next one",
              read_promotion_sticks},
    EventRule{"message", "text", "EFM has a message to show", read_message},
    EventRule{"messages_cleared", "", "and has none", read_messages_cleared},
    EventRule{"minimum_standbys", "number", "another value of minimum.standbys", read_minimum_standbys},
};

}  // namespace

std::span<const EventRule> all_events() {
    return rules;
}

}  // namespace efm::fake
