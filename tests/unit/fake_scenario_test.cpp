// Reading scenarios: the files that are shipped, what is left out, and how mistakes are told.

#include "mocks/fake/scenario.h"

#include "mocks/fake/key_path.h"
#include "tests/unit/fake_fixture.h"

namespace efm::fake {
namespace {

std::string mistakes_in(const std::string& json) {
    return parse_scenario(json, "x.json").mistakes;
}

std::string with_node(const std::string& keys) {
    return "{\"nodes\": [{\"address\": \"10.0.0.1\", \"role\": \"Primary\"" + keys + "}]}";
}

std::string with_key(const std::string& key) {
    return "{\"nodes\": [{\"address\": \"10.0.0.1\", \"role\": \"Primary\"}],\n" + key + "}";
}

TEST(FakeScenario, ShippedFilesAreWithoutMistakes) {
    std::size_t count = 0;
    for (const auto& file : std::filesystem::directory_iterator{EFM_SCENARIOS}) {
        const auto reading = read_scenario(file.path().string());
        EXPECT_TRUE(reading.scenario.has_value()) << reading.mistakes;
        std::ifstream stream{file.path()};
        const std::string text{std::istreambuf_iterator<char>{stream}, {}};
        EXPECT_THAT(text, testing::HasSubstr("\"description\": \"")) << file.path();
        ++count;
    }
    EXPECT_GE(count, 20U);
}

TEST(FakeScenario, BuiltInOneIsTheShippedHealthyOne) {
    std::ifstream stream{EFM_SCENARIOS "/healthy.json"};
    EXPECT_EQ(builtin_scenario(), (std::string{std::istreambuf_iterator<char>{stream}, {}}));
    EXPECT_TRUE(read_scenario("").scenario.has_value());
}

TEST(FakeScenario, FillsInWhatIsLeftOut) {
    const auto scenario =
        parse_scenario(
            R"({"vip": "10.0.0.100", "nodes": [{"address": "w", "role": "Witness"}, {"address": "p", "role": "Primary"},
            {"address": "s", "role": "Standby"}, {"address": "i", "role": "Idle"}]})",
            "x")
            .scenario;
    ASSERT_TRUE(scenario);
    EXPECT_EQ(to_string(scenario->version), "4.9");
    EXPECT_EQ(scenario->local_node, "p");
    EXPECT_EQ(scenario->start.coordinator, "p");
    EXPECT_EQ(scenario->start.vip_holder, "p");
    EXPECT_THAT(scenario->start.allowed, testing::ElementsAre("w", "p", "s", "i"));
    EXPECT_THAT(scenario->start.priority, testing::ElementsAre("s"));
    EXPECT_EQ(scenario->start.find("w")->database, "N/A");
    EXPECT_EQ(scenario->start.find("i")->database, "UNKNOWN");
    EXPECT_EQ(scenario->start.find("s")->replayed, scenario->start.find("p")->replayed);
}

TEST(FakeScenario, MistakesAreToldWithFileLineKeyAndWhatWasExpected) {
    EXPECT_EQ(mistakes_in("{\n \"nodes\": [\n  {\"address\": \"10.0.0.1\",\n   \"role\": \"Boss\"}\n ]\n}"),
              "x.json:4: nodes[0].role: expected one of Primary, Standby, Witness, Idle, Promoting, found "
              "\"Boss\"\n");
    EXPECT_EQ(mistakes_in("{\n}"),
              "x.json:1: nodes: expected an array of at least one node, it is missing\n");
    EXPECT_EQ(mistakes_in(with_key("\"fauls\": []")), "x.json:2: fauls: unknown key\n");
    EXPECT_EQ(mistakes_in(with_node(",\n\"replayd\": \"0/1\"")), "x.json:2: nodes[0].replayd: unknown key\n");
    EXPECT_EQ(mistakes_in(with_key("\"faults\": [{\"signal\": 9, \"calls\": 1}, {\"hang\":\n1}]")),
              "x.json:3: faults[1].hang: expected true or false, found 1\n");
}

