// Functions that ask EFM for the state of the cluster.

#include <array>

#include "backends/checks/argument_check.h"
#include "backends/efm/json_answer.h"
#include "extension/command_call.h"
#include "extension/result_conversion.h"
#include "extension/sql_arguments.h"
#include "extension/sql_function.h"

namespace efm {

namespace {

std::string status_output(const std::string& subcommand, const std::string& caller) {
    const auto settings = current_settings();
    const Command command{
        .subcommand = subcommand, .cluster = required_cluster_name(settings), .arguments = {}};
    auto outcome = run_command_or_throw(command, settings, caller);
    require_valid_text(outcome.result.output, "output of efm \"" + subcommand + "\"");
    return std::move(outcome.result.output);
}

Datum cluster_status(FunctionCallInfo fcinfo) {
    const auto output_type = text_argument(fcinfo, 0);
    const bool json = output_type == "json";
    if (!json && output_type != "text")
        throw SqlError{"22023", "invalid output type", "The value is \"" + printable(output_type) + "\".",
                       "It must be \"text\" or \"json\"."};
    const auto output =
        status_output(json ? "cluster-status-json" : "cluster-status", called_function(fcinfo));
    // Blank lines are part of the text report; what a launcher printed before the JSON is not part of that.
    return_lines(json ? std::string{find_json(output).value_or(output)} : output, json, fcinfo);
    return Datum{0};
}

/// The answer of efm_is_available(). EFM's own exit statuses are positive, so what keeps it from being asked
/// is negative.
struct Availability {
    enum Code { available = 0, not_configured = -1, not_started = -2, timed_out = -3, no_valid_answer = -4 };
    int code = available;
    std::string message = "EFM is available and responding";
};

Availability ask_for_availability(const std::string& caller) {
    const auto settings = current_settings();
    if (settings.cluster_name.empty())
        return {Availability::not_configured, "efm.cluster_name is not set"};
    if (settings.runner.backend != Backend::mock && settings.runner.command_path.empty())
        return {Availability::not_configured, "efm.command_path is not set"};
    const Command command{
        .subcommand = "cluster-status-json", .cluster = settings.cluster_name, .arguments = {}};
    const auto outcome = run_command(command, settings, caller);
    if (!outcome.failure)
        return {};
    Availability answer{Availability::no_valid_answer, outcome.failure->message};
    if (!outcome.failure->detail.empty())
        answer.message += ": " + outcome.failure->detail;
    if (!outcome.failure->hint.empty())
        answer.message += " " + outcome.failure->hint;
    if (outcome.result.ending == Ending::could_not_start)
        answer.code = Availability::not_started;
    else if (outcome.result.ending == Ending::timed_out)
        answer.code = Availability::timed_out;
    else if (outcome.result.ending == Ending::exited && outcome.result.exit_status != 0)
        answer.code = outcome.result.exit_status;
    return answer;
}

Datum is_available(FunctionCallInfo fcinfo) {
    const auto answer = ask_for_availability(called_function(fcinfo));
    const char* const message = answer.message.c_str();
    guard::call([&] {
        pg::begin_rows(fcinfo);
        auto* const info = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
        Datum values[] = {BoolGetDatum(answer.code == Availability::available), Int32GetDatum(answer.code),
                          CStringGetTextDatum(message)};
        bool nulls[] = {false, false, false};
        tuplestore_putvalues(info->setResult, info->setDesc, values, nulls);
    });
    return Datum{0};
}

}  // namespace

}  // namespace efm

EFM_SQL_FUNCTION(efm_cluster_status) {
    return efm::guard::enter([&] { return efm::cluster_status(fcinfo); });
}

EFM_SQL_FUNCTION(efm_is_available) {
    return efm::guard::enter([&] { return efm::is_available(fcinfo); });
}
