// Random sequences of commands and events: whatever happens, certain things hold for every node that looks.
// EFM_TEST_SEED repeats a run, EFM_TEST_SEQUENCES makes it longer.

#include <boost/json/parse.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "mocks/fake/event.h"
#include "tests/unit/fake_fixture.h"

namespace efm::fake {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t fallback) {
    const char* const given = std::getenv(variable);
    return given == nullptr ? fallback : std::strtoull(given, nullptr, 10);
}

/// What the text report says, read as a person would.
struct Report {
    std::map<std::string, std::pair<std::string, std::string>> nodes;  ///< type and database by address
    std::set<std::string> with_vip;
    std::vector<std::string> allowed;
    std::vector<std::string> priority;
    std::string coordinator;
    std::map<std::string, std::string> replayed;
    std::string conclusion;
};

std::vector<std::string> words_of(const std::string& line) {
    std::istringstream stream{line};
    return {std::istream_iterator<std::string>{stream}, {}};
}

Report read_report(const std::string& text) {
    Report report;
    std::istringstream lines{text};
    std::string heading;
    for (std::string line; std::getline(lines, line);) {
        const auto words = words_of(line);
        if (words.empty())
            continue;
        if (line.front() != '\t') {
            heading = line;
            if (line.rfind("Membership coordinator:", 0) == 0)
                report.coordinator = words.back();
        } else if (words[0].find("---") == 0 || words[0] == "Agent" || words[0] == "DB" ||
                   words[0] == "Address" || line == "\t(List is empty.)") {
            continue;
        } else if (heading.rfind("Cluster Status:", 0) == 0) {
            report.nodes[words[1]] = {words[0], words[2]};
            if (line.back() == '*')
                report.with_vip.insert(words[1]);
        } else if (heading.rfind("Allowed", 0) == 0) {
            report.allowed = words;
        } else if (heading.rfind("Standby priority", 0) == 0) {
            report.priority = words;
        } else if (heading.rfind("Promote Status", 0) == 0 &&
                   report.nodes.contains(words.size() > 1 ? words[1] : "")) {
            // A primary's received location is blank.
            report.replayed[words[1]] = words[0] == "Primary" ? words[2] : words[3];
        } else if (heading.rfind("Promote Status", 0) == 0 && report.conclusion.empty()) {
            report.conclusion = line.substr(1);
        }
    }
    return report;
}

std::vector<std::string> texts_of(const boost::json::value& array) {
    std::vector<std::string> texts;
    for (const auto& element : array.as_array())
        texts.emplace_back(element.as_string().c_str());
    return texts;
}

class FakePropertyTest : public FakeTest {
  protected:
    using Random = std::mt19937_64;

