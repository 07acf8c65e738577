#pragma once

#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "mocks/fake/control.h"
#include "mocks/fake/fake_efm.h"
#include "tests/support/recording_console.h"

namespace efm::fake {

/// What one command came to.
struct Played {
    Ended ended;
    std::string output;
    std::string errors;
};

/// A test with a directory of its own, in it a scenario and its state.
class FakeTest : public testing::Test {
  protected:
    FakeTest() {
        std::string pattern = testing::TempDir() + "fake-efm-XXXXXX";
        directory_ = mkdtemp(pattern.data());
        installation_.state_file = directory_ + "/state";
        set_scenario(healthy);
    }
    ~FakeTest() override {
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }

    void set_scenario(const std::string& json) {
        installation_.scenario_file = directory_ + "/scenario.json";
        write(installation_.scenario_file, json);
    }
    /// One of those that are shipped.
    void use_scenario(const std::string& name) {
        installation_.scenario_file = std::string{EFM_SCENARIOS} + "/" + name + ".json";
    }

    /// The healthy cluster with further keys, each with a comma before it.
    void set_healthy_with(const std::string& more_keys) {
        const std::string text = healthy;
        set_scenario(text.substr(0, text.rfind('}')) + more_keys + "}");
    }

    Played play(const std::vector<std::string>& words) {
        RecordingConsole console;
        return play(words, console);
    }
    Played play(const std::vector<std::string>& words, RecordingConsole& console) {
        const auto ended = run_fake_efm(installation_, words, console);
        return {ended, console.output, console.errors};
    }
    /// As above, on another node of the cluster.
    Played play_on(const std::string& node, const std::vector<std::string>& words) {
        installation_.local_node = node;
        auto played = play(words);
        installation_.local_node.clear();
        return played;
    }
    Played promote(const std::vector<Console::Answer>& answers = {Console::Answer::yes},
                   std::vector<std::string>* questions = nullptr) {
        RecordingConsole console;
        console.answers.assign(answers.begin(), answers.end());
        auto played = play({"promote", "efm"}, console);
        if (questions != nullptr)
            *questions = console.questions;
        return played;
    }

    /// Applies an event, as mock-efm control event does.
    Played event(const std::string& json) {
        RecordingConsole console;
        const auto ended = apply_event(installation_, json, console);
        return {ended, console.output, console.errors};
    }
    /// An event that must be possible.
    void happens(const std::string& json) {
        const auto played = event(json);
        EXPECT_EQ(played.ended.exit_status, 0) << json << ": " << played.errors;
    }
    void pass(std::int64_t ms) { happens(R"({"event": "advance_clock", "ms": )" + std::to_string(ms) + "}"); }
    std::string shown_state() {
        RecordingConsole console;
        show_state(installation_, console);
        return console.output + console.errors;
    }

    std::string status() { return play({"cluster-status", "efm"}).output; }
    std::string status_json() { return play({"cluster-status-json", "efm"}).output; }

    /// The lines of the report below a heading, up to an empty line.
    std::string section(const std::string& heading) {
        const auto text = status();
        const auto start = text.find(heading + "\n");
        if (start == std::string::npos)
            return "(no section " + heading + ")";
        const auto lines = start + heading.size() + 1;
        return text.substr(lines, text.find("\n\n", lines) - lines);
    }
    std::string allowed() { return section("Allowed node host list:").substr(1); }
    std::string priority() { return section("Standby priority host list:").substr(1); }
    /// A row of the agent table, its cells parted by one blank; empty when there is none.
    std::string row(const std::string& address) {
        const auto report = status();
        const auto text = report.substr(0, report.find("\nAllowed node host list:"));
        const auto at = text.find(" " + address + " ");
        if (at == std::string::npos)
            return {};
        const auto start = text.rfind('\t', at) + 1;
        std::string cells;
        for (const char c : text.substr(start, text.find('\n', at) - start)) {
            if (c != ' ' || (!cells.empty() && cells.back() != ' '))
                cells += c;
        }
        return cells;
    }

    static std::string read(const std::string& file) {
        std::ifstream stream{file, std::ios::binary};
        return {std::istreambuf_iterator<char>{stream}, {}};
    }
    static void write(const std::string& file, const std::string& text) {
        std::ofstream{file, std::ios::binary} << text;
    }

    static constexpr const char* healthy = R"({
        "vip": "10.0.0.100",
        "nodes": [
            {"address": "10.0.0.1", "role": "Primary"},
            {"address": "10.0.0.2", "role": "Standby"},
            {"address": "10.0.0.3", "role": "Standby"},
            {"address": "10.0.0.4", "role": "Witness"}
        ]
    })";

    std::string directory_;
    Installation installation_;
};

/// Text without the blanks at the end of its lines: published notes have lost them.
inline std::string trimmed(const std::string& text) {
    std::string result;
    std::string blanks;
    for (const char c : text) {
        if (c == ' ') {
            blanks += c;
            continue;
        }
        if (c != '\n')
            result += blanks;
        blanks.clear();
        result += c;
    }
    return result;
}

}  // namespace efm::fake
