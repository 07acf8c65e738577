#include "mocks/real_nodes/agent_lock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "mocks/fake/real_servers.h"

namespace efm::fake {

namespace {

std::string holder_of(int file) {
    std::array<char, 32> text{};
    const auto count = pread(file, text.data(), text.size() - 1, 0);
    return count <= 0 ? "" : " (process " + std::string{text.data(), static_cast<std::size_t>(count)} + ")";
}

}  // namespace

std::string AgentLock::take(const std::string& state_file) {
    const auto name = agent_lock_file(state_file);
    file_ = Descriptor{open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY,
                            S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH)};
    if (!file_.is_open())
        return "cannot open " + name + ": " + std::generic_category().message(errno);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (fcntl(file_.number(), F_OFD_SETLK, &lock) != 0)
        return errno == EAGAIN || errno == EACCES
                   ? "an agent for " + state_file + " is running already" + holder_of(file_.number())
                   : "cannot lock " + name + ": " + std::generic_category().message(errno);
    const auto process = std::to_string(getpid());
    if (ftruncate(file_.number(), 0) != 0 ||
        pwrite(file_.number(), process.data(), process.size(), 0) != static_cast<ssize_t>(process.size()))
        return "cannot write " + name + ": " + std::generic_category().message(errno);
    return {};
}

}  // namespace efm::fake
