#include "mocks/fake/session.h"

#include <filesystem>

#include <range/v3/range/conversion.hpp>
#include <range/v3/view/split.hpp>

#include "mocks/fake/command_table.h"
#include "mocks/fake/real_servers.h"
#include "mocks/fake/view.h"

namespace efm::fake {

std::string Session::cluster_name() const {
    if (cluster_word.find('/') == std::string::npos)
        return cluster_word;
    return std::filesystem::path{cluster_word}.stem().string();
}

std::string Session::properties_file() const {
    if (cluster_word.find('/') != std::string::npos)
        return cluster_word;
    return configuration_directory() + "/" + cluster_word + ".properties";
}

std::string Session::configuration_directory() const {
    return "/etc/edb/efm-" + to_string(scenario.version);
}

MaybeEnded say(const Session& session, std::string_view text, int exit_status) {
    if (!session.console.write_output(text))
        return std::nullopt;
    return Ended{.exit_status = exit_status};
}

MaybeEnded complain(const Session& session, std::string_view text) {
    const auto& points = session.scenario.open_points;
    const auto line = std::string{text} + "\n";
    if (points.messages_on_output)
        return say(session, line, points.failure_exit_status);
    if (!session.console.write_errors(line))
        return std::nullopt;
    return Ended{.exit_status = points.failure_exit_status};
}

MaybeEnded give_up(const Session& session, std::string_view text) {
    std::string lines;
    for (const auto line : text | ranges::views::split('\n')) {
        const auto words = line | ranges::to<std::string>();
        if (!words.empty())
            lines += "mock-efm: " + words + "\n";
    }
    if (!session.console.write_errors(lines))
        return std::nullopt;
    return Ended{.exit_status = fake_failed};
}

std::optional<MaybeEnded> look(const Session& session, Cluster& view) {
    State state;
    if (const auto outcome = session.store.read(state); outcome != StateStore::Outcome::done)
        return report(session, outcome);
    view = view_from(state.cluster, session.scenario.local_node);
    refresh(view, session.servers);
    if (session.fault != nullptr)
        distort(view, session.fault->distortion, session.scenario.local_node);
    return std::nullopt;
}

MaybeEnded report(const Session& session, StateStore::Outcome outcome) {
    if (outcome == StateStore::Outcome::stopped)
        return std::nullopt;
    return give_up(session, session.store.trouble());
}

MaybeEnded refuse_usage(const Session& session) {
    const auto* const rule = find_command(session.subcommand);
    return complain(session, "Usage: efm " + std::string{rule == nullptr ? "<subcommand>" : rule->syntax});
}

MaybeEnded refuse_unauthorised(const Session& session) {
    return complain(session, "Not authorized to run this command. User '" + session.scenario.os_user +
                                 "' is not a member of the `efm` group.");
}

}  // namespace efm::fake
