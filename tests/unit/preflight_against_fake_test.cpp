// The preflight against the fake EFM on generated clusters: when all checks pass, EFM does not refuse. How
// often it is the other way round is printed for each check. EFM_TEST_SEED repeats a run, EFM_TEST_CLUSTERS
// makes it longer.

#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>

#include "backends/command/confirmation.h"
#include "backends/promotion/preflight.h"
#include "backends/status/status_reader.h"
#include "tests/unit/fake_fixture.h"

namespace efm::fake {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t fallback) {
    const char* const given = std::getenv(variable);
    return given == nullptr ? fallback : std::strtoull(given, nullptr, 10);
}

/// Answers as efm_promote() does without force: y to what is routine, n to all else.
class CarefulConsole final : public Console {
  public:
    bool write_output(std::string_view text) override {
        output += text;
        return true;
    }
    bool write_errors(std::string_view text) override {
        errors += text;
        return true;
    }
    Answer read_answer(std::string_view question) override {
        return is_confirmed(classify_question(question), Confirmation::routine) ? Answer::yes : Answer::no;
    }
    bool pause(std::chrono::milliseconds /*duration*/) override { return true; }
    void leave_child(std::chrono::milliseconds /*duration*/) override {}

    std::string output;
    std::string errors;
};

/// A cluster in the words of a scenario, with what happens to it before anybody looks.
struct Generated {
    std::string version;
    std::string scenario;
    std::vector<std::string> events;
    std::string promoted_on;  ///< a node that has called promote already; empty for none
    std::string node;         ///< where everybody looks from

    [[nodiscard]] std::string describe() const {
        auto text = scenario + "\nlocal node: " + node + "\n";
        for (const auto& event : events)
            text += event + "\n";
        return text + (promoted_on.empty() ? "" : "promote called on " + promoted_on + "\n");
    }
};

class Generator {
  public:
    explicit Generator(std::uint64_t seed) : random_(seed) {}

