// Whose children are whose: the host's own are left alone, those of a command are found wherever they went.
#include "backends/process/adopted_children.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "tests/support/process_census.h"
#include "tests/unit/engine_test.h"

namespace efm::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

bool is_subreaper() {
    int set = -1;
    ::prctl(PR_GET_CHILD_SUBREAPER, &set);
    return set != 0;
}

/// A child of the host itself, started before the command.
class HostChild {
  public:
    explicit HostChild(bool ends_at_once) : id_(::fork()) {
        if (id_ != 0)
            return;
        while (!ends_at_once)
            ::pause();
        ::_exit(7);
    }
    ~HostChild() {
        if (id_ > 0) {
            ::kill(id_, SIGKILL);
            ::waitpid(id_, nullptr, 0);
        }
    }
    HostChild(const HostChild&) = delete;
    HostChild& operator=(const HostChild&) = delete;
    [[nodiscard]] pid_t id() const { return id_; }
    void forget() { id_ = -1; }

  private:
    pid_t id_;
};

class Adopted : public EngineTest {};

/// This test program runs under process 1 too, as the servers in a container do (test_process_container).
bool is_in_container() {
    return ::getppid() == 1;
}

TEST_F(Adopted, OnlyWhileACommandIsStoppedOrInAContainerWhileItRuns) {
    EXPECT_FALSE(is_subreaper());
    {
        AdoptedChildren adopted;
        EXPECT_EQ(is_subreaper(), is_in_container());
        adopted.adopt();
        EXPECT_TRUE(is_subreaper());
    }
    EXPECT_FALSE(is_subreaper());
    run({"exit=0"});
    EXPECT_FALSE(is_subreaper());
}

TEST_F(Adopted, AHostThatWasASubreaperStaysOne) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    run({"exit=0"});
    EXPECT_TRUE(is_subreaper());
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST_F(Adopted, TheHostsOwnChildIsNotStoppedWithACommand) {
    const HostChild own{false};
    waiter_.interrupt_when_exists(directory_.file("ready"));
    EXPECT_EQ(run({"setsid-child", "touch=" + directory_.file("ready"), "hang"}).ending, Ending::cancelled);
    EXPECT_EQ(::waitpid(own.id(), nullptr, WNOHANG), 0) << "it still runs";
}

TEST_F(Adopted, TheHostsOwnChildIsNotReapedInItsPlace) {
    HostChild own{true};
    ASSERT_TRUE(comes_true([&] { return state_of(own.id()) == 'Z'; }));
    waiter_.interrupt_when_exists(directory_.file("ready"));
    run({"touch=" + directory_.file("ready"), "hang"});
    int status = 0;
    EXPECT_EQ(::waitpid(own.id(), &status, WNOHANG), own.id());
    EXPECT_EQ(WEXITSTATUS(status), 7);
    own.forget();
}

TEST_F(Adopted, ADaemonThatACommandLeavesIsNotStoppedAndLeavesNoZombieForGood) {
    EXPECT_EQ(run({"daemon", "out=started"}).output, "started");
    const auto daemons = before_.processes_left();
    ASSERT_THAT(daemons, SizeIs(1));

    run({"exit=0"});
    EXPECT_EQ(before_.processes_left(), daemons) << "the next call does not stop it either";

    ::kill(daemons.front(), SIGKILL);
    EXPECT_TRUE(comes_true([this] { return before_.processes_left().empty(); }));
    // Under process 1 it has become ours, and the next call reaps it; elsewhere init does, with no further
    // call.
    EXPECT_TRUE(comes_true([this] {
        if (is_in_container())
            run({"exit=0"});
        return static_cast<bool>(before_.nothing_left());
    }));
}

TEST_F(Adopted, ACancelledCommandDoesNotTakeTheDaemonOfAnEarlierOne) {
    run({"daemon"});
    const auto daemons = before_.processes_left();
    ASSERT_THAT(daemons, SizeIs(1));
    waiter_.interrupt_when_exists(directory_.file("ready"));
    EXPECT_THAT(run({"touch=" + directory_.file("ready"), "hang"}).left_running, IsEmpty());
    EXPECT_EQ(before_.processes_left(), daemons);
    before_.end_processes_left();
}

TEST(AdoptedList, HoldsNoMoreThanItCan) {
    AdoptedChildren::List list;
    for (pid_t id = 1; id <= 1000; ++id)
        list.add(id);
    EXPECT_EQ(list.count, AdoptedChildren::capacity);
    EXPECT_TRUE(list.contains(1));
    EXPECT_FALSE(list.contains(1000));
}

}  // namespace
}  // namespace efm::test
