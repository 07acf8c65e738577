#include "backends/setup/setup_checks.h"

#include <algorithm>

#include "backends/setup/efm_version_path.h"
#include "backends/setup/quoting.h"
#include "backends/setup/setup_check.h"

namespace efm {

std::vector<Check> SetupCheck::run() {
    cluster_name();
    if (facts_.runner.backend == Backend::mock) {
        pass("program", "The backend \"mock\" runs no program.");
    } else {
        if (is_sudo())
            sudo();
        program();
        version_directory();
        java();
    }
    if (is_sudo())
        sudo_rules();
    properties();
    status();
    preload();
    worker();
    cache();
    schema_version();
    return std::move(checks_);
}

void SetupCheck::pass(const char* name, std::string detail) {
    checks_.push_back({name, true, std::move(detail), {}});
}

void SetupCheck::fail(const char* name, std::string detail, std::string hint) {
    checks_.push_back({name, false, std::move(detail), std::move(hint)});
}

bool SetupCheck::is_blocked(const char* name, const std::vector<std::string>& needed) {
    const auto cause = std::find_if(checks_.begin(), checks_.end(), [&](const Check& check) {
        return !check.passed && std::find(needed.begin(), needed.end(), check.name) != needed.end();
    });
    if (cause == checks_.end())
        return false;
    const auto first = cause->name;
    fail(name, "Not looked at, because the check \"" + first + "\" did not pass.",
         "Mend \"" + first + "\" first.");
    return true;
}

void SetupCheck::cluster_name() {
    const auto& name = facts_.cluster_name;
    if (!name.empty())
        return pass("cluster_name", "efm.cluster_name is " + in_quotes(name) + ".");
    fail("cluster_name", "efm.cluster_name is not set.", set_line("efm.cluster_name", "efm"));
}

void SetupCheck::status() {
    if (is_blocked("status", {"cluster_name", "sudo", "program", "sudo_read"}))
        return;
    auto trouble = facts_.ask_status();
    if (!trouble)
        return pass("status", "EFM answers with the status of the cluster.");
    if (trouble->hint.empty())
        trouble->hint = "Look at the log of EFM on this host.";
    if (const auto program = split_version_path(facts_.runner.command_path);
        program && trouble->sqlstate == "08006")
        trouble->hint += " systemctl start edb-efm-" + program->version +
                         (facts_.cluster_name == "efm"
                              ? ""
                              : ", or the service of the cluster " + in_quotes(facts_.cluster_name));
    fail("status", trouble->detail, trouble->hint);
}

void SetupCheck::schema_version() {
    const auto order = compare_versions(facts_.schema_version, facts_.library_version);
    auto detail = "The schema is of version " + facts_.schema_version + ", the library of " +
                  facts_.library_version + '.';
    if (order == 0)
        return pass("schema_version", std::move(detail));
    fail("schema_version", std::move(detail),
         order < 0 ? "ALTER EXTENSION efm_extension UPDATE;"
                   : "Restart the server, so that it loads the library of " + facts_.schema_version + '.');
}

std::vector<Check> setup_checks(const SetupFacts& facts) {
    return SetupCheck{facts}.run();
}

}  // namespace efm
