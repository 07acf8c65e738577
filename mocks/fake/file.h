#pragma once

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

/// Puts `content` in the place of `file` in one step: who reads sees the old content or the new one, whatever
/// happens to the writer. One writer at a time. A file that is there keeps its mode and, where the caller may
/// set it, its group; a new one gets `mode`. Not synchronised to disk: the state need not outlive a crash of
/// the machine.
std::error_code replace_file(const std::string& file, std::string_view content, mode_t mode);

}  // namespace efm::fake
