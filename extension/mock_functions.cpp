// Hands on the fake cluster of the backend "mock", for superusers.

#include <string_view>

#include "backends/runners/mock_control.h"
#include "extension/backend_waiter.h"
#include "extension/settings.h"
#include "extension/sql_arguments.h"
#include "extension/sql_function.h"
#include "extension/status_cache.h"

namespace efm {

namespace {

void require_hands(const Settings& settings) {
    if (!guard::call([] { return superuser(); }))
        throw SqlError{"42501", "must be superuser to have hands on the fake EFM"};
    if (settings.runner.backend != Backend::mock)
        throw SqlError{"55000", "there is no fake EFM behind the current backend",
                       "These functions change the fake cluster that efm.backend = 'mock' plays.",
                       "SET efm.backend = 'mock'."};
}

/// What the fake has said on standard error, without its name before each line.
std::string words_of(const CommandResult& result) {
    constexpr std::string_view name = "mock-efm: ";
    std::string words;
    std::string_view rest = result.errors;
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        auto line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (line.starts_with(name))
            line.remove_prefix(name.size());
        words.append(words.empty() ? "" : "\n").append(line);
    }
    return words;
}

/// The output, or an error: an interrupt as it came, a scenario that is not valid (22023), and what `act`
/// itself was given as `sqlstate` and `message`.
template <typename Act>
std::string run_on_fake(const char* sqlstate, const char* message, const Act& act) {
    const auto settings = current_settings();
    require_hands(settings);
    BackendWaiter waiter;
    const MockControl control{settings.runner, settings.limits, waiter};
    if (auto mistakes = control.scenario_mistakes(); !mistakes.empty()) {
        mistakes.pop_back();
        throw SqlError{"22023", "the scenario of the fake EFM is not valid", mistakes,
                       "Check efm.mock_scenario."};
    }
    const auto result = act(control);
    if (result.ending == Ending::cancelled)
        waiter.throw_interrupt("", "");
    if (result.ending != Ending::exited)
        throw SqlError{"57014", std::string{message} + ": " + to_string(result.ending)};
    if (result.exit_status != 0)
        throw SqlError{sqlstate, message, words_of(result)};
    return result.output;
}

constexpr const char* no_state = "58030";
constexpr const char* no_state_message = "could not have the state of the fake EFM";

Datum jsonb_datum(std::string_view utf8) {
    const std::string text{utf8};
    const char* const data = text.c_str();
    const auto size = static_cast<int>(text.size());
    return guard::call([&] {
        return DirectFunctionCall1(jsonb_in, CStringGetDatum(pg_any_to_server(data, size, PG_UTF8)));
    });
}

Datum mock_reset(FunctionCallInfo fcinfo) {
    require_hands(current_settings());
    if (!fcinfo->args[0].isnull) {
        const auto scenario = text_argument(fcinfo, 0);
        const char* const value = scenario.c_str();
        guard::call([&] { SetConfigOption("efm.mock_scenario", value, PGC_SUSET, PGC_S_SESSION); });
    }
    auto seed =
        run_on_fake(no_state, no_state_message, [](const MockControl& control) { return control.reset(); });
    if (seed.ends_with('\n'))
        seed.pop_back();
    if (const char* const text = seed.c_str(); *text != '\0')
        guard::call([&] {
            ereport(NOTICE, (errmsg("%s", text),
                             errhint("With this \"seed\" in the scenario the same happens again.")));
        });
    invalidate_cluster_status();
    return Datum{0};
}

Datum mock_event(FunctionCallInfo fcinfo) {
    const Datum value = fcinfo->args[0].value;
    const std::string event = guard::call([&]() -> const char* {
        Jsonb* const json = DatumGetJsonbP(value);
        const char* const text = JsonbToCString(nullptr, &json->root, VARSIZE(json));
        return pg_server_to_any(text, static_cast<int>(std::char_traits<char>::length(text)), PG_UTF8);
    });
    // What stands against the state is told first, so that what is left is a mistake in the event.
    run_on_fake(no_state, no_state_message, [](const MockControl& control) { return control.state(); });
    run_on_fake("22023", "this event cannot happen to the fake EFM",
                [&event](const MockControl& control) { return control.apply(event); });
    invalidate_cluster_status();
    return Datum{0};
}

Datum mock_state() {
    return jsonb_datum(
        run_on_fake(no_state, no_state_message, [](const MockControl& control) { return control.state(); }));
}

Datum mock_calls(FunctionCallInfo fcinfo) {
    const auto lines = run_on_fake(no_state, "could not have all calls that the fake EFM has received",
                                   [](const MockControl& control) { return control.calls(); });
    guard::call([&] { pg::begin_rows(fcinfo); });
    auto* const info = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    for (std::string_view rest = lines; !rest.empty();) {
        const auto end = rest.find('\n');
        Datum value = jsonb_datum(rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        guard::call([&] {
            bool is_null = false;
            tuplestore_putvalues(info->setResult, info->setDesc, &value, &is_null);
            pfree(DatumGetPointer(value));
        });
    }
    return Datum{0};
}

}  // namespace

}  // namespace efm

EFM_SQL_FUNCTION(efm_mock_reset) {
    return efm::guard::enter([&] { return efm::mock_reset(fcinfo); });
}

EFM_SQL_FUNCTION(efm_mock_event) {
    return efm::guard::enter([&] { return efm::mock_event(fcinfo); });
}

EFM_SQL_FUNCTION(efm_mock_state) {
    return efm::guard::enter([] { return efm::mock_state(); });
}

EFM_SQL_FUNCTION(efm_mock_calls) {
    return efm::guard::enter([&] { return efm::mock_calls(fcinfo); });
}