TEST(FakeScenario, EveryKeyIsChecked) {
    const std::vector<std::pair<std::string, std::string>> wrong{
        {with_node(", \"database\": \"BROKEN\""),
         "nodes[0].database: expected one of UP, DOWN, UNKNOWN, N/A"},
        {with_node(", \"agent\": true"), "nodes[0].agent: expected a string, found true"},
        {with_node(", \"replayed\": \"0-1\""), "nodes[0].replayed: expected a WAL location"},
        {with_node(", \"received\": \"0/123456789\""), "nodes[0].received: expected a WAL location"},
        {R"({"nodes": [{"address": "10.0.0", "role": "Primary"}]})",
         "nodes[0].address: expected an IP address"},
        {R"({"nodes": [{"address": "10.0.0.1"}]})", "nodes[0].role: expected one of"},
        {R"({"nodes": [{"address": "a", "role": "Primary"}, {"address": "a", "role": "Standby"}]})",
         "nodes[1]: expected each address once"},
        {R"({"nodes": [3]})", "nodes[0]: expected an object, found 3"},
        {R"({"nodes": {}})", "nodes: expected an array of objects"},
        {with_key(R"("vip": "not an address")"), "vip: expected an IP address"},
        {with_key(R"("vip_active_on": "10.0.0.1")"), "vip_active_on: expected a key \"vip\""},
        {with_key(R"("allowed_nodes": ["-x"])"), "allowed_nodes[0]: expected an IP address or a host name"},
        {with_key(R"("allowed_nodes": ["10.0.0.2"])"),
         "x.json:2: allowed_nodes: expected 10.0.0.1 in it, whose agent runs, found [\"10.0.0.2\"]"},
        {with_key(R"("failover_priority": ["10.0.0.1"])"),
         "failover_priority[0]: expected the address of a Standby"},
        {with_key(R"("local_node": "10.0.0.9")"), "local_node: expected the address of one of"},
        {with_key(R"("coordinator": "10.0.0.9")"),
         "x.json:2: coordinator: expected the address of one of \"nodes\" or \"allowed_nodes\", found "
         "\"10.0.0.9\""},
        {with_key(R"("faults": [{"unseen": ["Primary", "10.0.0.1",
                                            "10.0.0.9"]}])"),
         "x.json:3: faults[0].unseen[2]: expected the address of a node, the name of a role, or \"*\", found "
         "\"10.0.0.9\""},
        {with_key(R"("faults": [{"preset": "flap", "unseen": ["Master"]}])"),
         "faults[0].unseen[0]: expected the address of a node"},
        {with_key(R"("efm_version": 4.9)"), "efm_version: expected a string, found 4.9\n"},
        {with_key(R"("seed": 1e300)"), "seed: expected a whole number from 0 to 999999999, found 1e+300\n"},
        {with_key(R"("efm_version": "2.1")"),
         "efm_version: expected an EFM version from \"3.0\" to \"5.99\""},
        {with_key(R"("efm_version": "6.0")"), "efm_version: expected an EFM version from"},
        {with_key(R"("efm_version": "4.1", "enable_stop_cluster": true)"),
         "x.json:2: enable_stop_cluster: expected an \"efm_version\" of 4.2 or later with it, found true"},
        {with_node(R"(}, {"address": "", "role": "Standby")"), "nodes[1].address: expected an IP address"},
        {with_key(R"("open_points": {"messages_on": "paper"})"),
         "open_points.messages_on: expected one of errors, output, found \"paper\""},
        {with_key(R"("open_points": {"failure_exit_status": 70})"),
         "open_points.failure_exit_status: expected another exit status"},
        {with_key(R"("open_points": {"mesages_on": "output"})"), "open_points.mesages_on: unknown key"},
        {with_key(R"("seed": -1)"), "seed: expected a whole number from 0 to 999999999"},
        {with_key(R"("promotion_ms": -1)"), "promotion_ms: expected a whole number from 0 to"},
        {with_key(R"("messages": "x")"), "messages: expected an array of strings"},
        {with_key(R"("authorized": "no")"), "authorized: expected true or false"},
        {with_key(R"("faults": [{"subcommand": "promot"}])"),
         "faults[0].subcommand: expected a subcommand of efm"},
        {with_key(R"("faults": [{"signal": 19}])"),
         "faults[0].signal: expected the number of a signal that ends"},
        {with_key(R"("faults": [{"exit_status": 256}])"),
         "faults[0].exit_status: expected a whole number from 0 to 255"},
        {with_key(R"("faults": [{"output_hex": "4g"}])"),
         "faults[0].output_hex: expected two hexadecimal digits"},
        {with_key(R"("faults": [{"flood": {"bites": 1}}])"), "faults[0].flood.bites: unknown key"},
    };
    for (const auto& [json, expected] : wrong)
        EXPECT_THAT(mistakes_in(json), testing::HasSubstr(expected)) << json;
}

