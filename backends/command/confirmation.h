#pragma once

#include <string_view>

namespace efm {

/// What the caller has decided about the questions that a command may ask before it acts
/// (`efm promote` asks up to three, reference: EFM user guide, "Manual promotion").
enum class Confirmation {
    none,     ///< nothing is answered: standard input is /dev/null
    routine,  ///< "are you sure" is answered `y`, a question about data loss or an unknown one `n`
    force     ///< a question about data loss is answered `y` too; an unknown one still `n`
};

/// What a question found in the output of a command is about.
enum class QuestionKind { routine, data_loss, unknown };

/// Looks `question` up in the one table of known questions. Never fails: what is not there is unknown.
QuestionKind classify_question(std::string_view question);

/// Whether a question of this kind is answered `y` under this policy.
bool is_confirmed(QuestionKind kind, Confirmation policy);

/// The policy a subcommand runs under when its caller says nothing: `promote` may ask, all others may not.
Confirmation default_confirmation(std::string_view subcommand);

/// Finds a question that waits for an answer: the last line of `output` (from its last newline to its end)
/// when it ends with `[y/N]`, blanks and a colon after it allowed. Empty when there is none.
std::string_view pending_question(std::string_view output);

}  // namespace efm
