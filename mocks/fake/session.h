#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mocks/fake/console.h"
#include "mocks/fake/fault.h"
#include "mocks/fake/scenario.h"
#include "mocks/fake/state_store.h"

namespace efm::fake {

/// What a command of the fake works with.
struct Session {
    const Scenario& scenario;
    StateStore& store;
    Console& console;
    std::string subcommand;
    std::string
        cluster_word;  ///< what stood in the cluster's place: a name, or the path of a properties file
    const Fault* fault = nullptr;  ///< what goes wrong with this call
    Servers* servers = nullptr;    ///< asks real servers; nullptr where nobody can

    [[nodiscard]] std::string cluster_name() const;
    /// The properties file that EFM would read.
    [[nodiscard]] std::string properties_file() const;
    /// Where this version keeps its configuration.
    [[nodiscard]] std::string configuration_directory() const;
};

using Arguments = std::vector<std::string>;

/// Writes `text` on standard output.
MaybeEnded say(const Session& session, std::string_view text, int exit_status = 0);

/// Says in a line why the command is not carried out: on the stream and with the exit status that the
/// scenario's open points choose.
MaybeEnded complain(const Session& session, std::string_view text);

/// Says in a line of standard error what the fake itself cannot do, and ends with `fake_failed`.
MaybeEnded give_up(const Session& session, std::string_view text);

/// The cluster as it is now, seen from the local node. Answers nothing when it was had.
std::optional<MaybeEnded> look(const Session& session, Cluster& view);

/// Says how the state could not be had. Not to be called for an outcome that is `done`.
MaybeEnded report(const Session& session, StateStore::Outcome outcome);

/// Says how the command is to be called.
MaybeEnded refuse_usage(const Session& session);

/// The refusal that somebody outside the group efm is given.
MaybeEnded refuse_unauthorised(const Session& session);

}  // namespace efm::fake
