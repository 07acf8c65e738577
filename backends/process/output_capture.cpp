#include "backends/process/output_capture.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace efm {

std::error_code OutputCapture::read_available(std::size_t budget) {
    std::array<char, 65536> buffer;  // NOLINT: filled by read()
    std::size_t done = 0;
    while (is_open() && done < budget) {
        const auto count = ::read(read_end_.get(), buffer.data(), buffer.size());
        if (count > 0) {
            done += static_cast<std::size_t>(count);
            keep({buffer.data(), static_cast<std::size_t>(count)});
            if (static_cast<std::size_t>(count) < buffer.size())
                break;
        } else if (count == 0) {
            read_end_.reset();
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            break;
        } else if (errno != EINTR) {
            return {errno, std::system_category()};
        }
    }
    return {};
}

void OutputCapture::keep(std::string_view bytes) {
    total_ += bytes.size();
    if (keep_ == Keep::first) {
        kept_.append(bytes.substr(0, limit_ - std::min(limit_, kept_.size())));
        return;
    }
    kept_.append(bytes);
    if (kept_.size() > 2 * limit_ + bytes.size())
        kept_.erase(0, kept_.size() - limit_);
}

std::string_view OutputCapture::newest(std::size_t count) const {
    const std::string_view all = kept_;
    return all.substr(all.size() - std::min(count, all.size()));
}

std::string OutputCapture::take() {
    if (kept_.size() > limit_)
        kept_.erase(0, kept_.size() - limit_);
    return std::move(kept_);
}

}  // namespace efm
