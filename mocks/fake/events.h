#pragma once

#include <string>
#include <utility>
#include <vector>

#include "mocks/fake/event.h"
#include "mocks/fake/scenario.h"
#include "mocks/fake/state.h"

namespace efm::fake {

// How each kind of event is read. What they do is told in event_table.cpp and in mocks/README.md.

using Addresses = std::vector<std::string>;

// events_time.cpp: the clock, WAL, and what EFM is told or says
Event read_advance_clock(KeyReader& reader, const Addresses& nodes);
Event read_wal_written(KeyReader& reader, const Addresses& nodes);
Event read_standby_lags(KeyReader& reader, const Addresses& nodes);
Event read_standby_catches_up(KeyReader& reader, const Addresses& nodes);
Event read_promotion_fails(KeyReader& reader, const Addresses& nodes);
Event read_promotion_sticks(KeyReader& reader, const Addresses& nodes);
Event read_message(KeyReader& reader, const Addresses& nodes);
Event read_messages_cleared(KeyReader& reader, const Addresses& nodes);
Event read_minimum_standbys(KeyReader& reader, const Addresses& nodes);

// events_failure.cpp: databases, agents and nodes that go and come
Event read_database_fails(KeyReader& reader, const Addresses& nodes);
Event read_database_starts(KeyReader& reader, const Addresses& nodes);
Event read_agent_fails(KeyReader& reader, const Addresses& nodes);
Event read_agent_stops(KeyReader& reader, const Addresses& nodes);
Event read_agent_starts(KeyReader& reader, const Addresses& nodes);
Event read_node_fails(KeyReader& reader, const Addresses& nodes);
Event read_node_returns(KeyReader& reader, const Addresses& nodes);

// events_network.cpp
Event read_network_splits(KeyReader& reader, const Addresses& nodes);
Event read_network_heals(KeyReader& reader, const Addresses& nodes);
Event read_vip_moves(KeyReader& reader, const Addresses& nodes);

// events_node.cpp
Event read_node_joins(KeyReader& reader, const Addresses& nodes);
Event read_node_changes(KeyReader& reader, const Addresses& nodes);

/// Reads the address of a node that is there.
std::string read_node_address(KeyReader& reader, std::string_view key, const Addresses& nodes);

/// What an event does to one node.
using NodeAction = std::function<std::string(State&, const Scenario&, Node&)>;

/// An event whose key `node` says to whom it happens.
Event event_of_node(KeyReader& reader, const Addresses& nodes, NodeAction action);

/// Whether `node` may join: EFM lets in whom the allowed list names, and the first of all.
bool may_join(const Cluster& cluster, const std::string& node);

/// A promotion cannot go on without its target.
void lose_target(State& state, const std::string& node);

/// Whether another node that `node` can reach is the primary, or about to be.
bool has_rival(const State& state, const Node& node);

}  // namespace efm::fake
