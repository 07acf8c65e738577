#pragma once

#include "mocks/fake/session.h"

namespace efm::fake {

// What each subcommand does once its words are counted, its caller is known to be allowed and the local agent
// to run (command_table.h says which of this each one needs).

// commands_status.cpp
MaybeEnded cluster_status(Session& session, const Arguments& arguments);
MaybeEnded cluster_status_json(Session& session, const Arguments& arguments);
MaybeEnded node_status_json(Session& session, const Arguments& arguments);

// commands_members.cpp
MaybeEnded allow_node(Session& session, const Arguments& arguments);
MaybeEnded disallow_node(Session& session, const Arguments& arguments);
MaybeEnded set_priority(Session& session, const Arguments& arguments);
MaybeEnded reset_members(Session& session, const Arguments& arguments);
MaybeEnded stop_cluster(Session& session, const Arguments& arguments);
MaybeEnded resume(Session& session, const Arguments& arguments);

// commands_promote.cpp
MaybeEnded promote(Session& session, const Arguments& arguments);

// commands_files.cpp: those that do without a cluster
MaybeEnded encrypt(Session& session, const Arguments& arguments);
MaybeEnded upgrade_conf(Session& session, const Arguments& arguments);
MaybeEnded create_standby(Session& session, const Arguments& arguments);
MaybeEnded help(Session& session, const Arguments& arguments);

}  // namespace efm::fake
