#include "backends/process/pipe.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace efm {

namespace {

/// As pipe2() does: 0 is the end to read from, 1 the end to write to.
bool open_ends(Pipe::Kind kind, std::array<int, 2>& ends) {
    if (kind == Pipe::Kind::fifo)
        return ::pipe2(ends.data(), O_CLOEXEC) == 0;
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return false;
    ::shutdown(ends[0], SHUT_WR);
    return true;
}

}  // namespace

std::variant<Pipe, std::error_code> Pipe::make(NonBlocking non_blocking_end, Kind kind) {
    std::array<int, 2> ends{};
    if (!open_ends(kind, ends))
        return std::error_code{errno, std::system_category()};
    Pipe pipe{above_standard(UniqueDescriptor{ends[0]}), above_standard(UniqueDescriptor{ends[1]})};
    const auto& chosen = non_blocking_end == NonBlocking::read_end ? pipe.read_end : pipe.write_end;
    if (!pipe.read_end.is_open() || !pipe.write_end.is_open() ||
        ::fcntl(chosen.get(), F_SETFL, O_NONBLOCK) != 0)
        return std::error_code{errno, std::system_category()};
    return pipe;
}

}  // namespace efm
