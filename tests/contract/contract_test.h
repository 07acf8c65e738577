#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "tests/contract/runner_under_test.h"
#include "tests/support/leftover_check.h"
#include "tests/support/poll_waiter.h"
#include "tests/support/process_census.h"

namespace efm::test {

inline void PrintTo(Kind kind, std::ostream* out) {
    *out << to_string(kind);
}

/// One kind of runner, one host, one command. After every test: no process of the command, no zombie, no
/// descriptor, no reservation is left, and the host was not asked to wait again after it had interrupted.
class Contract : public testing::TestWithParam<Kind> {
  protected:
    void SetUp() override {
        if (const auto missing = RunnerUnderTest::missing(GetParam()); !missing.empty())
            GTEST_SKIP() << missing;
    }
    void TearDown() override {
        EXPECT_TRUE(before_.nothing_left());
        EXPECT_EQ(waiter_.reserved(), 0);
        EXPECT_EQ(waiter_.waits_after_interrupt(), 0);
    }

    /// The mark of the test stands in the place of the cluster, so that every process of the command has it.
    [[nodiscard]] Command command(std::vector<std::string> arguments = {}) const {
        return {.subcommand = "cluster-status",
                .cluster = before_.mark(),
                .arguments = std::move(arguments),
                .confirmation = Confirmation::none};
    }
    CommandResult run(const Script& script) {
        return runner_.that_does(script).run(command(), limits_, waiter_);
    }

    RunnerUnderTest runner_{GetParam()};
    LeftoverCheck before_;
    PollWaiter waiter_;
    Limits limits_;
};

inline std::string name_of_kind(const testing::TestParamInfo<Kind>& info) {
    return to_string(info.param);
}

inline const auto every_runner = testing::Values(Kind::direct, Kind::sudo, Kind::mock, Kind::runner_double);
inline const auto runners_with_a_process = testing::Values(Kind::direct, Kind::sudo);

}  // namespace efm::test