TEST(FakeScenario, WhoIsNamedMayJoinLaterAndACoordinatorMayBeNoNode) {
    EXPECT_EQ(mistakes_in(with_key(R"("faults": [{"unseen": ["10.0.0.9", "*"]}],
        "transitions": [{"event": "node_joins", "node": {"address": "10.0.0.9", "role": "Standby"}}])")),
              "");
    EXPECT_EQ(mistakes_in(with_key(R"("coordinator": "")")), "");
    EXPECT_EQ(
        mistakes_in(with_key(R"("coordinator": "10.0.0.9", "allowed_nodes": ["10.0.0.1", "10.0.0.9"])")), "");
}

TEST(FakeScenario, ARuleThatDoesNothingOrIsNeverReachedIsAMistake) {
    const auto with_faults = [](const std::string& rules) {
        return mistakes_in(with_key("\"faults\": [" + rules + "]"));
    };
    for (const std::string rule :
         {"{}", R"({"subcommand": "promote", "arguments": ["-switchover"], "after_calls": 1, "calls": 1,
                    "every": 1, "chance": 0.5, "from_ms": 1, "for_ms": 1})"})
        EXPECT_THAT(with_faults(rule),
                    testing::HasSubstr("faults[0]: expected a key that tells what becomes"));
    EXPECT_EQ(with_faults(R"({"exit_status": 0}, {"hang": true})"),
              "x.json:2: faults[1]: expected a rule that calls can come to: faults[0] takes them all, found "
              "{\"hang\":true}\n");
    EXPECT_EQ(with_faults(R"({"calls": 1, "every": 2, "hang": true})"),
              "x.json:2: faults[0].every: expected at most \"calls\", or no call is the one, found 2\n");
    const std::vector<std::string> reached{
        R"({"preset": "hang", "calls": 1}, {"hang": true})",
        R"({"preset": "hang", "subcommand": "promote"}, {"hang": true})",
        R"({"hang": true, "arguments": ["*"]}, {"hang": true})",
        R"({"hang": true, "arguments": ["10.0.0.2"]}, {"hang": true, "arguments": ["*"]})",
        R"({"hang": true, "chance": 0.5}, {"hang": true})",
        R"({"hang": true, "from_ms": 5}, {"hang": true})",
        R"({"hang": true, "for_ms": 5}, {"hang": true})",
        R"({"hang": true, "every": 2}, {"hang": true})",
        R"({"hang": true, "after_calls": 2}, {"hang": true})",
    };
    for (const auto& rules : reached)
        EXPECT_EQ(with_faults(rules), "") << rules;
    const std::vector<std::string> never_reached{
        R"({"hang": true}, {"hang": true, "subcommand": "promote", "calls": 1})",
        R"({"hang": true, "subcommand": "promote"}, {"preset": "stuck_promotion"})",
        R"({"hang": true, "arguments": ["*"]}, {"hang": true, "arguments": ["10.0.0.2"]})",
        R"({"hang": true, "arguments": ["x"]}, {"hang": true, "arguments": ["x"]})",
    };
    for (const auto& rules : never_reached)
        EXPECT_THAT(with_faults(rules),
                    testing::HasSubstr("faults[1]: expected a rule that calls can come to"))
            << rules;
}

TEST(FakeScenario, TransitionsThatCannotBeAreMistakes) {
    const auto with_transitions = [](const std::string& transitions) {
        return mistakes_in(
            R"({"nodes": [{"address": "p", "role": "Primary"}, {"address": "w", "role": "Witness"}],
"transitions": [)" +
            transitions + R"(], "faults": [{"subcommand": "new", "output": "x"}]})");
    };
    EXPECT_EQ(
        with_transitions(R"({"event": "message", "text": "x",
        "after_calls": {"count": 1, "subcommand": "cluster-statusjson"}})"),
        "x.json:3: transitions[0].after_calls.subcommand: expected a subcommand of efm, or of a rule in "
        "\"faults\", or \"*\", found \"cluster-statusjson\"\n");
    for (const std::string subcommand : {"*", "promote", "new"})
        EXPECT_EQ(with_transitions(
                      R"({"event": "message", "text": "x", "after_calls": {"count": 1, "subcommand": ")" +
                      subcommand + "\"}}"),
                  "");
    for (const std::string event :
         {"standby_lags", "standby_catches_up", "database_fails", "database_starts"}) {
        const auto of = [&](const std::string& node) {
            return R"({"event": ")" + event + R"(", "node": ")" + node + "\"}";
        };
        EXPECT_EQ(
            with_transitions(of("w")),
            "x.json:2: transitions[0].node: expected a node with a database, no witness, found \"w\"\n");
        EXPECT_EQ(with_transitions(of("p")), "");
        EXPECT_EQ(
            with_transitions(R"({"event": "node_changes", "node": "w", "role": "Standby"}, )" + of("w")), "");
        EXPECT_THAT(
            with_transitions(R"({"event": "node_joins", "node": {"address": "x", "role": "Witness"}}, )" +
                             of("x")),
            testing::HasSubstr("transitions[1].node: expected a node with a database"));
    }
}