    Generated next() {
        Generated cluster;
        const auto count = 1 + below(6);
        std::vector<std::string> addresses;
        standbys_.clear();
        std::string nodes;
        // Most clusters are nearly well, or nothing would ever pass.
        const std::size_t oddness = any_of({3, 10, 40, 1000});
        const std::string location = word({"0/5000148", "1/0", "0/FFFFFFFF", "A/F0000000"});
        for (std::size_t number = 0; number < count; ++number) {
            addresses.push_back("10.0.0." + std::to_string(number + 1));
            nodes += (number == 0 ? "" : ", ") + node(addresses.back(), number, count, location, oddness);
        }
        cluster.version =
            word({"3.6", "3.10", "4.0", "4.6", "4.8", "4.9", "4.10", "5.0", "5.3", "5.4", "5.5"});
        cluster.scenario = R"({"clock": "stepped", "efm_version": ")" + cluster.version + "\"" +
                           settings(addresses, cluster.version, oddness) + R"(, "nodes": [)" + nodes + "]}";
        cluster.node = addresses[one_in(3) ? below(count) : 0];
        while (one_in(oddness) && cluster.events.size() < 4)
            cluster.events.push_back(event(addresses));
        if (one_in(oddness))
            cluster.promoted_on = addresses[below(count)];
        return cluster;
    }

  private:
    std::size_t below(std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random_);
    }
    bool one_in(std::size_t number) { return below(number) == 0; }
    std::size_t any_of(std::initializer_list<std::size_t> numbers) {
        return numbers.begin()[below(numbers.size())];
    }
    std::string word(std::initializer_list<const char*> words) { return words.begin()[below(words.size())]; }
    static std::string key(const std::string& name, const std::string& value) {
        return ", \"" + name + "\": " + value;
    }
    static std::string quoted(const std::string& text) { return '"' + text + '"'; }

    std::string node(const std::string& address, std::size_t number, std::size_t count,
                     const std::string& location, std::size_t oddness) {
        std::string role = number == 0                                     ? "Primary"
                           : number + 1 == count && count > 2 && one_in(2) ? "Witness"
                                                                           : "Standby";
        if (one_in(2 * oddness))
            role = word({"Primary", "Standby", "Witness", "Idle", "Promoting"});
        if (role == "Standby")
            standbys_.push_back(address);
        auto text = R"({"address": )" + quoted(address) + key("role", quoted(role));
        if (one_in(2 * oddness))
            text += key("agent", quoted(word({"DOWN", "STOPPED"})));
        if (one_in(2 * oddness) && role != "Witness")
            text += key("database", quoted(word({"UP", "DOWN", "UNKNOWN"})));
        else if (role == "Primary" || role == "Standby" || role == "Promoting") {
            const bool is_behind = one_in(2 * oddness);
            text +=
                key("replayed", quoted(is_behind ? word({"0/1", "0/5000148", "B/0", "UNKNOWN"}) : location));
            // What has been received and not yet replayed.
            if (is_behind && role != "Primary" && one_in(2))
                text += key("received", quoted(location));
            else if (one_in(oddness) && role != "Primary")
                text += key("received", quoted(word({"0/5000148", "B/0", "B/1", "UNKNOWN"})));
        }
        return text + "}";
    }

    std::string list(const std::vector<std::string>& addresses, std::size_t leave_out) {
        std::string text;
        for (const auto& address : addresses) {
            if (!one_in(leave_out))
                text += (text.empty() ? "" : ", ") + quoted(address);
        }
        return "[" + text + "]";
    }

    std::string settings(const std::vector<std::string>& addresses, const std::string& version,
                         std::size_t oddness) {
        std::string keys;
        if (one_in(2))
            keys += key("vip", quoted("10.0.0.100"));
        if (keys.empty() ? false : one_in(oddness))
            keys += key("vip_active_on", one_in(3) ? quoted("") : quoted(addresses[below(addresses.size())]));
        if (one_in(oddness))
            keys += key("failover_priority", list(standbys_, 3));
        if (one_in(oddness) || one_in(8))
            keys += key("minimum_standbys", word({"0", "1", "2", "3"}));
        if (one_in(oddness))
            keys += key("missing_nodes", R"(["10.0.0.99"])");
        if (one_in(oddness))
            keys += key("agent_running", one_in(4) ? "false" : "true");
        if (one_in(oddness))
            keys += key("use_replay_tiebreaker", "false");
        keys += key("promotion_ms", word({"0", "1000", "1000000"}));
        keys += key("promotion_outcome", quoted(word({"succeeds", "succeeds", "fails", "sticks"})));
        keys += key("failure_detection_ms", word({"0", "1000"}));
        return keys + key("open_points", "{" + open_points(version) + "}");
    }

    /// What no document tells may be so or so.
    std::string open_points(const std::string& version) {
        std::string keys;
        const auto maybe = [&](const std::string& name, const std::string& value) {
            if (one_in(3))
                keys += (keys.empty() ? "\"" : ", \"") + name + "\": " + value;
        };
        maybe("failed_nodes_in_json", quoted(word({"type", "missingnodes", "both"})));
        // Of 4.6 nothing else shows that its locations are not right.
        if (version != "4.6")
            maybe("messages_in_json", quoted("none"));
        maybe("primary_received", quoted(word({"repeated", "empty", "missing", "UNKNOWN"})));
        maybe("unknown_location_in_json", quoted("empty"));
        maybe("empty_priority_in_json", quoted("missing"));
        maybe("promoting_in_json", quoted("no_locations"));
        maybe("database_down", quoted("UNKNOWN"));
        maybe("idle_database", quoted("UP"));
        maybe("switchover_asks", "true");
        maybe("switchover_out_of_sync", quoted(word({"asks", "one_is_enough"})));
        maybe("questions_on", quoted("errors"));
        return keys;
    }

    std::string event(const std::vector<std::string>& addresses) {
        const auto address = quoted(addresses[below(addresses.size())]);
        const auto name =
            word({"advance_clock", "database_fails", "agent_fails", "agent_stops", "node_fails",
                  "network_splits", "wal_written", "standby_lags", "vip_moves", "minimum_standbys"});
        std::string keys = key("node", address);
        if (name == "advance_clock")
            keys = key("ms", word({"1", "299", "300", "1000", "100000"}));
        else if (name == "network_splits")
            keys = key("groups", "[" + list(addresses, 2) + "]");
        else if (name == "wal_written")
            keys = key("bytes", word({"1", "4096"}));
        else if (name == "vip_moves")
            keys = key("to", address);
        else if (name == "minimum_standbys")
            keys = key("number", word({"1", "2"}));
        return R"({"event": )" + quoted(name) + keys + "}";
    }

    std::mt19937_64 random_;
    std::vector<std::string> standbys_;  ///< of the cluster that is being made
};

/// How often what happened.
struct Tally {
    std::map<std::string, int> failed;               ///< each check
    std::map<std::string, int> failed_and_accepted;  ///< and EFM accepted
    std::map<std::string, int> alone_and_accepted;   ///< no other check failed
    int passed = 0;
    int refused = 0;
    int accepted = 0;

