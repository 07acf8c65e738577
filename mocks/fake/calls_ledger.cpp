#include "mocks/fake/calls_ledger.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <limits>
#include <string_view>
#include <unordered_map>

#include "mocks/fake/descriptor.h"
#include "mocks/fake/file.h"
#include "mocks/fake/key_reader.h"

namespace efm::fake {

namespace {

constexpr off_t most_bytes_of_a_file = 8L * 1024 * 1024;
constexpr std::size_t most_bytes_read = 64U * 1024 * 1024;
constexpr int most_looks = 100;
constexpr auto any_number = std::numeric_limits<std::int64_t>::max();

Call read_beginning(KeyReader& reader, std::string id) {
    Call call;
    call.id = std::move(id);
    call.time_ms = reader.number("time_ms", 0, std::numeric_limits<std::int64_t>::min(), any_number);
    call.node = reader.text("node");
    call.subcommand = reader.text("subcommand");
    if (reader.has("cluster"))
        call.cluster = reader.text("cluster");
    call.arguments = reader.texts("arguments").value_or(std::vector<std::string>{});
    if (reader.has("fault"))
        call.fault = reader.number("fault", 0, 0, any_number);
    call.preset = reader.text("preset");
    return call;
}

Call::End read_end(KeyReader& reader) {
    constexpr auto any_int = std::numeric_limits<int>::max();
    return {.stopped = reader.flag("stopped", false),
            .exit_status = static_cast<int>(reader.number("exit_status", 0, 0, any_int)),
            .signal = static_cast<int>(reader.number("signal", 0, 0, any_int)),
            .duration_ms = reader.number("duration_ms", 0, 0, any_number)};
}

/// Puts lines together to calls.
class Gatherer {
  public:
    /// Answers whether the line is one of ours.
    bool add(std::string_view line) {
        boost::system::error_code error;
        const auto value = boost::json::parse(line, error);
        const auto* const object = value.if_object();
        if (error || object == nullptr)
            return false;
        Mistakes mistakes;
        KeyReader reader{*object, {}, mistakes};
        if (reader.has("call")) {
            calls_.push_back(read_beginning(reader, reader.text("call")));
            places_[calls_.back().id] = calls_.size() - 1;
        } else if (const auto found = places_.find(reader.text("of")); found != places_.end()) {
            calls_[found->second].end = read_end(reader);
        }
        // The end of a call that was received before the last reset is nobody's.
        return mistakes.empty();
    }
    std::vector<Call> take() { return std::move(calls_); }

  private:
    std::vector<Call> calls_;
    std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace

CallLedger::CallLedger(const std::string& state_file, bool is_private)
    : state_file_(state_file),
      file_(state_file + ".calls"),
      old_file_(file_ + ".old"),
      lost_file_(file_ + ".lost"),
      is_private_(is_private) {}

void CallLedger::begin(const Call& call) const {
    auto line = shown_call(call);
    line.erase("ended");
    line["call"] = call.id;
    append(boost::json::serialize(line));
}

void CallLedger::end(const Call& call) const {
    const auto shown = shown_call(call);
    boost::json::object line{{"of", call.id}};
    for (const auto* const key : {"stopped", "exit_status", "signal", "duration_ms"}) {
        if (const auto* const value = shown.if_contains(key))
            line[key] = *value;
    }
    append(boost::json::serialize(line));
}

void CallLedger::append(const std::string& line) const {
    if (!write_line(line + "\n") && find_obstacle(state_file_, F_OK).empty())
        note_loss();
}

bool CallLedger::write_line(const std::string& line) const {
    const int how = O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW;
    // Without O_CREAT first: in a directory like /tmp the kernel refuses it for a file of somebody else.
    Descriptor descriptor{open(file_.c_str(), how)};
    if (!descriptor.is_open() && errno == ENOENT && find_obstacle(state_file_, R_OK | W_OK).empty()) {
        descriptor = Descriptor{open(file_.c_str(), how | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR)};
        if (descriptor.is_open()) {
            // Who may use the state may add to its calls.
            struct stat state {};
            if (stat(state_file_.c_str(), &state) == 0)
                static_cast<void>(share_as(descriptor.number(), state));
            else
                fchmod(descriptor.number(), is_private_ ? 0600U : 0660U);
        } else if (errno == EEXIST) {
            descriptor = Descriptor{open(file_.c_str(), how)};
        }
    }
    struct stat status {};
    if (!descriptor.is_open() || fstat(descriptor.number(), &status) != 0 || !S_ISREG(status.st_mode))
        return false;
    if (write(descriptor.number(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        return false;
    if (status.st_size + static_cast<off_t>(line.size()) > most_bytes_of_a_file)
        make_room();
    return true;
}

// Whoever is second finds the lock taken, or a short file, and has nothing to do.
void CallLedger::make_room() const {
    const Descriptor full{open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW)};
    struct stat status {};
    struct stat there {};
    if (!full.is_open() || flock(full.number(), LOCK_EX | LOCK_NB) != 0 ||
        fstat(full.number(), &status) != 0 || stat(file_.c_str(), &there) != 0 ||
        status.st_ino != there.st_ino || status.st_size <= most_bytes_of_a_file)
        return;
    if (stat(old_file_.c_str(), &there) == 0)
        note_loss();
    if (rename(file_.c_str(), old_file_.c_str()) != 0)
        note_loss();
}

void CallLedger::note_loss() const {
    const Descriptor made{
        open(lost_file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0660)};
}

void CallLedger::forget() const {
    for (const auto& file : {file_, old_file_, lost_file_})
        unlink(file.c_str());
}

CallLedger::Reading CallLedger::read() const {
    Reading reading;
    struct stat status {};
    if (lstat(lost_file_.c_str(), &status) == 0)
        reading.doubt = "not all calls could be kept (" + lost_file_ + " is there; a reset begins anew)";
    Gatherer gatherer;
    for (const auto& file : {old_file_, file_}) {
        auto text = read_file(file, most_bytes_read);
        // Somebody may be in the middle of writing the last line.
        for (int look = 1; look < most_looks && !text.content.empty() && text.content.back() != '\n'; ++look)
            text = read_file(file, most_bytes_read);
        if (text.error && text.error != std::errc::no_such_file_or_directory)
            reading.doubt = "cannot read the calls " + file + ": " + text.error.message();
        std::string_view rest{text.content};
        while (!rest.empty()) {
            // A last line without a newline was cut off, by a full disk for example.
            const auto end = rest.find('\n');
            if (end == std::string_view::npos || !gatherer.add(rest.substr(0, end)))
                reading.doubt = "a line in " + file + " is no call";
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        }
    }
    reading.calls = gatherer.take();
    return reading;
}

}  // namespace efm::fake
