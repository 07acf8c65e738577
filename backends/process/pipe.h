#pragma once

#include <system_error>
#include <variant>

#include "backends/process/unique_descriptor.h"

namespace efm {

/// One way for bytes, whose ends are above the standard descriptors and closed on exec.
struct Pipe {
    UniqueDescriptor read_end;
    UniqueDescriptor write_end;

    /// `non_blocking_end`: which end never waits, the reader's or the writer's.
    enum class NonBlocking { read_end, write_end };
    /// What the child sees: a FIFO as from a shell, or a connected socket.
    enum class Kind { fifo, socket };
    static std::variant<Pipe, std::error_code> make(NonBlocking non_blocking_end, Kind kind = Kind::fifo);
};

}  // namespace efm
