#pragma once

#include <string>
#include <vector>

namespace efm::fake {

/// The PostgreSQL server that a scenario names for a node.
struct RealServer {
    std::string connection;      ///< libpq connection string
    std::string data_directory;  ///< absolute
    std::string binaries;        ///< directory of pg_ctl, absolute

    [[nodiscard]] bool is_named() const { return !data_directory.empty(); }
};

/// What a server says of itself when it is asked.
struct ServerAnswer {
    bool answers = false;
    bool in_recovery = false;
    std::string received;  ///< WAL location, empty when it has received none
    std::string replayed;  ///< of a primary its current location
    std::string error;     ///< the server's or libpq's own words, one line, when it does not answer
};

/// Asks real servers. The library itself opens no connection: mock-efm brings one of these, a PostgreSQL
/// backend has none.
class Servers {
  public:
    virtual ~Servers() = default;

    /// Asks all of them, each within a bound. The answers are in the order of `servers`.
    virtual std::vector<ServerAnswer> ask(const std::vector<RealServer>& servers) = 0;
};

}  // namespace efm::fake
