// The three entry points of the language: a call, a validation, a DO block.

#include "backends/plefm/function_body.h"
#include "extension/command_call.h"
#include "extension/compiled_function.h"
#include "extension/result_conversion.h"
#include "extension/sql_function.h"

namespace efm {

namespace {

/// What an error's context names. Plain data, in the frame of the entry point.
struct CalledFunction {
    const char* signature;  ///< nullptr until it is known
};

void add_function_to_context(void* argument) {
    const auto* const function = static_cast<const CalledFunction*>(argument);
    if (function->signature != nullptr)
        errcontext("plefm function %s", function->signature);
}

void add_inline_block_to_context(void* /*argument*/) {
    errcontext("plefm inline code block");
}

/// Moves the position of an error from the body to the CREATE FUNCTION statement that holds it.
void move_position_to_statement(void* argument) {
    function_parse_error_transpose(static_cast<const char*>(argument));
}

/// An error context for the length of one entry point; the frame that holds it has nothing to destroy.
template <class Body>
auto with_context(void (*describe)(void*), void* argument, Body&& body) {
    ErrorContextCallback callback{};
    callback.previous = error_context_stack;
    callback.callback = describe;
    callback.arg = argument;
    error_context_stack = &callback;
    const auto result = guard::enter(body);
    error_context_stack = callback.previous;
    return result;
}

Command bind(const plefm::FunctionBody& body, const std::vector<plefm::ArgumentValue>& values,
             const Settings& settings) {
    auto bound = body.bind(values, {.cluster = settings.cluster_name,
                                    .checks = {.allow_host_names = settings.allow_host_names}});
    if (const auto* error = std::get_if<plefm::CallError>(&bound))
        throw SqlError{error->is_null ? "22004" : "22023", error->message, error->detail, error->hint};
    return std::move(std::get<Command>(bound));
}

Datum call(FunctionCallInfo fcinfo, CalledFunction& called) {
    if (CALLED_AS_TRIGGER(fcinfo) || CALLED_AS_EVENT_TRIGGER(fcinfo))
        throw SqlError{"0A000", "plefm functions cannot be triggers"};
    const auto& function = CompiledFunction::of_call(fcinfo, called.signature);

    const auto settings = current_settings();
    const auto command = bind(function.body(), function.values(fcinfo), settings);
    const auto outcome = function.result_kind() == ResultKind::command_result
                             ? run_command(command, settings, function.signature())
                             : run_command_or_throw(command, settings, function.signature());
    return to_datum(outcome, function, command.subcommand, fcinfo);
}

Datum run_inline(const char* body) {
    auto parsed = plefm::FunctionBody::parse(body, {});
    if (const auto* error = std::get_if<plefm::BodyError>(&parsed))
        throw_body_error(*error, body);
    const auto settings = current_settings();
    const auto command = bind(std::get<plefm::FunctionBody>(parsed), {}, settings);
    const auto outcome = run_command_or_throw(command, settings, "DO");
    require_valid_text(outcome.result.output, "output of efm \"" + command.subcommand + "\"");
    const std::string output{without_last_newline(outcome.result.output)};
    const char* const text = output.c_str();
    if (*text != '\0')
        guard::call([&] { ereport(NOTICE, (errmsg_internal("%s", text), errhidecontext(true))); });
    return Datum{0};
}

}  // namespace

}  // namespace efm

EFM_SQL_FUNCTION(plefm_call_handler) {
    efm::CalledFunction called{nullptr};
    return efm::with_context(efm::add_function_to_context, &called,
                             [&] { return efm::call(fcinfo, called); });
}

EFM_SQL_FUNCTION(plefm_inline_handler) {
    auto* const block = reinterpret_cast<InlineCodeBlock*>(PG_GETARG_POINTER(0));
    return efm::with_context(efm::add_inline_block_to_context, nullptr,
                             [&] { return efm::run_inline(block->source_text); });
}

EFM_SQL_FUNCTION(plefm_validator) {
    const Oid function = PG_GETARG_OID(0);
    if (!CheckFunctionValidatorAccess(fcinfo->flinfo->fn_oid, function))
        PG_RETURN_VOID();
    efm::pg::FunctionRow row{};
    efm::pg::read_function_row(function, &row);
    return efm::with_context(efm::move_position_to_statement, const_cast<char*>(row.body), [&] {
        [[maybe_unused]] const efm::CompiledFunction checked{row, check_function_bodies};
        return Datum{0};
    });
}
