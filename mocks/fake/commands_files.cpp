#include "mocks/fake/command_table.h"
#include "mocks/fake/commands.h"
#include "mocks/fake/hash.h"

namespace efm::fake {

namespace {

// Looks like what EFM makes of a password, and is nothing but a hash: 32 hexadecimal digits that change with
// the cluster's name, as EFM's do.
std::string encrypted(const std::string& cluster_name, const std::string& password) {
    const auto first = hash_text(cluster_name + '\0' + password);
    return first + hash_text(first + password);
}

std::string previous_directory(const EfmVersion& version) {
    auto previous = version;
    if (version.release > 0)
        --previous.release;
    else
        previous = {version.generation - 1, 10};
    return "/etc/edb/efm-" + to_string(previous);
}

}  // namespace

MaybeEnded encrypt(Session& session, const Arguments& arguments) {
    const auto cluster_name = session.cluster_name();
    if (!arguments.empty()) {
        if (arguments.front() != "--from-env")
            return refuse_usage(session);
        const auto password = session.console.password_variable();
        if (!password || password->empty())
            return say(session, "EFMPASS password not found.\n", 1);
        return say(session, encrypted(cluster_name, *password) + "\n");
    }

    if (!session.console.write_output("This utility will generate an encrypted password for you to place in\n"
                                      " your Failover Manager cluster property file:\n" +
                                      session.properties_file() +
                                      "\nPlease enter the password and hit enter:\n"))
        return std::nullopt;
    const auto password = session.console.read_line();
    if (!password || password->empty())
        return complain(session, "No password was given.");
    if (!session.console.write_output("Please enter the password again to confirm:\n"))
        return std::nullopt;
    if (session.console.read_line() != password)
        return complain(session, "The two passwords are not the same.");
    const auto code = encrypted(cluster_name, *password);
    return say(session, "The encrypted password is: " + code + "\nPlease paste this into your " +
                            cluster_name + ".properties file\ndb.password.encrypted=" + code + "\n");
}

MaybeEnded upgrade_conf(Session& session, const Arguments& arguments) {
    if (!arguments.empty() && (arguments.front() != "-source" || arguments.size() != 2))
        return refuse_usage(session);
    const auto directory =
        arguments.empty() ? previous_directory(session.scenario.version) : arguments.back();
    // Files of one's own may be upgraded by oneself.
    const bool is_of_efm = directory.starts_with("/etc/edb/efm-");
    if (is_of_efm && session.scenario.os_user != "root")
        return complain(session, "Not authorized to run this command. User '" + session.scenario.os_user +
                                     "' is not root.");
    const auto name = session.cluster_name();
    std::string text = "Checking directory " + directory + "\nProcessing " + name + ".properties file\n\n";
    if (session.scenario.version.is_at_least(5, 4))
        text +=
            "The following properties were added in addition to those in previous installed version:\n"
            "\tscript.db.password\n\tscript.db.password.retry\n\tscript.db.password.encrypted\n"
            "\tprimary.health.check.port\n\n";
    text += "Checking directory " + directory + "\nProcessing " + name +
            ".nodes file\n\nUpgrade of files is finished.";
    if (is_of_efm)
        text += " The owner and group for properties and nodes files have been set as 'efm'.";
    return say(session, text + "\n");
}

MaybeEnded create_standby(Session& session, const Arguments& /*arguments*/) {
    return give_up(
        session,
        "create-standby is not faked: the syntax of this command is not documented, and there is no "
        "database to copy. A rule in \"faults\" can give the whole answer");
}

MaybeEnded help(Session& session, const Arguments& /*arguments*/) {
    std::string text = "Usage: efm <subcommand> ...\n\n";
    for (const auto& rule : all_commands()) {
        if (rule.is_in(session.scenario.version))
            text += "    efm " + std::string{rule.syntax} + "\n";
    }
    return say(session, text);
}

}  // namespace efm::fake
