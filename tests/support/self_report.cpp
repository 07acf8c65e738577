#include "tests/support/self_report.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <string>

namespace efm::test {

namespace {

void say(const std::string& line) {
    write_all(STDOUT_FILENO, line + "\n");
}

void show_descriptors() {
    std::map<int, std::string> open;
    const std::unique_ptr<DIR, int (*)(DIR*)> directory{::opendir("/proc/self/fd"), ::closedir};
    while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
        const std::string name = entry->d_name;
        const int descriptor = std::atoi(name.c_str());
        if (name.starts_with('.') || descriptor == ::dirfd(directory.get()))
            continue;
        std::array<char, PATH_MAX> target{};
        const auto length = ::readlink(("/proc/self/fd/" + name).c_str(), target.data(), target.size());
        open[descriptor] = std::string{target.data(), static_cast<std::size_t>(length < 0 ? 0 : length)};
    }
    for (const auto& [descriptor, target] : open)
        say("descriptor " + std::to_string(descriptor) + " " + target);
}

void show_signals() {
    std::ifstream status{"/proc/self/status"};
    for (std::string name, value; status >> name && std::getline(status >> std::ws, value);) {
        if (name == "SigIgn:")
            say("ignored " + value);
        if (name == "SigBlk:")
            say("blocked " + value);
    }
    int on_parent_death = 0;
    ::prctl(PR_GET_PDEATHSIG, &on_parent_death);
    say("on parent death " + std::to_string(on_parent_death));
}

void show_group() {
    say("process " + std::to_string(::getpid()));
    say("parent " + std::to_string(::getppid()));
    say("group " + std::to_string(::getpgrp()));
    say("session " + std::to_string(::getsid(0)));
}

void show_environment() {
    for (char** variable = environ; *variable != nullptr; ++variable)
        say("variable " + std::string{*variable});
}

void show_directory() {
    std::array<char, PATH_MAX> path{};
    say(std::string{"directory "} +
        (::getcwd(path.data(), path.size()) != nullptr ? path.data() : "unknown"));
}

void show_terminal() {
    const int terminal = ::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    // `/dev/tty` is only a name for it: its number is in the stat of the process, after the name of the
    // program.
    std::ifstream stat{"/proc/self/stat"};
    stat.ignore(PATH_MAX, ')');
    std::string state;
    long parent = 0;
    long group = 0;
    long session = 0;
    long device = 0;
    stat >> state >> parent >> group >> session >> device;
    say(terminal < 0 ? "terminal none" : "terminal " + std::to_string(device));
    if (terminal >= 0)
        ::close(terminal);
}

}  // namespace

void write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(descriptor, bytes.data(), bytes.size());
        if (written > 0)
            bytes.remove_prefix(static_cast<std::size_t>(written));
        else if (written < 0 && errno != EINTR)
            return;
    }
}

bool report(std::string_view topic) {
    const std::map<std::string_view, void (*)()> topics{
        {"descriptors", show_descriptors}, {"signals", show_signals},     {"group", show_group},
        {"environment", show_environment}, {"directory", show_directory}, {"terminal", show_terminal}};
    const auto found = topics.find(topic);
    if (found == topics.end())
        return false;
    found->second();
    return true;
}

}  // namespace efm::test
