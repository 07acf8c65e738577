#include "mocks/fake/undocumented.h"

namespace efm::fake {

namespace {

constexpr std::string_view authorization_message =
    "Authorization file not found. Is the local agent running?";
constexpr std::string_view no_connection = "Unable to connect to the local agent.";

}  // namespace

Console::Answer ask(const Session& session, std::string_view question) {
    const auto& points = session.scenario.open_points;
    const bool goes_on = points.questions_on_errors ? session.console.write_errors(question)
                                                    : session.console.write_output(question);
    if (!goes_on)
        return Console::Answer::stopped;
    const auto answer = session.console.read_answer(question);
    if (answer == Console::Answer::end_of_file)
        return points.end_of_file_is_yes ? Console::Answer::yes : Console::Answer::no;
    return answer;
}

MaybeEnded confirm(const Session& session, const std::vector<std::string_view>& questions) {
    for (const auto question : questions) {
        const auto answer = ask(session, question);
        if (answer == Console::Answer::stopped)
            return std::nullopt;
        if (answer != Console::Answer::yes)
            return complain(session, "The promotion was not confirmed. Nothing was changed.");
    }
    return Ended{};
}

MaybeEnded answer_without_agent(const Session& session, bool asks_for_status) {
    const auto& points = session.scenario.open_points;
    using Choice = OpenPoints::WithoutAgent;
    switch (asks_for_status ? points.status_without_agent : Choice::authorization_message) {
        case Choice::nothing:
            return Ended{.exit_status = points.failure_exit_status};
        case Choice::other_text:
            return say(session, std::string{no_connection} + "\n", points.failure_exit_status);
        case Choice::json_without_nodes:
            return say(session, "{\"messages\":[\"" + std::string{no_connection} + "\"]}\n",
                       points.failure_exit_status);
        case Choice::authorization_message:
            break;
    }
    return complain(session, authorization_message);
}

std::optional<MaybeEnded> answer_version_option(const Session& session) {
    if (session.subcommand != "--version" || !session.scenario.open_points.prints_version)
        return std::nullopt;
    return say(session, "EFM " + to_string(session.scenario.version) + "\n");
}

}  // namespace efm::fake
