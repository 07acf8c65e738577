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

    [[nodiscard]] std::string cluster_name() const;
    /// The properties file that EFM would read.
    [[nodiscard]] std::string properties_file() const;
    /// Where this version keeps its configuration.
    [[nodiscard]] std::string configuration_directory() const;
};

using Arguments = std::vector<std::string>;

/// Writes `text` on standard output.
MaybeEnded say(const Session& session, std::string_view text, int exit_status = 0);

/// Writes `text` and a newline on standard error.
MaybeEnded complain(const Session& session, std::string_view text, int exit_status = 1);

/// Says how the state could not be had. Not to be called for an outcome that is `done`.
MaybeEnded report(const Session& session, StateStore::Outcome outcome);

/// Says how the command is to be called.
MaybeEnded refuse_usage(const Session& session);

/// The refusal that somebody outside the group efm is given.
MaybeEnded refuse_unauthorised(const Session& session);

}  // namespace efm::fake
