#include "backends/plefm/function_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace efm::plefm {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const Argument ip{"ip_address", ArgumentType::text, "text"};
const Argument priority{"priority", ArgumentType::text, "text"};
const Argument source{"source", ArgumentType::address, "inet"};
const Argument number{"number", ArgumentType::number, "integer"};
const Argument quiet{"quiet", ArgumentType::boolean, "boolean"};
const Argument cluster_argument{"c", ArgumentType::text, "text"};
const Argument unnamed{"", ArgumentType::text, "text"};

FunctionBody compiled(std::string_view body, const std::vector<Argument>& arguments = {}) {
    auto result = FunctionBody::parse(body, arguments);
    if (const auto* error = std::get_if<BodyError>(&result)) {
        ADD_FAILURE() << body << ": " << error->message << " at " << error->position;
        return {};
    }
    return std::get<FunctionBody>(std::move(result));
}

BodyError refused(std::string_view body, const std::vector<Argument>& arguments = {}) {
    auto result = FunctionBody::parse(body, arguments);
    if (const auto* error = std::get_if<BodyError>(&result))
        return *error;
    ADD_FAILURE() << "accepted: " << body;
    return {};
}

// The words of a call after parsing and binding, or its error's message in front of them.
std::vector<std::string> words(std::string_view body, const std::vector<Argument>& arguments,
                               const std::vector<ArgumentValue>& values) {
    auto result = compiled(body, arguments).bind(values, {"efm", {}});
    if (const auto* error = std::get_if<CallError>(&result))
        return {"ERROR", error->message};
    return std::get<Command>(result).words();
}

CallError call_error(std::string_view body, const std::vector<Argument>& arguments,
                     const std::vector<ArgumentValue>& values, const CallSettings& settings = {"efm", {}}) {
    auto result = compiled(body, arguments).bind(values, settings);
    if (const auto* error = std::get_if<CallError>(&result))
        return *error;
    ADD_FAILURE() << "no error: " << body;
    return {};
}

TEST(FunctionBody, ACommandOfManyArguments) {
    const auto body =
        compiled("set-priority {cluster} {ip_address:address} {priority:priority}", {ip, priority});
    EXPECT_EQ(body.subcommand(), "set-priority");
    const auto command = std::get<Command>(body.bind({"10.0.0.3", "7"}, {"main", {}}));
    EXPECT_EQ(command.subcommand, "set-priority");
    EXPECT_EQ(command.cluster, "main");
    EXPECT_THAT(command.arguments, ElementsAre("10.0.0.3", "7"));
    EXPECT_EQ(command.confirmation, Confirmation::none);
}

TEST(FunctionBody, PromoteIsTheOneThatMayAsk) {
    const auto command = std::get<Command>(compiled("promote {cluster}").bind({}, {"efm", {}}));
    EXPECT_EQ(command.confirmation, Confirmation::routine);
}

TEST(FunctionBody, BlanksOfEveryKindSeparateAndBracketsNeedNone) {
    EXPECT_THAT(words("\n\tpromote\r\n  {cluster}[-a {1}]\t-b\n", {ip}, {"x"}),
                ElementsAre("promote", "efm", "-a", "x", "-b"));
}

