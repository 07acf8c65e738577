#include "backends/process/question_watch.h"

#include <unistd.h>

#include <algorithm>
#include <string_view>

namespace efm {

namespace {
constexpr std::size_t longest_question = 1024;
}

void QuestionWatch::look_at(const OutputCapture& stream, std::size_t& answered) {
    if (!standard_input_.is_open())
        return;
    const auto unanswered = stream.total() - answered;
    const auto question = pending_question(stream.newest(std::min(unanswered, longest_question)));
    if (question.empty())
        return;
    answered = stream.total();
    const bool confirmed = is_confirmed(classify_question(question), policy_);
    const std::string_view answer = confirmed ? "y\n" : "n\n";
    // A command that is gone or reads nothing shows in how it ends.
    [[maybe_unused]] const auto written = ::write(standard_input_.get(), answer.data(), answer.size());
    if (!confirmed) {
        if (refused_.empty())
            refused_ = question;
        standard_input_.reset();
    }
}

}  // namespace efm