TEST(FakeScenario, AllMistakesAreToldAtOnceButNotWithoutEnd) {
    EXPECT_THAT(mistakes_in(with_key("\"a\": 1, \"b\": 2")),
                testing::AllOf(testing::HasSubstr("a: unknown key"), testing::HasSubstr("b: unknown key")));
    std::string many;
    for (int number = 0; number < 100; ++number)
        many += std::string{many.empty() ? "" : ", "} + "\"key" + std::to_string(number) + "\": 1";
    EXPECT_THAT(mistakes_in(with_key(many)), testing::EndsWith("x.json: and 80 more\n"));
}

TEST(FakeScenario, TextThatIsNoJson) {
    EXPECT_THAT(mistakes_in("{\n\"nodes\": [,]}"), testing::StartsWith("x.json:2: expected JSON, found "));
    EXPECT_THAT(mistakes_in(""), testing::StartsWith("x.json:1: expected JSON, found "));
    EXPECT_THAT(mistakes_in("{}\n{}"), testing::StartsWith("x.json:2: expected JSON, found "));
    EXPECT_THAT(mistakes_in("[]"), testing::StartsWith("x.json:1: expected a JSON object"));
    EXPECT_THAT(mistakes_in(std::string(100, '[')), testing::StartsWith("x.json:1: expected JSON, found "));
    EXPECT_THAT(mistakes_in(with_key("\"vip\": \"\xff\"")),
                testing::StartsWith("x.json:2: expected JSON, found "));
    EXPECT_EQ(mistakes_in("{\"vip\": \"\",\n\"nodes\": [{\"role\": 1,\n\"role\": 2}]}"),
              "x.json:3: role: expected this key once\n");
}

TEST(FakeScenario, IdentityIsTheClusterAndNotWhoAsks) {
    const auto identity = [](const std::string& json) {
        return parse_scenario(json, "x").scenario.value().identity;
    };
    const auto plain = identity(with_key("\"promotion_ms\": 1"));
    EXPECT_EQ(identity(with_key("  \"promotion_ms\" :1 ")), plain);
    EXPECT_EQ(identity(with_key(R"("description": "x", "local_node": "10.0.0.1", "agent_running": false,
                                   "authorized": false, "os_user": "x", "state_file": "y", "promotion_ms": 1)")),
              plain);
    EXPECT_NE(identity(with_key("\"promotion_ms\": 2")), plain);
}

class FakeBadScenarioTest : public FakeTest {};

TEST_F(FakeBadScenarioTest, ExitsWithSeventyAndDoesNothing) {
    set_scenario("{\"nodes\": 1}");
    const auto played = play({"cluster-status", "efm"});
    EXPECT_EQ(played.ended.exit_status, fake_failed);
    EXPECT_EQ(played.output, "");
    EXPECT_EQ(played.errors.rfind("mock-efm: " + installation_.scenario_file + ":1: nodes: expected", 0), 0U)
        << played.errors;
    EXPECT_FALSE(std::filesystem::exists(installation_.state_file));
}

TEST_F(FakeBadScenarioTest, FileThatIsNoFile) {
    for (const auto& file : std::vector<std::string>{directory_ + "/missing.json", directory_, "/dev/null"}) {
        installation_.scenario_file = file;
        const auto played = play({"cluster-status", "efm"});
        EXPECT_EQ(played.ended.exit_status, fake_failed);
        EXPECT_THAT(played.errors,
                    testing::StartsWith("mock-efm: " + file + ": expected a readable scenario file"));
    }
}

TEST_F(FakeBadScenarioTest, NodeThatIsNotThere) {
    EXPECT_EQ(play_on("10.0.0.9", {"cluster-status", "efm"}).ended.exit_status, fake_failed);
}

}  // namespace
}  // namespace efm::fake
