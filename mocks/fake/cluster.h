#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/fake/servers.h"

namespace efm::fake {

/// What a node is to EFM while its agent runs.
enum class Role { primary, standby, witness, idle, promoting };

enum class Agent {
    up,
    failed,  ///< gone without a word: `DOWN` in 5.x until reset-members, not shown in 4.x
    stopped  ///< stopped by somebody: no member of the cluster any more, still in the allowed list
};

struct Node {
    std::string address;
    Role role = Role::standby;
    Agent agent = Agent::up;
    std::string database;       ///< what its agent says: UP, DOWN, UNKNOWN or N/A
    std::string received;       ///< WAL location, empty, or UNKNOWN
    std::string replayed;       ///< on a primary its current location
    std::string info;           ///< what went wrong when its database was asked
    bool receives = true;       ///< takes in what the primary writes; false: falls behind
    bool replays = true;        ///< replays what it has received
    std::string last_lsn = {};  ///< what its data directory holds while its database cannot be asked
    RealServer server = {};     ///< the real one behind it, if the scenario names one
    std::optional<bool> found_in_recovery = std::nullopt;  ///< what a real server has said of itself

    [[nodiscard]] bool is_member() const { return agent == Agent::up; }
    [[nodiscard]] bool is(Role wanted) const { return is_member() && role == wanted; }
    /// Whether its WAL location could be asked: an agent may still say UP when it could not.
    [[nodiscard]] bool database_answers() const;
    /// What its database is: of a real server what that has just said, else what its agent says.
    [[nodiscard]] Role database_role() const;
};

struct Cluster {
    std::vector<Node> nodes;  ///< in the order in which they are shown
    std::string vip;          ///< virtual IP address, empty for none
    std::string vip_holder;   ///< the address of the node that answers on it, empty for none
    std::vector<std::string> allowed;
    std::vector<std::string> priority;        ///< standbys that may be promoted, the first one first
    std::vector<std::string> never_promoted;  ///< standbys that are in that list no more when they come back
    std::string coordinator;
    int minimum_standbys = 0;
    std::vector<std::string> missing_nodes;
    std::vector<std::string> messages;
    std::vector<std::vector<std::string>> groups;  ///< the parts of a split network; empty while it is whole
    std::vector<std::string> forgotten;            ///< by reset-members, from beyond the split
    std::string last_promoted;                     ///< the primary that is right when there are two

    [[nodiscard]] Node* find(std::string_view address);
    [[nodiscard]] const Node* find(std::string_view address) const;
    /// The primary as its agent reports it, or nullptr.
    [[nodiscard]] const Node* primary() const;
    /// Whether the cluster, or a part of it, is made of real servers: then an agent must run for it.
    [[nodiscard]] bool has_real_servers() const;
    /// The last in the priority list, if the node is not in it and may be promoted at all.
    void list_for_promotion(const std::string& address);
};

/// The name of a role as EFM writes it.
std::string_view to_string(Role role);

/// Whether everything that the primary has written is replayed on `standby`.
bool is_in_sync(const Node& standby, const Node& primary);

/// A database that has died: nothing can be asked of it, its agent says what it has said before.
void stop_database(Node& node);

/// A node that was stopped or lost its database: nothing can be asked of it.
void make_idle(Node& node);

/// What a client is told that connects to a database which is not running, as EFM shows it.
std::string connection_refused(std::string_view address);

}  // namespace efm::fake
