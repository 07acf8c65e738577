#pragma once

#include <system_error>
#include <variant>

#include "backends/process/unique_descriptor.h"

namespace efm {

/// A pipe whose ends are above the standard descriptors and closed on exec.
struct Pipe {
    UniqueDescriptor read_end;
    UniqueDescriptor write_end;

    /// `non_blocking_end`: which end never waits, the reader's or the writer's.
    enum class NonBlocking { read_end, write_end };
    static std::variant<Pipe, std::error_code> make(NonBlocking non_blocking_end);
};

}  // namespace efm
