#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace efm::fake {

struct FileContent {
    std::string content;
    std::error_code error;
};

/// Reads a regular file of at most `most_bytes`. Anything else (a pipe, a device) is refused: it could block.
FileContent read_file(const std::string& file, std::size_t most_bytes);

/// Why `file` is not to be replaced: it is there and no regular file, or the caller lacks this `access` (as
/// of access()). Empty when it may be, or nothing is there.
std::string find_obstacle(const std::string& file, int access);

/// Gives an open file the owner and the group of `like`, as far as the caller may set them, and its mode.
std::error_code share_as(int descriptor, const struct stat& like);

/// Puts `content` in the place of `file` in one step: who reads sees the old content or the new one, whatever
/// happens to the writer. One writer at a time. A file that is there keeps its mode and, where the caller may
/// set them, its group and its owner; a new one gets `mode`. Not synchronised to disk: the state need not
/// outlive a crash of the machine.
std::error_code replace_file(const std::string& file, std::string_view content, mode_t mode);

}  // namespace efm::fake
