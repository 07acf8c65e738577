#include "mocks/fake/session.h"

#include <filesystem>

#include "mocks/fake/command_table.h"

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

MaybeEnded complain(const Session& session, std::string_view text, int exit_status) {
    if (!session.console.write_errors(std::string{text} + "\n"))
        return std::nullopt;
    return Ended{.exit_status = exit_status};
}

MaybeEnded report(const Session& session, StateStore::Outcome outcome) {
    if (outcome == StateStore::Outcome::stopped)
        return std::nullopt;
    return complain(session, "mock-efm: " + session.store.trouble(), fake_failed);
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
