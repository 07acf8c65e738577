#pragma once

#include <string>

#include "mocks/fake/servers.h"

namespace efm::fake {

/// The setting primary_conninfo of a running server; empty when it cannot be had.
std::string primary_conninfo(const RealServer& server);

/// Makes a running standby follow the server at `primary_connection`, and waits until it streams. Answers
/// what has gone wrong.
std::string follow(const RealServer& standby, const std::string& primary_connection);

/// Waits until a standby receives WAL from its primary.
bool is_streaming(const RealServer& standby);

/// What became of a promotion. `maybe`: it was asked for, and whether it happens cannot be known.
enum class Promoted { yes, no, maybe };

/// pg_promote() on a standby, and wait until it is out of recovery. What went wrong is put into `trouble`.
Promoted promote_server(const RealServer& standby, std::string& trouble);

/// Writes a checkpoint, so that pg_rewind sees the server's new timeline. Answers what has gone wrong.
std::string checkpoint(const RealServer& server);

}  // namespace efm::fake
