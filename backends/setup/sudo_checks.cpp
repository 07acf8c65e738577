// What the rules of sudo allow, one row for each class of commands.

#include "backends/outcome/outcome_table.h"
#include "backends/setup/quoting.h"
#include "backends/setup/setup_check.h"

namespace efm {

void SetupCheck::sudo_rules() {
    const std::string address = "192.0.2.1";  // of documentation: nobody has it
    ask("sudo_read", {{"cluster-status", {}}, {"cluster-status-json", {}}, {"node-status-json", {}}});
    ask("sudo_write", {{"allow-node", {address}},
                       {"disallow-node", {address}},
                       {"set-priority", {address, "1"}},
                       {"resume", {}}});
    ask("sudo_promote", {{"promote", {}},
                         {"promote", {"-switchover"}},
                         {"promote", {"-quiet", "-noscripts"}},
                         {"promote", {"-switchover", "-sourcenode", address, "-quiet", "-noscripts"}}});
    ask("sudo_cluster", {{"stop-cluster", {}}, {"reset-members", {}}});
}

/// One question for each of them, until sudo says no.
void SetupCheck::ask(const char* name, const std::vector<Words>& asked) {
    if (is_blocked(name, {"cluster_name", "sudo", "program"}))
        return;
    for (const auto& words : asked) {
        const Command command{
            .subcommand = words.subcommand, .cluster = facts_.cluster_name, .arguments = words.arguments};
        const auto result = facts_.ask_sudo(command);
        if (result.ending != Ending::exited || result.exit_status != 0)
            return refused(name, command, result);
    }
    pass(name, "sudo allows it.");
}

void SetupCheck::refused(const char* name, const Command& command, const CommandResult& result) {
    std::string line;
    for (const auto& word : command.words())
        line += (line.empty() ? "" : " ") + word;
    const auto said = last_words(result);
    OutcomeContext context;
    context.under_sudo = true;
    context.sudo_user = facts_.runner.sudo_user;
    context.server_user = facts_.server_user;
    context.program = facts_.runner.command_path;
    const auto failure = judge({.subcommand = "", .cluster = "", .arguments = {}}, result, context);
    // Only these have nothing to do with the rules.
    const bool is_of_rules =
        result.ending == Ending::exited && result.errors.find("no new privileges") == std::string::npos;
    fail(name, "sudo does not allow " + in_quotes("efm " + line) + (said.empty() ? "." : ": " + said),
         is_of_rules || !failure
             ? "Put what this prints into /etc/sudoers.d/efm_extension (mode 0440; check it with visudo "
               "-c): SELECT efm_extension.efm_sudoers();"
             : failure->hint);
}

}  // namespace efm
