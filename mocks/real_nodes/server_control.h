#pragma once

#include <string>

#include "mocks/fake/servers.h"
#include "mocks/real_nodes/data_directory.h"

namespace efm::fake {

/// Starts, stops and rewinds one server with the programs of its own installation. Each of these answers what
/// has gone wrong, on one line; an empty text is success.
class ServerControl {
  public:
    /// What the server says after it was started goes to `log_file`.
    ServerControl(RealServer server, std::string log_file);

    /// Stops it, and waits until no process of it is left. One that does not run is stopped.
    std::string stop();
    /// Starts it with the options of its last start, and waits until it takes connections.
    std::string start();

    /// Where the history of a server that was shut down ends: the location of its shutdown checkpoint.
    struct Shutdown {
        std::string checkpoint;
        std::string trouble;
    };
    Shutdown last_shutdown();

    /// Takes back what the stopped server has written since its history and that of the server at
    /// `source_connection` parted, if they did. Its configuration stays its own.
    std::string rewind(const std::string& source_connection);

    [[nodiscard]] const DataDirectory& directory() const { return directory_; }

  private:
    [[nodiscard]] std::string program(const std::string& name) const;
    std::string stop_with(const std::string& mode);

    RealServer server_;
    DataDirectory directory_;
    std::string log_file_;
};

}  // namespace efm::fake
