#pragma once

#include <chrono>

#include "mocks/fake/servers.h"

namespace efm::fake {

/// Asks real servers with libpq: all at the same time, a new session for each question. Standbys are asked
/// for their locations after a primary has told its own, so that what has been replayed meanwhile does not
/// look as if it was missing.
class PqServers final : public Servers {
  public:
    explicit PqServers(std::chrono::milliseconds limit = std::chrono::seconds{2}) : limit_(limit) {}

    std::vector<ServerAnswer> ask(const std::vector<RealServer>& servers) override;

  private:
    std::chrono::milliseconds limit_;
};

}  // namespace efm::fake
