#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

#include "backends/process/unique_descriptor.h"

namespace efm {

/// Collects what comes out of one pipe, within a bound.
class OutputCapture {
  public:
    enum class Keep {
        first,  ///< the first `limit` bytes; more is an overflow
        last    ///< the last `limit` bytes, however many come
    };

    OutputCapture(UniqueDescriptor read_end, Keep keep, std::size_t limit)
        : read_end_(std::move(read_end)), keep_(keep), limit_(limit) {}

    [[nodiscard]] int descriptor() const { return read_end_.get(); }
    [[nodiscard]] bool is_open() const { return read_end_.is_open(); }

    /// Reads what is there without waiting, at most about `budget` bytes, so that a flood does not keep the
    /// caller from its interrupts. Closes itself at end of file.
    std::error_code read_available(std::size_t budget);

    [[nodiscard]] bool has_overflowed() const { return keep_ == Keep::first && total_ > limit_; }

    /// Bytes that came in all, kept or not.
    [[nodiscard]] std::size_t total() const { return total_; }

    /// The newest bytes kept, at most `count`.
    [[nodiscard]] std::string_view newest(std::size_t count) const;

    /// The bytes kept. The capture is empty after it.
    std::string take();

  private:
    void keep(std::string_view bytes);

    UniqueDescriptor read_end_;
    Keep keep_;
    std::size_t limit_;
    std::size_t total_ = 0;
    std::string kept_;
};

}  // namespace efm