    void print(const char* kind) const {
        std::printf("%s: %d looks, EFM refused %d; all checks passed in %d\n", kind, refused + accepted,
                    refused, passed);
        std::printf("    %-18s %8s %14s %10s\n", "check", "failed", "yet accepted", "as the only one");
        for (const auto& [name, count] : failed) {
            const auto of = [&, check = name](const std::map<std::string, int>& counts) {
                const auto found = counts.find(check);
                return found == counts.end() ? 0 : found->second;
            };
            std::printf("    %-18s %8d %14d %10d\n", name.c_str(), count, of(failed_and_accepted),
                        of(alone_and_accepted));
        }
    }
};

class PreflightAgainstFakeTest : public FakeTest {
  protected:
    /// The cluster as it is when somebody looks. False when the generator has made up what cannot be.
    bool begin(const Generated& cluster) {
        set_scenario(cluster.scenario);
        installation_.local_node = cluster.node;
        RecordingConsole console;
        if (reset_fake_efm(installation_, console).exit_status != 0) {
            ADD_FAILURE() << console.errors << cluster.scenario;
            return false;
        }
        for (const auto& json : cluster.events)
            static_cast<void>(event(json));
        if (!cluster.promoted_on.empty()) {
            RecordingConsole confirming;
            confirming.answers.assign(3, Console::Answer::yes);
            installation_.local_node = cluster.promoted_on;
            static_cast<void>(play({"promote", "efm"}, confirming));
            installation_.local_node = cluster.node;
        }
        return true;
    }

    void compare(const Generated& cluster, bool switchover, Tally& tally) {
        const auto status = read_cluster_status_output(status_json());
        if (!status)
            return;  // efm_preflight() is an error then
        const auto checks = preflight_checks(*status, switchover);
        const auto failed = failed_checks(checks);

        CarefulConsole console;
        std::vector<std::string> words{"promote", "efm"};
        if (switchover)
            words.emplace_back("-switchover");
        const auto ended = run_fake_efm(installation_, words, console);
        ASSERT_TRUE(ended.exit_status == 0 || ended.exit_status == 1) << console.errors << cluster.describe();
        const bool is_accepted = ended.exit_status == 0;
        (is_accepted ? tally.accepted : tally.refused) += 1;
        tally.passed += failed.empty() ? 1 : 0;
        EXPECT_TRUE(is_accepted || !failed.empty())
            << (switchover ? "switchover" : "failover")
            << ": all checks passed, and EFM refused: " << console.output << console.errors << "\n"
            << cluster.describe() << status_json();
        for (const auto& check : checks) {
            if (check.passed)
                continue;
            ++tally.failed[check.name];
            tally.failed_and_accepted[check.name] += is_accepted ? 1 : 0;
            tally.alone_and_accepted[check.name] += is_accepted && failed.size() == 1 ? 1 : 0;
        }
    }
};

TEST_F(PreflightAgainstFakeTest, WhatPassesIsNeverRefused) {
    const auto seed = number_from("EFM_TEST_SEED", std::random_device{}());
    const auto clusters = number_from("EFM_TEST_CLUSTERS", 10'000);
    std::printf("EFM_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
    Generator generator{seed};
    Tally switchovers;
    Tally failovers;
    // Some generated clusters give no status at all, and are not counted.
    while (static_cast<std::uint64_t>(switchovers.accepted + switchovers.refused) < clusters &&
           !HasFailure()) {
        const auto cluster = generator.next();
        if (!begin(cluster))
            return;
        compare(cluster, true, switchovers);
        // 4.6 shows what a standby has received as what it has replayed: what EFM asks about cannot be known.
        if (cluster.version == "4.6" || !begin(cluster))
            continue;
        compare(cluster, false, failovers);
    }
    switchovers.print("switchover");
    failovers.print("failover");
    // The comparison has seen enough of all four kinds.
    for (const auto* const tally : {&switchovers, &failovers}) {
        EXPECT_GT(tally->passed * 20, static_cast<int>(clusters));
        EXPECT_GT(tally->accepted * 20, static_cast<int>(clusters));
        EXPECT_GT(tally->refused * 20, static_cast<int>(clusters));
    }
    EXPECT_EQ(switchovers.failed.size(), 8U) << "a check that never failed was not tried";
    EXPECT_EQ(failovers.failed.size(), 7U) << "missing nodes are in the way of a switchover only";
}

}  // namespace
}  // namespace efm::fake
