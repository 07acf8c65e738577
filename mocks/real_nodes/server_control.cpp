#include "mocks/real_nodes/server_control.h"

#include <chrono>

#include "mocks/real_nodes/program.h"
#include "mocks/real_nodes/wait.h"

namespace efm::fake {

namespace {

using std::chrono::seconds;

// pg_ctl is given its own bound, and a little more to say that it is over.
constexpr const char* control_seconds = "60";
constexpr seconds control_limit{70};
constexpr seconds inspection_limit{10};
constexpr seconds rewind_limit{600};
constexpr seconds leftover_limit{10};

std::string trouble_of(const ProgramResult& result) {
    if (result.succeeded)
        return {};
    const auto said = one_line(result.output);
    return said.empty() ? "it failed without a word" : said;
}

std::string value_in(const std::string& text, const std::string& label) {
    const auto place = text.find(label);
    if (place == std::string::npos)
        return {};
    const auto begin = place + label.size();
    return one_line(text.substr(begin, text.find('\n', begin) - begin));
}

}  // namespace

ServerControl::ServerControl(RealServer server, std::string log_file)
    : server_(std::move(server)), directory_(server_.data_directory), log_file_(std::move(log_file)) {}

std::string ServerControl::program(const std::string& name) const {
    return server_.binaries + "/" + name;
}

std::string ServerControl::stop_with(const std::string& mode) {
    return trouble_of(run_program({program("pg_ctl"), "stop", "-D", server_.data_directory, "-m", mode, "-w",
                                   "-s", "-t", control_seconds},
                                  control_limit));
}

std::string ServerControl::stop() {
    std::string trouble = "processes of the server are left";
    for (const auto* const mode : {"fast", "immediate"}) {
        // Where the postmaster was killed there is nothing to tell it, and the others end by themselves.
        if (directory_.has_postmaster()) {
            if (auto said = stop_with(mode); !said.empty())
                trouble = said;
        }
        if (wait_until(leftover_limit, [&] { return !directory_.is_in_use(); }))
            return {};
    }
    return trouble;
}

std::string ServerControl::start() {
    directory_.remove_stale_locks();
    std::vector<std::string> words{
        program("pg_ctl"), "start", "-D",     server_.data_directory, "-w", "-s", "-t",
        control_seconds,   "-l",    log_file_};
    if (const auto options = directory_.last_options(); !options.empty()) {
        words.emplace_back("-o");
        words.push_back(options);
    }
    return trouble_of(run_program(words, control_limit));
}

ServerControl::Shutdown ServerControl::last_shutdown() {
    const auto result =
        run_program({program("pg_controldata"), "-D", server_.data_directory}, inspection_limit, true);
    if (!result.succeeded)
        return {{}, trouble_of(result)};
    const auto state = value_in(result.output, "Database cluster state:");
    if (state != "shut down")
        return {{}, "its state is \"" + state + "\", expected \"shut down\""};
    return {value_in(result.output, "Latest checkpoint location:"), {}};
}

std::string ServerControl::rewind(const std::string& source_connection) {
    directory_.remove_stale_locks();
    const auto configuration = directory_.configuration();
    if (!configuration)
        return "its configuration files cannot be read";
    auto trouble = trouble_of(run_program({program("pg_rewind"), "--target-pgdata", server_.data_directory,
                                           "--source-server", source_connection},
                                          rewind_limit, true));
    if (const auto error = directory_.put_back(*configuration); error && trouble.empty())
        trouble = "its configuration files could not be written: " + error.message();
    return trouble;
}

}  // namespace efm::fake
