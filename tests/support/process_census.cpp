#include "tests/support/process_census.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>

namespace efm::test {

namespace {

/// The names in a directory that are numbers: the descriptors, tasks and processes of proc(5).
std::vector<int> numbers_in(const std::string& path, int* own_descriptor = nullptr) {
    std::vector<int> numbers;
    const std::unique_ptr<DIR, int (*)(DIR*)> directory{::opendir(path.c_str()), ::closedir};
    if (!directory)
        return numbers;
    if (own_descriptor != nullptr)
        *own_descriptor = ::dirfd(directory.get());
    while (const dirent* entry = ::readdir(directory.get())) {
        const std::string_view name = entry->d_name;
        int number = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), number).ec == std::errc{})
            numbers.push_back(number);
    }
    std::ranges::sort(numbers);
    return numbers;
}

/// As much of a file as can be read: a process may end while it is looked at, and that is no error here.
std::string contents(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream{path, std::ios::binary}.rdbuf();
    return text.str();
}

std::string proc(pid_t id, std::string_view file) {
    return "/proc/" + std::to_string(id) + "/" + std::string{file};
}

struct Stat {
    char state = '-';
    int parent = 0;
    int group = 0;
    int session = 0;
};

Stat stat_of(pid_t id) {
    Stat stat;
    const auto line = contents(proc(id, "stat"));
    // The name of the program may hold blanks and brackets: what follows its last bracket may not.
    if (const auto name_end = line.rfind(')'); name_end != std::string::npos)
        std::istringstream{line.substr(name_end + 1)} >> stat.state >> stat.parent >> stat.group >>
            stat.session;
    return stat;
}

}  // namespace

std::vector<int> open_descriptors() {
    int looking = -1;
    auto descriptors = numbers_in("/proc/self/fd", &looking);
    std::erase(descriptors, looking);
    return descriptors;
}

char state_of(pid_t id) {
    return stat_of(id).state;
}

std::vector<ChildState> children() {
    std::vector<ChildState> found;
    for (const int task : numbers_in("/proc/self/task")) {
        std::istringstream list{contents("/proc/self/task/" + std::to_string(task) + "/children")};
        for (pid_t id = 0; list >> id;)
            found.push_back({id, state_of(id)});
    }
    return found;
}

std::vector<pid_t> processes_with(std::string_view marker) {
    std::vector<pid_t> found;
    for (const pid_t id : numbers_in("/proc")) {
        if (id == ::getpid())
            continue;
        const bool marked = contents(proc(id, "cmdline")).find(marker) != std::string::npos ||
                            contents(proc(id, "environ")).find(marker) != std::string::npos;
        // Between the two looks it may have ended.
        if (const char state = marked ? state_of(id) : '-'; state != '-' && state != 'Z' && state != 'X')
            found.push_back(id);
    }
    return found;
}

std::string describe(const std::vector<pid_t>& processes) {
    std::ostringstream text;
    for (const pid_t id : processes) {
        const auto stat = stat_of(id);
        auto command_line = contents(proc(id, "cmdline"));
        std::ranges::replace(command_line, '\0', ' ');
        text << "\n  process " << id << ", state " << stat.state << ", parent " << stat.parent << ", group "
             << stat.group << ", session " << stat.session << ": " << command_line;
    }
    return text.str();
}

std::string unique_marker() {
    static std::atomic<int> counter{0};
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    return "mark=" + std::to_string(::getpid()) + "." + std::to_string(++counter) + "." + std::to_string(now);
}

long resident_kilobytes() {
    long size = 0;
    long resident = 0;
    std::istringstream{contents("/proc/self/statm")} >> size >> resident;
    return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

bool comes_true(const std::function<bool()>& condition, std::chrono::milliseconds deadline) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= end)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return true;
}

}  // namespace efm::test
