#include "backends/setup/file_permission.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "backends/setup/quoting.h"

namespace efm {

namespace {

std::string group_name(gid_t group) {
    const auto* const entry = ::getgrgid(group);
    return entry != nullptr ? std::string{entry->gr_name} : std::to_string(group);
}

}  // namespace

bool may_use(const std::string& path, FileUse use) {
    if (use == FileUse::read)
        return ::access(path.c_str(), R_OK) == 0;
    std::error_code error;
    return ::access(path.c_str(), X_OK) == 0 && !std::filesystem::is_directory(path, error);
}

std::string permission_hint(const std::string& path, FileUse use, const std::string& user) {
    std::string closed = path;
    bool is_read = use == FileUse::read;
    struct stat entry {};
    while (::stat(closed.c_str(), &entry) != 0) {
        const auto parent = std::filesystem::path{closed}.parent_path().string();
        if (errno != EACCES || parent == closed)
            return "Let the operating system user \"" + user + "\" " + (is_read ? "read " : "execute ") +
                   shell_word(path) + ".";
        closed = parent;
        is_read = false;  // to enter a directory is to execute it
    }
    const auto word = shell_word(closed);
    const std::string letter = is_read ? "r" : "x";
    const mode_t for_others = is_read ? S_IROTH : S_IXOTH;
    if (entry.st_uid == ::geteuid() && (entry.st_mode & (for_others << 6U)) == 0)
        return "chmod u+" + letter + ' ' + word;
    auto join = "usermod -a -G " + group_name(entry.st_gid) + ' ' + user + ", and restart the server";
    if ((entry.st_mode & (for_others << 3U)) != 0)
        return join;
    return is_read ? "chmod g+r " + word + "; " + join : "chmod a+x " + word;
}

}  // namespace efm
