#pragma once

#include <string_view>
#include <vector>

#include "mocks/fake/session.h"

namespace efm::fake {

// What a command does where no document tells it, as the scenario's open points choose.

/// Writes a yes-or-no question and reads the answer: `stopped`, `yes`, or `no`.
Console::Answer ask(const Session& session, std::string_view question);

/// Asks in order, each when the one before was answered with yes. Status 0 when all were, else refused.
MaybeEnded confirm(const Session& session, const std::vector<std::string_view>& questions);

/// The agent of the local node does not run.
MaybeEnded answer_without_agent(const Session& session, bool asks_for_status);

/// `efm --version`: nothing when it is a word that efm does not know.
std::optional<MaybeEnded> answer_version_option(const Session& session);

}  // namespace efm::fake
