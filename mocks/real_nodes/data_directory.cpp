#include "mocks/real_nodes/data_directory.h"

#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <sstream>

#include "mocks/fake/file.h"

namespace efm::fake {

namespace {

constexpr std::size_t most_bytes = 16U * 1024 * 1024;
constexpr mode_t private_mode = S_IRUSR | S_IWUSR;
constexpr std::string_view conninfo_setting = "primary_conninfo";

std::error_code remove_file(const std::string& name) {
    if (unlink(name.c_str()) == 0 || errno == ENOENT)
        return {};
    return {errno, std::generic_category()};
}

bool exists(const std::string& name) {
    return access(name.c_str(), F_OK) == 0;
}

// As a value of a PostgreSQL configuration file.
std::string quoted(const std::string& value) {
    std::string result = "'";
    for (const char letter : value) {
        if (letter == '\'' || letter == '\\')
            result += letter;
        result += letter;
    }
    return result + "'";
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream{text};
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

}  // namespace

std::string DataDirectory::mistake() const {
    struct stat status {};
    if (stat(path_.c_str(), &status) != 0)
        return path_ + ": " + std::generic_category().message(errno);
    if (!exists(file("PG_VERSION")))
        return path_ + ": expected the data directory of a PostgreSQL server (no PG_VERSION)";
    if (status.st_uid != geteuid())
        return path_ + " belongs to user " + std::to_string(status.st_uid) +
               ": expected the agent to run as that user";
    return {};
}

std::error_code DataDirectory::fence() const {
    return replace_file(
        file("recovery.conf"),
        "# Written by the agent of mock-efm: this server was the primary, and another one has\n"
        "# taken its place. PostgreSQL does not start while this file is here.\n"
        "# `efm resume` brings the server back as a standby.\n",
        private_mode);
}

bool DataDirectory::is_fenced() const {
    return exists(file("recovery.conf"));
}

std::error_code DataDirectory::remove_fence() const {
    return remove_file(file("recovery.conf"));
}

bool DataDirectory::is_standby() const {
    return exists(file("standby.signal"));
}

std::error_code DataDirectory::make_standby(const std::string& primary_conninfo) const {
    const auto settings_file = file("postgresql.auto.conf");
    const auto settings = read_file(settings_file, most_bytes);
    if (settings.error && settings.error != std::errc::no_such_file_or_directory)
        return settings.error;
    std::string kept;
    for (const auto& line : lines_of(settings.content)) {
        if (!line.starts_with(conninfo_setting))
            kept += line + "\n";
    }
    kept += std::string{conninfo_setting} + " = " + quoted(primary_conninfo) + "\n";
    if (const auto error = replace_file(settings_file, kept, private_mode))
        return error;
    return replace_file(file("standby.signal"), "", private_mode);
}

std::error_code DataDirectory::remove_standby_signal() const {
    return remove_file(file("standby.signal"));
}

// postmaster.pid has its process id in line 1. The number may be somebody else's by now: a postmaster works
// in its data directory.
bool DataDirectory::has_postmaster() const {
    const auto lines = lines_of(read_file(file("postmaster.pid"), most_bytes).content);
    pid_t postmaster = 0;
    if (lines.empty() || !(std::istringstream{lines.front()} >> postmaster) || postmaster <= 0)
        return false;
    std::error_code error;
    return std::filesystem::equivalent("/proc/" + std::to_string(postmaster) + "/cwd", path_, error);
}

// Key and id of its shared memory are in line 7. Processes that work on after their postmaster was killed are
// still attached to it, and could still commit.
bool DataDirectory::is_in_use() const {
    if (has_postmaster())
        return true;
    const auto lines = lines_of(read_file(file("postmaster.pid"), most_bytes).content);
    unsigned long key = 0;
    int memory = -1;
    struct shmid_ds status {};
    return lines.size() >= 7 && std::istringstream{lines[6]} >> key >> memory &&
           shmctl(memory, IPC_STAT, &status) == 0 && status.shm_nattch > 0;
}

// Beside postmaster.pid, whose lines 4 and 5 are the port and the directory of the socket, there is one for
// the socket.
void DataDirectory::remove_stale_locks() const {
    const auto lines = lines_of(read_file(file("postmaster.pid"), most_bytes).content);
    if (lines.empty() || is_in_use())
        return;
    if (lines.size() >= 5 && !lines[4].empty()) {
        const auto lock = lines[4] + "/.s.PGSQL." + lines[3] + ".lock";
        const auto holder = lines_of(read_file(lock, most_bytes).content);
        if (!holder.empty() && holder.front() == lines.front())
            static_cast<void>(remove_file(lock));
    }
    static_cast<void>(remove_file(file("postmaster.pid")));
}

// One line: the program, then each of its words in double quotes, the data directory mostly being the first.
std::string DataDirectory::last_options() const {
    constexpr std::string_view directory_option = "\"-D\" \"";
    const auto lines = lines_of(read_file(file("postmaster.opts"), most_bytes).content);
    const auto begin = lines.empty() ? std::string::npos : lines.front().find(" \"");
    if (begin == std::string::npos)
        return {};
    auto options = lines.front().substr(begin + 1);
    if (!options.starts_with(directory_option))
        return options;
    const auto next = options.find("\" \"", directory_option.size());
    return next == std::string::npos ? "" : options.substr(next + 2);
}

std::optional<DataDirectory::Files> DataDirectory::configuration() const {
    Files files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator{path_, error}) {
        if (entry.path().extension() != ".conf" || !entry.is_regular_file(error))
            continue;
        const auto text = read_file(entry.path().string(), most_bytes);
        if (text.error)
            return std::nullopt;
        files.emplace_back(entry.path().filename().string(), text.content);
    }
    return error ? std::nullopt : std::optional{files};
}

std::error_code DataDirectory::put_back(const Files& configuration) const {
    for (const auto& [name, content] : configuration) {
        if (const auto error = replace_file(file(name), content, private_mode))
            return error;
    }
    return {};
}

}  // namespace efm::fake
