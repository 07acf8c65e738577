#include "backends/command/confirmation.h"

#include <array>

namespace efm {

namespace {

struct KnownQuestion {
    std::string_view part;  ///< text that only this question holds
    QuestionKind kind;
};

// The questions that published transcripts of EFM 4.8 and 4.10 show. Order matters: the first match counts,
// and what endangers data is looked for first. A virtual IP that answers while the primary's agent is gone
// may be held by a primary that still takes writes, so going on can lose them.
constexpr std::array known_questions{
    KnownQuestion{"may result in data loss", QuestionKind::data_loss},
    KnownQuestion{"promote the standby anyway", QuestionKind::data_loss},
    KnownQuestion{"the VIP is in use", QuestionKind::data_loss},
    KnownQuestion{"The primary database will be shut down and a standby will be promoted.",
                  QuestionKind::routine},
};

constexpr std::string_view blanks = " \t\r";

std::string_view without_trailing(std::string_view text, std::string_view characters) {
    const auto last = text.find_last_not_of(characters);
    return last == std::string_view::npos ? std::string_view{} : text.substr(0, last + 1);
}

}  // namespace

QuestionKind classify_question(std::string_view question) {
    for (const auto& known : known_questions) {
        if (question.find(known.part) != std::string_view::npos)
            return known.kind;
    }
    return QuestionKind::unknown;
}

bool is_confirmed(QuestionKind kind, Confirmation policy) {
    switch (kind) {
        case QuestionKind::routine:
            return policy != Confirmation::none;
        case QuestionKind::data_loss:
            return policy == Confirmation::force;
        case QuestionKind::unknown:
            break;
    }
    return false;
}

Confirmation default_confirmation(std::string_view subcommand) {
    return subcommand == "promote" ? Confirmation::routine : Confirmation::none;
}

std::string_view pending_question(std::string_view output) {
    const auto line_start = output.find_last_of('\n');
    const auto line = line_start == std::string_view::npos ? output : output.substr(line_start + 1);
    auto rest = without_trailing(line, blanks);
    if (rest.ends_with(':'))
        rest = without_trailing(rest.substr(0, rest.size() - 1), blanks);
    return rest.ends_with("[y/N]") ? without_trailing(line, blanks) : std::string_view{};
}

}  // namespace efm
