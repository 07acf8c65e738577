#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace efm {

/// Owns one file descriptor, or none (-1).
class UniqueDescriptor {
  public:
    UniqueDescriptor() = default;
    explicit UniqueDescriptor(int descriptor) noexcept : descriptor_(descriptor) {}
    UniqueDescriptor(UniqueDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    UniqueDescriptor& operator=(UniqueDescriptor&& other) noexcept {
        if (this != &other)
            reset(std::exchange(other.descriptor_, -1));
        return *this;
    }
    UniqueDescriptor(const UniqueDescriptor&) = delete;
    UniqueDescriptor& operator=(const UniqueDescriptor&) = delete;
    ~UniqueDescriptor() { reset(); }

    void reset(int descriptor = -1) noexcept {
        if (descriptor_ >= 0)
            ::close(descriptor_);
        descriptor_ = descriptor;
    }
    [[nodiscard]] int get() const noexcept { return descriptor_; }
    [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }

  private:
    int descriptor_ = -1;
};

/// A host without open standard descriptors gets ones numbered 0 to 2 for what it opens, which a child's own
/// would overwrite: this moves them away. None when that failed.
inline UniqueDescriptor above_standard(UniqueDescriptor descriptor) noexcept {
    if (!descriptor.is_open() || descriptor.get() > STDERR_FILENO)
        return descriptor;
    return UniqueDescriptor{::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
}

}  // namespace efm
