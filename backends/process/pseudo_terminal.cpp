#include "backends/process/pseudo_terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace efm {

std::variant<PseudoTerminal, std::error_code> PseudoTerminal::open() {
    const auto last_error = [] { return std::error_code{errno, std::system_category()}; };
    UniqueDescriptor master =
        above_standard(UniqueDescriptor{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)});
    int unlocked = 0;
    if (!master.is_open() || ::ioctl(master.get(), TIOCSPTLCK, &unlocked) != 0)
        return last_error();
    // By descriptor and not by name: a private mount of /dev/pts need not show it.
    UniqueDescriptor slave =
        above_standard(UniqueDescriptor{::ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC)});
    if (!slave.is_open())
        return last_error();
    return PseudoTerminal{std::move(master), std::move(slave)};
}

}  // namespace efm
