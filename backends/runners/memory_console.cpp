#include "backends/runners/memory_console.h"

#include <algorithm>

#include "backends/command/confirmation.h"

namespace efm {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

MemoryConsole::MemoryConsole(Confirmation policy, const Limits& limits, Waiter& waiter)
    : policy_(policy), limits_(limits), waiter_(waiter), deadline_(Clock::now() + limits.timeout) {
    result_.ending = Ending::exited;
}

bool MemoryConsole::stop(Ending ending) {
    result_.ending = ending;
    return false;
}

bool MemoryConsole::write_output(std::string_view text) {
    const auto room = limits_.max_output - std::min(limits_.max_output, result_.output.size());
    result_.output.append(text.substr(0, room));
    if (text.size() > room)
        return stop(Ending::too_much_output);
    return pause(milliseconds{0});
}

bool MemoryConsole::write_errors(std::string_view text) {
    result_.errors.append(text);
    if (result_.errors.size() > limits_.max_errors)
        result_.errors.erase(0, result_.errors.size() - limits_.max_errors);
    return pause(milliseconds{0});
}

fake::Console::Answer MemoryConsole::read_answer(std::string_view question) {
    // A process finds its standard input closed after a question that was refused.
    if (policy_ == Confirmation::none || !result_.refused_question.empty())
        return Answer::end_of_file;
    // The same look at the text that the process engine takes at a pipe: one that does not see it would wait
    // for ever.
    const auto pending = pending_question(question);
    if (pending.empty())
        return pause(milliseconds{-1}) ? Answer::end_of_file : Answer::stopped;
    if (is_confirmed(classify_question(pending), policy_))
        return Answer::yes;
    result_.refused_question = pending;
    return Answer::no;
}

bool MemoryConsole::pause(milliseconds duration) {
    const bool for_ever = duration < milliseconds{0};
    const auto end = for_ever ? deadline_ : std::min(deadline_, Clock::now() + duration);
    do {
        const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
        if (waiter_.wait(-1, std::max(left, milliseconds{0})) == WaitResult::interrupted)
            return stop(Ending::cancelled);
    } while (Clock::now() < end);
    if (Clock::now() >= deadline_)
        return stop(Ending::timed_out);
    return true;
}

void MemoryConsole::leave_child(milliseconds /*duration*/) {
    // Inside this process there is no pipe that a child could keep.
}

CommandResult MemoryConsole::take_result() {
    return std::move(result_);
}

}  // namespace efm
