#include "mocks/fake/state_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>

#include "mocks/fake/file.h"
#include "mocks/fake/timeline.h"

namespace efm::fake {

namespace {

constexpr std::size_t most_bytes = 256U * 1024 * 1024;
constexpr std::chrono::milliseconds lock_step{5};
constexpr int most_lock_steps = 2000;

}  // namespace

StateStore::StateStore(std::string file, bool is_private, const Scenario& scenario, Console& console)
    : file_(std::move(file)), is_private_(is_private), scenario_(scenario), console_(console) {}

StateStore::Outcome StateStore::read(State& state) {
    bool is_kept = false;
    const auto outcome = load(state, is_kept);
    if (outcome != Outcome::done || is_kept)
        return outcome;
    return update([&state](State& fresh) {
        state = fresh;
        return true;
    });
}

StateStore::Outcome StateStore::update(const std::function<bool(State&)>& change) {
    Descriptor held;
    if (const auto outcome = lock(held); outcome != Outcome::done)
        return outcome;
    State state;
    bool is_kept = false;
    if (const auto outcome = load(state, is_kept); outcome != Outcome::done)
        return outcome;
    return change(state) ? write(state) : Outcome::done;
}

StateStore::Outcome StateStore::begin_anew() {
    Descriptor held;
    if (const auto outcome = lock(held); outcome != Outcome::done)
        return outcome;
    std::string text;
    if (const auto outcome = fetch(text); outcome != Outcome::done)
        return outcome;
    return write(initial_state(scenario_));
}

StateStore::Outcome StateStore::check_file(int access) {
    const auto obstacle = find_obstacle(file_, access);
    return obstacle.empty() ? Outcome::done : fail("the state " + file_ + " " + obstacle);
}

StateStore::Outcome StateStore::fetch(std::string& text) {
    if (const auto outcome = check_file(F_OK); outcome != Outcome::done)
        return outcome;
    auto found = read_file(file_, most_bytes);
    // What cannot be read is not known to be ours.
    if (found.error && found.error != std::errc::no_such_file_or_directory)
        return fail("cannot read the state " + file_ + ": " + found.error.message());
    text = std::move(found.content);
    if (!text.empty() && !is_state(text))
        return fail(file_ + " is no state of mock-efm and is left as it is: name another file");
    return Outcome::done;
}

StateStore::Outcome StateStore::write(const State& state) {
    if (const auto error = replace_file(file_, write_state(state), is_private_ ? 0600 : 0660))
        return fail("cannot write the state " + file_ + ": " + error.message());
    return Outcome::done;
}

StateStore::Outcome StateStore::load(State& state, bool& is_kept) {
    is_kept = false;
    std::string text;
    if (const auto outcome = fetch(text); outcome != Outcome::done)
        return outcome;
    // Empty and there: somebody has made the file beforehand, to set its mode.
    if (text.empty() || has_other_format(text)) {
        state = initial_state(scenario_);
        return Outcome::done;
    }
    std::string mistakes;
    auto found = read_state(text, file_, mistakes);
    if (!found)
        return fail("the state was spoilt (mock-efm --reset begins anew)\n" + mistakes);
    if (found->scenario_identity != scenario_.identity ||
        found->fault_calls.size() != scenario_.faults.size() ||
        found->transitions.size() != scenario_.transitions.size()) {
        state = initial_state(scenario_);
        return Outcome::done;
    }
    state = std::move(*found);
    for (const auto& node : scenario_.start.nodes) {
        if (auto* const known = state.cluster.find(node.address))
            known->server = node.server;
    }
    // A system clock that was set back must not hold the fake's: it goes on from where it was.
    const auto behind_ms = std::max<std::int64_t>(state.now_ms - time_on(state.clock), 0);
    state.clock.offset_ms += behind_ms;
    is_kept = behind_ms == 0;
    advance(state, scenario_, time_on(state.clock));
    return Outcome::done;
}

StateStore::Outcome StateStore::lock(Descriptor& held) {
    // Who may not use the state must not leave a lock behind that its owner cannot open.
    if (const auto outcome = check_file(R_OK | W_OK); outcome != Outcome::done)
        return outcome;
    held = open_lock_file();
    if (!held.is_open())
        return fail("cannot open the lock " + file_ + ".lock: " + std::generic_category().message(errno));
    // In small steps, so that who waits can be stopped: the host's own waits know how, flock() does not.
    for (int step = 0; step < most_lock_steps; ++step) {
        if (flock(held.number(), LOCK_EX | LOCK_NB) == 0)
            return Outcome::done;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return fail("cannot lock " + file_ + ".lock: " + std::generic_category().message(errno));
        if (!console_.pause(lock_step))
            return Outcome::stopped;
    }
    return fail("somebody else keeps the lock " + file_ + ".lock for more than 10 s");
}

Descriptor StateStore::open_lock_file() {
    const auto name = file_ + ".lock";
    // Without O_CREAT first: in a directory like /tmp the kernel refuses it for a file of somebody else.
    Descriptor there{open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    if (there.is_open() || errno != ENOENT)
        return there;
    Descriptor made{
        open(name.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR)};
    if (!made.is_open())
        return errno == EEXIST ? Descriptor{open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)}
                               : std::move(made);
    // Who may use the state may lock it. A lock that others cannot open yet is seen by them as an error, not
    // as no lock.
    struct stat state {};
    if (stat(file_.c_str(), &state) == 0)
        static_cast<void>(share_as(made.number(), state));
    else
        fchmod(made.number(), is_private_ ? 0600U : 0660U);
    return made;
}

StateStore::Outcome StateStore::fail(std::string trouble) {
    trouble_ = std::move(trouble);
    return Outcome::failed;
}

}  // namespace efm::fake
