#include "extension/audit_log.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "backends/checks/argument_check.h"
#include "backends/outcome/redact.h"
#include "extension/guard.h"

namespace efm {

namespace {

constexpr std::array<std::string_view, 5> reading_subcommands{"cluster-status", "cluster-status-json",
                                                              "node-status-json", "encrypt", "--help"};

/// What is known of the command under way, in plain memory: an exit callback has no objects to look at.
struct {
    bool under_way;
    char what[2048];
} current;

std::string quoted_words(const std::vector<std::string>& words) {
    std::string line;
    for (const auto& word : words) {
        const bool plain = !word.empty() && word.find_first_of(" \t'\"\\") == std::string::npos;
        line += line.empty() ? "" : " ";
        line += plain ? printable(redact(word), 300) : "'" + printable(redact(word), 300) + "'";
    }
    return line;
}

struct Client {
    char role[NAMEDATALEN];
    char session[NAMEDATALEN];
    char host[NI_MAXHOST];
    char port[NI_MAXSERV];
};

void describe_client(Client& client) {
    // The background worker is connected to no database and has nobody to look up.
    const bool has_role = IsTransactionState() && OidIsValid(MyDatabaseId);
    const char* const role = has_role ? GetUserNameFromId(GetOuterUserId(), true) : nullptr;
    const char* const session = has_role ? GetUserNameFromId(GetSessionUserId(), true) : nullptr;
    strlcpy(client.role, role != nullptr ? role : "?", sizeof(client.role));
    strlcpy(client.session, session != nullptr ? session : "?", sizeof(client.session));
    strlcpy(client.host, "local", sizeof(client.host));
    client.port[0] = '\0';
    if (MyBEEntry == nullptr)
        return;
    const SockAddr& address = MyBEEntry->st_clientaddr;
    if (address.addr.ss_family == AF_INET || address.addr.ss_family == AF_INET6)
        pg_getnameinfo_all(&address.addr, static_cast<int>(address.salen), client.host, sizeof(client.host),
                           client.port, sizeof(client.port), NI_NUMERICHOST | NI_NUMERICSERV);
}

}  // namespace

AuditEntry::AuditEntry(const Command& command, const std::vector<std::string>& command_line,
                       const std::string& caller, bool log_all)
    : wanted_(log_all ||
              std::ranges::find(reading_subcommands, command.subcommand) == reading_subcommands.end()) {
    if (!wanted_)
        return;
    Client client{};
    guard::call([&] { describe_client(client); });
    const auto line = quoted_words(command_line);
    std::snprintf(current.what, sizeof(current.what),
                  "efm command by role \"%s\" (session user \"%s\") from %s%s%s, function %s: %s",
                  client.role, client.session, client.host, client.port[0] != '\0' ? ":" : "", client.port,
                  caller.c_str(), line.c_str());
    current.under_way = true;
}

AuditEntry::~AuditEntry() {
    if (wanted_)
        current.under_way = false;
}

void AuditEntry::finished(const CommandResult& result) const {
    if (!wanted_)
        return;
    std::string outcome = to_string(result.ending);
    if (result.ending == Ending::exited)
        outcome += " with status " + std::to_string(result.exit_status);
    else if (result.ending == Ending::signalled)
        outcome += " by signal " + std::to_string(result.signal);
    else if (result.error)
        outcome += ": " + result.error.message();
    if (!result.refused_question.empty())
        outcome += ", a question was answered with no";
    const char* const text = outcome.c_str();
    const double milliseconds = static_cast<double>(result.elapsed.count()) / 1000;
    guard::call([&] {
        ereport(LOG_SERVER_ONLY, (errmsg_internal("%s: %s after %.3f ms", current.what, text, milliseconds),
                                  errhidestmt(true), errhidecontext(true)));
    });
}

void log_abandoned_command() noexcept {
    if (!current.under_way)
        return;
    current.under_way = false;
    ereport(LOG_SERVER_ONLY, (errmsg_internal("%s: stopped because the session ended", current.what),
                              errhidestmt(true), errhidecontext(true)));
}

}  // namespace efm
