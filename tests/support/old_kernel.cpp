// old-kernel CALL[,CALL…] PROGRAM [WORD…]: runs a program as if this kernel did not have some system calls
// (they answer ENOSYS), to test what is done without them and with no seam in the code that is tested.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

constexpr int usage_error = 64;

std::vector<sock_filter> filter_without(const std::string& names) {
    const std::map<std::string, unsigned int> known{{"pidfd_open", SYS_pidfd_open},
                                                    {"close_range", SYS_close_range}};
    const auto statement = [](unsigned int code, unsigned int value) {
        return sock_filter{static_cast<unsigned short>(code), 0, 0, value};
    };
    std::vector<sock_filter> filter{statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
    std::istringstream list{names};
    for (std::string name; std::getline(list, name, ',');) {
        if (!known.contains(name))
            std::exit(usage_error);
        filter.push_back({BPF_JMP | BPF_JEQ | BPF_K, 0, 1, known.at(name)});
        filter.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
    }
    filter.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    return filter;
}

}  // namespace

int main(int count, char** words) {
    if (count < 3)
        return usage_error;
    auto filter = filter_without(words[1]);
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        std::perror("old-kernel: seccomp");
        return usage_error;
    }
    ::setenv("EFM_TEST_KERNEL_WITHOUT", words[1], 1);
    ::execv(words[2], words + 2);
    std::perror(words[2]);
    return usage_error;
}
