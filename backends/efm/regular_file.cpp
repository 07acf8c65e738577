#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "backends/checks/argument_check.h"
#include "backends/efm/properties_file.h"

namespace efm {

namespace {

std::error_code last_error() {
    return {errno, std::generic_category()};
}

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0)
            close(number_);
    }
    [[nodiscard]] int number() const { return number_; }

  private:
    int number_;
};

}  // namespace

std::variant<std::string, std::error_code> read_regular_file(const std::string& path, std::size_t max_size) {
    if (path.find('\0') != std::string::npos)
        return std::make_error_code(std::errc::invalid_argument);
    // O_NONBLOCK: opening a FIFO must not wait for a writer, opening a terminal not for a carrier.
    const Descriptor file{open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)};
    if (file.number() < 0)
        return last_error();
    struct stat status {};
    if (fstat(file.number(), &status) != 0)
        return last_error();
    if (S_ISDIR(status.st_mode))
        return std::make_error_code(std::errc::is_a_directory);
    if (!S_ISREG(status.st_mode))
        return std::make_error_code(std::errc::invalid_argument);
    // The size is not believed: a file may grow while it is read, and those of /proc say 0.
    std::string content;
    constexpr std::size_t step = 64U * 1024;
    for (;;) {
        const auto size = content.size();
        content.resize(size + step);
        const auto count = read(file.number(), content.data() + size, step);
        if (count < 0 && errno != EINTR)
            return last_error();
        content.resize(size + (count > 0 ? static_cast<std::size_t>(count) : 0));
        if (content.size() > max_size)
            return std::make_error_code(std::errc::file_too_large);
        if (count == 0)
            return content;
    }
}

std::string properties_path(std::string_view location, std::string_view cluster) {
    if (is_properties_path(cluster))
        return std::string{cluster};
    std::string path{location};
    if (!path.ends_with('/'))
        path += '/';
    return path.append(cluster).append(".properties");
}

}  // namespace efm
