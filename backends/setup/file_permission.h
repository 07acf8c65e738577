#pragma once

#include <string>

namespace efm {

enum class FileUse { read, execute };

/// Whether this process may use the file so; a directory cannot be executed as a program.
bool may_use(const std::string& path, FileUse use);

/// What to run, as root or as the owner, so that the operating system user `user`, which this process runs
/// as, may use the file: about the file itself, or about the directory on the way to it that is closed.
std::string permission_hint(const std::string& path, FileUse use, const std::string& user);

}  // namespace efm
