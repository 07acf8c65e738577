#include "backends/process/pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace efm {

std::variant<Pipe, std::error_code> Pipe::make(NonBlocking non_blocking_end) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return std::error_code{errno, std::system_category()};
    Pipe pipe{above_standard(UniqueDescriptor{ends[0]}), above_standard(UniqueDescriptor{ends[1]})};
    const auto& chosen = non_blocking_end == NonBlocking::read_end ? pipe.read_end : pipe.write_end;
    if (!pipe.read_end.is_open() || !pipe.write_end.is_open() ||
        ::fcntl(chosen.get(), F_SETFL, O_NONBLOCK) != 0)
        return std::error_code{errno, std::system_category()};
    return pipe;
}

}  // namespace efm
