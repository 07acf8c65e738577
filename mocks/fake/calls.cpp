#include "mocks/fake/calls.h"

#include <unistd.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <chrono>
#include <iterator>

#include "mocks/fake/secret.h"
#include "mocks/fake/utf8.h"

namespace efm::fake {

namespace {

// Different for any two calls on one state, whichever processes they come from.
std::string make_id() {
    static std::uint64_t count = 0;
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    return std::to_string(getpid()) + "." + std::to_string(now) + "." + std::to_string(++count);
}

}  // namespace

Call begin_call(const std::vector<std::string>& words) {
    Call call;
    call.id = make_id();
    std::vector<std::string> shown;
    std::transform(words.begin(), words.end(), std::back_inserter(shown), as_utf8);
    shown = mask_secrets(shown);
    for (std::size_t index = 0; index < shown.size(); ++index) {
        auto& word = shown[index];
        if (index == 0)
            call.subcommand = std::move(word);
        else if (index == 1)
            call.cluster = std::move(word);
        else
            call.arguments.push_back(std::move(word));
    }
    return call;
}

boost::json::object shown_call(const Call& call) {
    boost::json::object shown{
        {"time_ms", call.time_ms}, {"node", call.node}, {"subcommand", call.subcommand}};
    if (call.cluster)
        shown["cluster"] = *call.cluster;
    shown["arguments"] = boost::json::array(call.arguments.begin(), call.arguments.end());
    if (call.fault)
        shown["fault"] = *call.fault;
    if (!call.preset.empty())
        shown["preset"] = call.preset;
    if (!call.end) {
        shown["ended"] = false;
        return shown;
    }
    if (call.end->stopped)
        shown["stopped"] = true;
    else if (call.end->signal != 0)
        shown["signal"] = call.end->signal;
    else
        shown["exit_status"] = call.end->exit_status;
    shown["duration_ms"] = call.end->duration_ms;
    return shown;
}

std::string to_string(const Call& call) {
    std::string line = call.subcommand;
    const auto add = [&line](const std::string& word) {
        line += word.empty() || word.find(' ') != std::string::npos ? " '" + word + "'" : " " + word;
    };
    if (call.cluster)
        add(*call.cluster);
    for (const auto& word : call.arguments)
        add(word);
    return line;
}

}  // namespace efm::fake
