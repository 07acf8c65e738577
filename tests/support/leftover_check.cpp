#include "tests/support/leftover_check.h"

#include <sys/wait.h>

#include <algorithm>
#include <csignal>

#include "tests/support/process_census.h"

namespace efm::test {

LeftoverCheck::LeftoverCheck() : mark_(unique_marker()), descriptors_(open_descriptors()) {
    for (const auto& child : children())
        children_.push_back(child.id);
}

testing::AssertionResult LeftoverCheck::nothing_left() const {
    auto result = testing::AssertionSuccess();
    const auto fail = [&result](const std::string& what) {
        if (result)
            result = testing::AssertionFailure();
        result << what;
    };
    if (const auto left = processes_left(); !left.empty())
        fail("\nstill running:" + describe(left));
    for (const auto& child : children()) {
        if (std::ranges::find(children_, child.id) == children_.end())
            fail("\nchild left:" + describe({child.id}));
    }
    if (const auto now = open_descriptors(); now != descriptors_)
        fail("\ndescriptors before: " + testing::PrintToString(descriptors_) +
             ", now: " + testing::PrintToString(now));
    return result;
}

std::vector<int> LeftoverCheck::processes_left() const {
    return processes_with(mark_);
}

void LeftoverCheck::end_processes_left() const {
    for (const int id : processes_left())
        ::kill(id, SIGKILL);
    EXPECT_TRUE(comes_true([this] { return processes_left().empty(); }));
    for (const auto& child : children()) {
        if (std::ranges::find(children_, child.id) == children_.end())
            ::waitpid(child.id, nullptr, 0);
    }
}

}  // namespace efm::test
