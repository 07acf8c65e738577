#include "mocks/fake/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "mocks/fake/descriptor.h"

namespace efm::fake {

namespace {

std::error_code last_error() {
    return {errno, std::generic_category()};
}

std::error_code write_all(int descriptor, std::string_view content) {
    while (!content.empty()) {
        const auto written = write(descriptor, content.data(), content.size());
        if (written >= 0)
            content.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            return last_error();
    }
    return {};
}

std::error_code write_new_file(const std::string& file, std::string_view content, mode_t mode,
                               const struct stat* replaced) {
    const Descriptor descriptor{
        open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR)};
    if (!descriptor.is_open())
        return last_error();
    if (replaced != nullptr) {
        if (const auto error = share_as(descriptor.number(), *replaced))
            return error;
    } else if (fchmod(descriptor.number(), mode) != 0) {
        return last_error();
    }
    return write_all(descriptor.number(), content);
}

}  // namespace

FileContent read_file(const std::string& file, std::size_t most_bytes) {
    const Descriptor descriptor{open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    if (!descriptor.is_open())
        return {{}, last_error()};
    struct stat status {};
    if (fstat(descriptor.number(), &status) != 0)
        return {{}, last_error()};
    if (S_ISDIR(status.st_mode))
        return {{}, std::make_error_code(std::errc::is_a_directory)};
    if (!S_ISREG(status.st_mode))
        return {{}, std::make_error_code(std::errc::invalid_argument)};

    FileContent result;
    std::array<char, 16U * 1024> buffer{};
    while (true) {
        const auto count = read(descriptor.number(), buffer.data(), buffer.size());
        if (count == 0)
            return result;
        if (count < 0) {
            if (errno == EINTR)
                continue;
            return {{}, last_error()};
        }
        result.content.append(buffer.data(), static_cast<std::size_t>(count));
        if (result.content.size() > most_bytes)
            return {{}, std::make_error_code(std::errc::file_too_large)};
    }
}

std::string find_obstacle(const std::string& file, int access) {
    struct stat status {};
    if (lstat(file.c_str(), &status) != 0)
        return {};
    if (S_ISLNK(status.st_mode))
        return "is a symbolic link: name the file itself";
    if (!S_ISREG(status.st_mode))
        return "is no regular file";
    if (faccessat(AT_FDCWD, file.c_str(), access, AT_EACCESS) != 0)
        return "may not be read and written by this user: " + last_error().message();
    return {};
}

std::error_code share_as(int descriptor, const struct stat& like) {
    // Owner and group first: changing them may take permission bits away. The owner is the administrator's to
    // set, the group a member's.
    if (fchown(descriptor, like.st_uid, like.st_gid) != 0 &&
        fchown(descriptor, static_cast<uid_t>(-1), like.st_gid) != 0)
        errno = 0;
    return fchmod(descriptor, like.st_mode & 0777U) == 0 ? std::error_code{} : last_error();
}

std::error_code replace_file(const std::string& file, std::string_view content, mode_t mode) {
    struct stat replaced {};
    const bool is_there = stat(file.c_str(), &replaced) == 0;
    // Left behind by a writer that was killed; nobody else can be at it now.
    const auto new_file = file + ".new";
    unlink(new_file.c_str());
    auto error = write_new_file(new_file, content, mode, is_there ? &replaced : nullptr);
    if (!error && rename(new_file.c_str(), file.c_str()) != 0)
        error = last_error();
    if (error)
        unlink(new_file.c_str());
    return error;
}

}  // namespace efm::fake