    std::size_t below(std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random_);
    }
    bool one_in(std::size_t number) { return below(number) == 0; }
    const std::string& any_of(const std::vector<std::string>& texts) { return texts[below(texts.size())]; }
    std::string any_node() { return any_of(addresses_); }
    static std::string quoted(const std::string& text) { return "\"" + text + "\""; }

    void begin_sequence() {
        const auto nodes = 2 + below(5);
        addresses_.clear();
        disallowed_.clear();
        std::string list;
        const bool has_witness = nodes > 2 && one_in(2);
        for (std::size_t number = 0; number < nodes; ++number) {
            addresses_.push_back("10.0.0." + std::to_string(number + 1));
            const std::string role = number == 0                          ? "Primary"
                                     : has_witness && number == nodes - 1 ? "Witness"
                                                                          : "Standby";
            list += (list.empty() ? "" : ", ") + std::string{R"({"address": ")"} + addresses_.back() +
                    R"(", "role": ")" + role + "\"}";
        }
        std::string keys =
            R"("clock": "stepped", "efm_version": )" + quoted(any_of({"4.8", "4.10", "5.0", "5.4"}));
        if (!one_in(4))
            keys += R"(, "vip": "10.0.0.100")";
        keys += R"(, "promotion_ms": )" + any_of({"0", "1000", "20000"});
        keys += R"(, "wal_bytes_per_second": )" + any_of({"0", "1", "4096"});
        keys += R"(, "auto_failover": )" + any_of({"true", "true", "false"});
        keys += R"(, "stop_isolated_primary": )" + any_of({"true", "false"});
        keys += R"(, "promotion_outcome": )" + quoted(any_of({"succeeds", "succeeds", "fails", "sticks"}));
        if (one_in(2))
            keys += R"(, "failure_detection_ms": 1000)";
        set_scenario("{" + keys + R"(, "nodes": [)" + list + "]}");
        RecordingConsole console;
        ASSERT_EQ(reset_fake_efm(installation_, console).exit_status, 0) << console.errors;
        addresses_.emplace_back("10.0.0.9");  // for one that joins
    }

    std::string any_groups() {
        std::string here;
        std::string there;
        for (std::size_t number = 0; number + 1 < addresses_.size(); ++number) {
            auto& group = one_in(2) ? here : there;
            group += (group.empty() ? "" : ", ") + quoted(addresses_[number]);
        }
        return "[[" + here + "], [" + there + "]]";
    }

    /// An event of every kind that there is, with keys that may fit.
    std::string any_event() {
        const auto rules = all_events();
        const std::string name{rules[below(rules.size())].name};
        std::string keys;
        if (name == "advance_clock")
            keys = R"("ms": )" + any_of({"1", "299", "300", "1000", "7000", "60000", "1000000"});
        else if (name == "node_joins")
            keys = R"("node": {"address": "10.0.0.9", "role": )" +
                   quoted(any_of({"Standby", "Witness", "Idle"})) + "}";
        else if (name == "network_splits")
            keys = R"("groups": )" + any_groups();
        else if (name == "vip_moves")
            keys = R"("to": )" + quoted(one_in(3) ? "" : any_node());
        else if (name == "wal_written")
            keys = R"("bytes": )" + any_of({"0", "1", "100000"});
        else if (name == "message")
            keys = R"("text": "a \"message\" / with everything")";
        else if (name == "minimum_standbys")
            keys = R"("number": )" + any_of({"0", "1", "2"});
        else if (name == "node_changes")
            keys = R"("node": )" + quoted(any_node()) +
                   (one_in(2) ? R"(, "role": )" + quoted(any_of({"Primary", "Standby", "Idle"})) : "") +
                   (one_in(2) ? R"(, "agent": )" + quoted(any_of({"UP", "DOWN", "STOPPED"})) : "") +
                   (one_in(2) ? R"(, "database": )" + quoted(any_of({"UP", "DOWN", "UNKNOWN"})) : "");
        else if (name.find("promotion_") != 0 && name != "network_heals" && name != "messages_cleared")
            keys = R"("node": )" + quoted(any_node());
        return R"({"event": )" + quoted(name) + (keys.empty() ? "" : ", " + keys) + "}";
    }

    std::vector<std::string> any_command() {
        static const std::vector<std::string> kinds{"allow-node",   "disallow-node", "set-priority",
                                                    "promote",      "switchover",    "resume",
                                                    "stop-cluster", "reset-members", "node-status-json"};
        const auto& kind = any_of(kinds);
        if (kind == "allow-node" || kind == "disallow-node")
            return {kind, "efm", any_node()};
        if (kind == "set-priority")
            return {kind, "efm", any_node(), std::to_string(below(4))};
        if (kind == "switchover")
            return {"promote", "efm", "-switchover"};
        // Rarely: little is left after it.
        if (kind == "stop-cluster" && !one_in(5))
            return {"cluster-status", "efm"};
        return {kind, "efm"};
    }

    void take_step() {
        if (one_in(2)) {
            const auto json = any_event();
            const auto played = event(json);
            history_ += json + " -> " + std::to_string(played.ended.exit_status) + " " + played.errors + "\n";
            EXPECT_TRUE(played.ended.exit_status == 0 || played.ended.exit_status == fake_failed);
            EXPECT_EQ(played.ended.exit_status == 0, played.errors.empty());
            happened_ += played.ended.exit_status == 0 ? 1U : 0U;
            if (played.ended.exit_status == 0 && json.find("_joins") != std::string::npos) {
                EXPECT_THAT(shown_state(), testing::ContainsRegex(R"("allowed_nodes":\[[^]]*"10.0.0.9")"));
            }
            return;
        }
        const auto node = one_in(4) ? addresses_.front() : addresses_[below(addresses_.size() - 1)];
        const auto words = any_command();
        RecordingConsole console;
        console.answers.assign(3, one_in(4) ? Console::Answer::no : Console::Answer::yes);
        installation_.local_node = node;
        const auto played = play(words, console);
        installation_.local_node.clear();
        history_ += "on " + node + ": " + testing::PrintToString(words) + " -> " +
                    std::to_string(played.ended.exit_status) + " " + played.errors + "\n";
        EXPECT_TRUE(played.ended.exit_status == 0 || played.ended.exit_status == 1);
        if (played.ended.exit_status == 0 && words.front() == "disallow-node")
            disallowed_.insert(words.back());
        if (played.ended.exit_status == 0 && words.front() == "allow-node")
            disallowed_.erase(words.back());
    }

    /// What must hold for one node that looks.
    void check_view(const std::string& node) {
        const auto text = play_on(node, {"cluster-status", "efm"});
        const auto json = play_on(node, {"cluster-status-json", "efm"});
        EXPECT_EQ(text.ended.exit_status, json.ended.exit_status);
        if (text.output.empty()) {
            EXPECT_EQ(text.errors, "Authorization file not found. Is the local agent running?\n");
            return;
        }
        const auto report = read_report(text.output);
        ++views_;
        const auto value = boost::json::parse(json.output);
        const auto& nodes = value.at("nodes").as_object();

        std::size_t primaries = 0;
        EXPECT_EQ(nodes.size(), report.nodes.size());
        bool is_well = true;
        for (const auto& [address, keys] : nodes) {
            const std::string type = keys.at("type").as_string().c_str();
            const std::string database = keys.at("db").as_string().c_str();
            primaries += type == "Primary" ? 1U : 0U;
            EXPECT_EQ(report.nodes.at(address), (std::pair{type, database}));
            EXPECT_EQ(keys.at("vip_active").as_bool(), report.with_vip.contains(address));
            is_well =
                is_well && (type == "Witness" || (database == "UP" && type != "Idle" && type != "Promoting"));
            const auto* location = keys.as_object().if_contains("lsn");
            location = location == nullptr ? keys.as_object().if_contains("xlog") : location;
            if (report.replayed.contains(address)) {
                ASSERT_NE(location, nullptr) << address;
                EXPECT_EQ(report.replayed.at(address), location->as_string().c_str());
                is_well = is_well && report.replayed.at(address) != "UNKNOWN";
            }
        }
        EXPECT_LE(primaries, 1U);
        EXPECT_LE(report.with_vip.size(), 1U);

        const auto priority = texts_of(value.at("failoverpriority"));
        EXPECT_EQ(priority, report.priority);
        EXPECT_EQ(std::set(priority.begin(), priority.end()).size(), priority.size());
        for (const auto& address : priority)
            EXPECT_EQ(report.nodes.at(address).first, "Standby") << address;
        EXPECT_EQ(texts_of(value.at("allowednodes")), report.allowed);
        // Who runs is allowed, or was disallowed while it ran.
        for (const auto& [address, type_and_database] : report.nodes) {
            if (type_and_database.first != "DOWN" && !disallowed_.contains(address)) {
                EXPECT_THAT(report.allowed, testing::Contains(address)) << "seen from " << node;
            }
        }
        EXPECT_EQ(value.at("membershipcoordinator").as_string().c_str(), report.coordinator);
        ASSERT_TRUE(report.nodes.contains(report.coordinator)) << report.coordinator;
        EXPECT_NE(report.nodes.at(report.coordinator).first, "DOWN");

        const bool is_safe =
            report.conclusion == "Standby database(s) in sync with primary. It is safe to promote.";
        EXPECT_EQ(text.ended.exit_status == 0, is_well && is_safe) << report.conclusion;
    }

    Random random_;
    std::vector<std::string> addresses_;
    std::set<std::string> disallowed_;  ///< by a command since the sequence began
    std::string history_;
    std::size_t happened_ = 0;
    std::size_t views_ = 0;
};

TEST_F(FakePropertyTest, WhateverHappens) {
    const auto seed = number_from("EFM_TEST_SEED", std::random_device{}());
    const auto sequences = number_from("EFM_TEST_SEQUENCES", 40);
    std::printf("EFM_TEST_SEED=%llu EFM_TEST_SEQUENCES=%llu\n", static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(sequences));
    random_.seed(seed);
    for (std::uint64_t sequence = 0; sequence < sequences && !HasFailure(); ++sequence) {
        history_.clear();
        ASSERT_NO_FATAL_FAILURE(begin_sequence());
        for (int step = 0; step < 30 && !HasFailure(); ++step) {
            take_step();
            for (std::size_t number = 0; number + 1 < addresses_.size() && !HasFailure(); ++number)
                check_view(addresses_[number]);
        }
        if (HasFailure())
            std::printf("sequence %llu\n%s\n%s%s", static_cast<unsigned long long>(sequence),
                        read(installation_.scenario_file).c_str(), history_.c_str(), shown_state().c_str());
    }
    std::printf("%zu events happened, %zu views were checked\n", happened_, views_);
}

}  // namespace
}  // namespace efm::fake