TEST(FunctionBody, QuotesGroupAndTakeTheMeaningFromAllElse) {
    EXPECT_THAT(words(R"(x {cluster} 'a b' "c d" 'it''s' "a""b" 'a"b' "{ip}[x]" a' 'b"c" "\n")", {}, {}),
                ElementsAre("x", "efm", "a b", "c d", "it's", "a\"b", "a\"b", "{ip}[x]", "a bc", "\\n"));
    EXPECT_THAT(words(R"("promote" {cluster})", {}, {}), ElementsAre("promote", "efm"));
}

// No shell ever sees a word, and a value can neither split into words nor be read as syntax.
TEST(FunctionBody, ValuesStayOneWordAndAreNotReadAgain) {
    EXPECT_THAT(words("x {cluster} {1}", {ip}, {"a b; rm -rf / 'c' {1} [d] $HOME"}),
                ElementsAre("x", "efm", "a b; rm -rf / 'c' {1} [d] $HOME"));
}

TEST(FunctionBody, WordsMixTextAndPlaces) {
    EXPECT_THAT(words("x {cluster} {ip_address:address}:{2} --{cluster}='{1}'{1}", {ip, number},
                      {"10.0.0.1", "5432"}),
                ElementsAre("x", "efm", "10.0.0.1:5432", "--efm={1}10.0.0.1"));
}

TEST(FunctionBody, PlacesByNumberAndByName) {
    EXPECT_THAT(words("x {cluster} {2} {1} {2:priority}", {unnamed, unnamed}, {"a", "3"}),
                ElementsAre("x", "efm", "3", "a", "3"));
    // A name counts before a number: {2} is the first argument here, and the second has no place.
    const Argument named_2{"2", ArgumentType::text, "text"};
    EXPECT_EQ(refused("x {cluster} {2}", {named_2, unnamed}).message,
              "argument 2 is not used in the function body");
    // A name may hold a colon.
    const Argument with_colon{"a:word", ArgumentType::text, "text"};
    EXPECT_THAT(words("x {cluster} {a:word} {a:word:priority}", {with_colon}, {"3"}),
                ElementsAre("x", "efm", "3", "3"));
}

TEST(FunctionBody, ClusterIsTheSettingUnlessAKindIsAsked) {
    const Argument named_cluster{"cluster", ArgumentType::text, "text"};
    EXPECT_THAT(words("x {cluster:cluster} {cluster}", {named_cluster}, {"other"}),
                ElementsAre("x", "other", "efm"));
    EXPECT_THAT(words("x {c:cluster}", {cluster_argument}, {"/etc/edb/x.properties"}),
                ElementsAre("x", "/etc/edb/x.properties"));
    EXPECT_EQ(call_error("x {c:cluster}", {cluster_argument}, {"-x"}).message, "invalid cluster name");
    EXPECT_EQ(call_error("x {c:cluster}", {cluster_argument}, {"../x"}).message, "invalid cluster name");
}

TEST(FunctionBody, AnArgumentThatNamesTheClusterNeedsNoSetting) {
    auto result = compiled("x {c:cluster}", {cluster_argument}).bind({"other"}, {"", {}});
    EXPECT_TRUE(std::holds_alternative<Command>(result));
    EXPECT_EQ(call_error("x {cluster}", {}, {}, {"", {}}).message, "efm.cluster_name is not set");
    EXPECT_EQ(call_error("x {cluster}", {}, {}, {"-x", {}}).message, "invalid cluster name");
}

TEST(FunctionBody, GroupsAreLeftOutForNullAndFalse) {
    const auto* body = "promote {cluster} -switchover [-sourcenode {source}] [{quiet} -quiet]";
    const std::vector<Argument> arguments{source, quiet};
    EXPECT_THAT(words(body, arguments, {"10.0.0.1", "true"}),
                ElementsAre("promote", "efm", "-switchover", "-sourcenode", "10.0.0.1", "-quiet"));
    EXPECT_THAT(words(body, arguments, {std::nullopt, "true"}),
                ElementsAre("promote", "efm", "-switchover", "-quiet"));
    EXPECT_THAT(words(body, arguments, {"10.0.0.1", "false"}),
                ElementsAre("promote", "efm", "-switchover", "-sourcenode", "10.0.0.1"));
    EXPECT_THAT(words(body, arguments, {std::nullopt, std::nullopt}),
                ElementsAre("promote", "efm", "-switchover"));
}

TEST(FunctionBody, InnerGroupsLookAfterThemselves) {
    const auto* body = "x {cluster} [-a {1} [-b {2}] -c]";
    const std::vector<Argument> arguments{unnamed, unnamed};
    EXPECT_THAT(words(body, arguments, {"1", "2"}), ElementsAre("x", "efm", "-a", "1", "-b", "2", "-c"));
    EXPECT_THAT(words(body, arguments, {"1", std::nullopt}), ElementsAre("x", "efm", "-a", "1", "-c"));
    EXPECT_THAT(words(body, arguments, {std::nullopt, "2"}), ElementsAre("x", "efm"));
}

TEST(FunctionBody, AGroupMayDependOnSeveralArguments) {
    const auto* body = "x {cluster} [{quiet} {1}:{2} -y]";
    const std::vector<Argument> arguments{unnamed, unnamed, quiet};
    EXPECT_THAT(words(body, arguments, {"a", "b", "true"}), ElementsAre("x", "efm", "a:b", "-y"));
    for (const auto& values : std::vector<std::vector<ArgumentValue>>{{std::nullopt, "b", "true"},
                                                                      {"a", std::nullopt, "true"},
                                                                      {"a", "b", "false"},
                                                                      {"a", "b", std::nullopt}})
        EXPECT_THAT(words(body, arguments, values), ElementsAre("x", "efm"));
}

// The value of a group that is left out is nobody's business; that of one that is not is checked.
TEST(FunctionBody, ValuesInGroupsAreChecked) {
    const auto* body = "x {cluster} [{quiet} {ip_address:address}]";
    EXPECT_THAT(words(body, {ip, quiet}, {"no address", "false"}), ElementsAre("x", "efm"));
    EXPECT_EQ(call_error(body, {ip, quiet}, {"no address", "true"}).message, "invalid IP address");
}

TEST(FunctionBody, NullOutsideAGroupIsAnErrorOfItsOwn) {
    const auto error = call_error("allow-node {cluster} {ip_address:address}", {ip}, {std::nullopt});
    EXPECT_TRUE(error.is_null);
    EXPECT_EQ(error.message, "null value not allowed for argument \"ip_address\"");
    EXPECT_EQ(call_error("x {cluster} {1}", {unnamed}, {std::nullopt}).message,
              "null value not allowed for argument 1");
}

TEST(FunctionBody, ABadValueIsShownWithItsArgument) {
    const auto error = call_error("allow-node {cluster} {ip_address:address}", {ip}, {"999.1.1.1"});
    EXPECT_FALSE(error.is_null);
    EXPECT_EQ(error.message, "invalid IP address");
    EXPECT_EQ(error.detail, "The value of argument \"ip_address\" is \"999.1.1.1\".");
    EXPECT_THAT(error.hint, HasSubstr("efm.allow_host_names"));
}

TEST(FunctionBody, EveryValueIsCheckedWhateverItsKind) {
    for (const auto& bad : {""s, "-switchover"s, "a\nb"s, "a\0b"s, "\t"s}) {
        EXPECT_EQ(call_error("x {cluster} {1}", {unnamed}, {bad}).message, "invalid command argument");
        EXPECT_EQ(call_error("x {cluster} a{1}", {unnamed}, {bad}).message, "invalid command argument");
    }
    EXPECT_EQ(call_error("x {cluster} {number}", {number}, {"-1"}).message, "invalid command argument");
    EXPECT_EQ(call_error("x {cluster} {number:priority}", {number}, {"1000"}).message, "invalid priority");
    EXPECT_EQ(call_error("x {cluster} {1:word}", {unnamed}, {"a b"}).message, "invalid command argument");
}

TEST(FunctionBody, AnInetIsAnAddressByItself) {
    EXPECT_EQ(call_error("x {cluster} {source}", {source}, {"10.0.0.0/8"}).message, "invalid IP address");
    EXPECT_THAT(words("x {cluster} {source:address}", {source}, {"::1"}), ElementsAre("x", "efm", "::1"));
}

TEST(FunctionBody, HostNamesFollowTheSetting) {
    auto body = compiled("allow-node {cluster} {ip_address:address}", {ip});
    EXPECT_TRUE(std::holds_alternative<CallError>(body.bind({"db1"}, {"efm", {false}})));
    EXPECT_TRUE(std::holds_alternative<Command>(body.bind({"db1"}, {"efm", {true}})));
}

TEST(FunctionBody, AWrongNumberOfValuesIsABrokenPromise) {
    EXPECT_THROW((void)compiled("x {cluster} {1}", {unnamed}).bind({}, {"efm", {}}), std::invalid_argument);
}

struct BadBody {
    std::string body;
    std::vector<Argument> arguments;
    std::string message;
    std::size_t position;
};

class FunctionBodyRefuses : public testing::TestWithParam<BadBody> {};

TEST_P(FunctionBodyRefuses, WithThePlace) {
    const auto& c = GetParam();
    const auto error = refused(c.body, c.arguments);
    EXPECT_EQ(error.message, c.message) << c.body;
    EXPECT_EQ(error.position, c.position) << c.body;
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, FunctionBodyRefuses,
    testing::Values(
        BadBody{"", {}, "plefm function body is empty", 1},
        BadBody{" \n\t", {}, "plefm function body is empty", 1},
        BadBody{"Promote {cluster}", {}, "a plefm function body must begin with an efm subcommand", 1},
        BadBody{" -promote {cluster}", {}, "a plefm function body must begin with an efm subcommand", 2},
        BadBody{"/bin/sh {cluster}", {}, "a plefm function body must begin with an efm subcommand", 1},
        BadBody{"{1} {cluster}", {unnamed}, "a plefm function body must begin with an efm subcommand", 1},
        BadBody{"[promote {cluster}]", {}, "a plefm function body must begin with an efm subcommand", 1},
        BadBody{"promote", {}, "cluster name must follow the subcommand", 8},
        BadBody{"promote efm", {}, "cluster name must follow the subcommand", 9},
        BadBody{"promote x{cluster}", {}, "cluster name must follow the subcommand", 9},
        BadBody{"promote {ip_address}", {ip}, "cluster name must follow the subcommand", 9},
        BadBody{"promote {ip_address:word}", {ip}, "cluster name must follow the subcommand", 9},
        BadBody{"promote [{c:cluster}]", {cluster_argument}, "cluster name must follow the subcommand", 9},
        BadBody{"promote -x {cluster}", {}, "cluster name must follow the subcommand", 9},
        BadBody{"x {cluster} {nobody}", {}, "function has no argument \"nobody\"", 13},
        BadBody{"x {cluster} {Ip_Address}", {ip}, "function has no argument \"Ip_Address\"", 13},
        BadBody{"x {cluster} {}", {ip}, "function has no argument \"\"", 13},
        BadBody{"x {cluster} {0}", {ip}, "function has no argument \"0\"", 13},
        BadBody{"x {cluster} {2}", {ip}, "function has no argument \"2\"", 13},
        BadBody{"x {cluster} {-1}", {ip}, "function has no argument \"-1\"", 13},
        BadBody{"x {cluster} {1x}", {ip}, "function has no argument \"1x\"", 13},
        BadBody{"x {cluster} {99999999999999999999}",
                {ip},
                "function has no argument \"99999999999999999999\"",
                13},
        BadBody{"x {cluster} { ip_address }", {ip}, "function has no argument \" ip_address \"", 13},
        BadBody{"x {cluster:cluster}", {ip}, "function has no argument \"cluster\"", 3},
        BadBody{"x {cluster} {ip_address:adress}", {ip}, "unknown kind \"adress\"", 13},
        BadBody{"x {cluster} {ip_address:}", {ip}, "unknown kind \"\"", 13},
        BadBody{"x {cluster} a 'b", {}, "quote is not closed", 15},
        BadBody{"x {cluster} \"it''s", {}, "quote is not closed", 13},
        BadBody{"x {cluster} 'a''", {}, "quote is not closed", 13},
        BadBody{"x {cluster} {ip", {ip}, "\"{\" is not closed", 13},
        BadBody{"x {cluster} {ip {ip_address}", {ip}, "\"{\" is not closed", 13},
        BadBody{"x {cluster} ip}", {ip}, "unexpected \"}\"", 15},
        BadBody{"x {cluster} [-a {1}", {unnamed}, "\"[\" is not closed", 13},
        BadBody{"x {cluster} [-a {1} [-b {1}]", {unnamed}, "\"[\" is not closed", 13},
        BadBody{"x {cluster} -a {1}]", {unnamed}, "unexpected \"]\"", 19},
        BadBody{"x {cluster} []", {}, "group adds nothing to the command", 13},
        BadBody{"x {cluster} [{quiet}]", {quiet}, "group adds nothing to the command", 13},
        BadBody{"x {cluster} [-a]", {}, "group can never be left out", 13},
        BadBody{"x {cluster} [-a {cluster}]", {}, "group can never be left out", 13},
        BadBody{"x {cluster} [-a [-b {1}]]", {unnamed}, "group can never be left out", 13},
        BadBody{"x {cluster} ''", {}, "a word of a command must not be empty", 13},
        BadBody{"x {cluster} 'a\nb'", {}, "control character in a word", 13},
        BadBody{"x {cluster} a\x01", {}, "control character in a word", 13},
        BadBody{"x {cluster} {quiet}", {quiet}, "boolean argument \"quiet\" must stand alone in a group", 13},
        BadBody{"x {cluster} [-q={quiet}]",
                {quiet},
                "boolean argument \"quiet\" must stand alone in a group",
                17},
        BadBody{"x {cluster} [-q {2}{1}]",
                {unnamed, quiet},
                "boolean argument \"quiet\" must stand alone in a group",
                17},
        BadBody{"x {cluster} [{quiet:word} -q]",
                {quiet},
                "argument \"quiet\" of type boolean cannot be checked as \"word\"",
                14},
        BadBody{"x {cluster} {source:priority}",
                {source},
                "argument \"source\" of type inet cannot be checked as \"priority\"",
                13},
        BadBody{"x {cluster} {number:address}",
                {number},
                "argument \"number\" of type integer cannot be checked as \"address\"",
                13},
        BadBody{"x {number:cluster}",
                {number},
                "argument \"number\" of type integer cannot be checked as \"cluster\"",
                3},
        BadBody{"x {cluster}", {ip}, "argument \"ip_address\" is not used in the function body", 12},
        BadBody{"x {cluster} '{ip_address}'",
                {ip},
                "argument \"ip_address\" is not used in the function body",
                27},
        BadBody{"x {cluster} {1}", {unnamed, unnamed}, "argument 2 is not used in the function body", 16},
        BadBody{"x {cluster} {1}",
                {Argument{"d", ArgumentType::unsupported, "jsonb"}},
                "type jsonb of argument \"d\" is not supported by plefm",
                0},
        // Positions count characters: the two bytes of an é are one.
        BadBody{"x {cluster} \"\xc3\xa9\xc3\xa9\" {nobody}", {}, "function has no argument \"nobody\"", 18},
        BadBody{"x {cluster} {n\xc3\xa9}", {}, "function has no argument \"n\\xc3\\xa9\"", 13}),
    [](const auto& test) { return "body_" + std::to_string(test.index); });

TEST(FunctionBody, TheHintNamesTheArgumentsThatThereAre) {
    EXPECT_EQ(refused("x {cluster} {ip} {2}", {ip, unnamed}).hint,
              "The function's arguments are {ip_address}, {2}.");
}

// A body comes from whoever may create a function: it must not take the server down, nor the time of day.
TEST(FunctionBody, HostileBodiesAreRefusedInTime) {
    EXPECT_EQ(refused("x {cluster} " + std::string(1'000'000, '[')).message, "groups are nested too deeply");
    std::string deepest = "x {cluster} ";
    for (int i = 0; i < 16; ++i)
        deepest += "[{1} ";
    EXPECT_EQ(words(deepest + std::string(16, ']'), {unnamed}, {"v"}).size(), 18U);
    EXPECT_EQ(refused(deepest + "[{1}" + std::string(17, ']'), {unnamed}).message,
              "groups are nested too deeply");
    std::string many = "x {cluster}";
    for (int i = 0; i < 100'000; ++i)
        many += " [{1}]";
    EXPECT_EQ(words(many, {unnamed}, {"v"}).size(), 100'002U);
    EXPECT_EQ(refused("x {cluster} " + std::string(1'000'000, '{')).message, "\"{\" is not closed");
}

}  // namespace
}  // namespace efm::plefm
