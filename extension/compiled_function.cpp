#include "extension/compiled_function.h"

#include <new>

#include "extension/guard.h"

namespace efm {

namespace {

using plefm::Argument;
using plefm::ArgumentType;

std::string type_name(Oid type) {
    return guard::call([&] { return static_cast<const char*>(format_type_be(type)); });
}

ArgumentType argument_type(Oid type) {
    switch (guard::call([&] { return getBaseType(type); })) {
        case TEXTOID:
        case VARCHAROID:
        case NAMEOID:
            return ArgumentType::text;
        case INETOID:
            return ArgumentType::address;
        case INT2OID:
        case INT4OID:
        case INT8OID:
            return ArgumentType::number;
        case BOOLOID:
            return ArgumentType::boolean;
        default:
            return ArgumentType::unsupported;
    }
}

std::vector<Argument> declared_arguments(const pg::FunctionRow& row) {
    std::vector<Argument> arguments;
    for (int index = 0; index < row.argument_count; ++index) {
        if (row.argument_modes != nullptr && row.argument_modes[index] != PROARGMODE_IN)
            throw SqlError{"0A000", "plefm functions can only have IN arguments",
                           "An OUT, INOUT, VARIADIC or TABLE argument has no place in a command line."};
        const Oid type = row.argument_types[index];
        Argument argument{.name = row.argument_names != nullptr ? row.argument_names[index] : "",
                          .type = argument_type(type),
                          .type_name = type_name(type)};
        if (argument.type == ArgumentType::unsupported)
            throw SqlError{"0A000",
                           "plefm functions cannot accept type " + argument.type_name,
                           {},
                           "Supported are text, varchar, name, inet, boolean, smallint, integer and bigint."};
        arguments.push_back(std::move(argument));
    }
    return arguments;
}

bool is_command_result(Oid type) {
    return guard::call([&] {
        if (get_typtype(type) != TYPTYPE_COMPOSITE)
            return false;
        const Oid schema = get_namespace_oid("efm_extension", true);
        return OidIsValid(schema) &&
               type == GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("efm_command_result"),
                                       ObjectIdGetDatum(schema));
    });
}

ResultKind result_kind(const pg::FunctionRow& row) {
    const Oid type = row.result_type;
    if (row.volatility != PROVOLATILE_VOLATILE)
        throw SqlError{"42P13", "plefm functions must be VOLATILE",
                       "The planner calls other functions once for many rows, or while it only plans."};
    if (row.kind == PROKIND_WINDOW)
        throw SqlError{"0A000", "plefm functions cannot be window functions"};
    if (type == TRIGGEROID || type == EVENT_TRIGGEROID)
        throw SqlError{"0A000", "plefm functions cannot be triggers",
                       "A command cannot be undone when the transaction of the trigger is."};
    if (row.returns_set && type != TEXTOID)
        throw SqlError{"0A000",
                       "plefm functions cannot return SETOF " + type_name(type),
                       {},
                       "The only set they can return is SETOF text, the lines of the output."};
    switch (type) {
        case INT4OID:
            return ResultKind::exit_status;
        case BOOLOID:
            return ResultKind::success;
        case TEXTOID:
            return row.returns_set ? ResultKind::lines : ResultKind::text;
        case JSONOID:
            return ResultKind::json;
        case JSONBOID:
            return ResultKind::jsonb;
        case VOIDOID:
        case InvalidOid:
            return ResultKind::nothing;
        default:
            break;
    }
    if (is_command_result(type))
        return ResultKind::command_result;
    throw SqlError{"0A000",
                   "plefm functions cannot return type " + type_name(type),
                   {},
                   "Supported are integer, boolean, text, SETOF text, json, jsonb, void and "
                   "efm_extension.efm_command_result."};
}

/// Destroys what a call site holds when its memory goes.
void destroy(void* place) {
    static_cast<CompiledFunction*>(place)->~CompiledFunction();
}
static_assert(std::is_nothrow_destructible_v<CompiledFunction>);

}  // namespace

CompiledFunction::CompiledFunction(const pg::FunctionRow& row, bool check_body)
    : xmin_(row.xmin),
      tid_(row.tid),
      signature_(row.signature),
      result_type_(row.result_type),
      result_kind_(efm::result_kind(row)) {
    const auto arguments = declared_arguments(row);
    for (std::size_t index = 0; index < arguments.size(); ++index) {
        const Oid type = row.argument_types[index];
        const Oid output_function = guard::call([&] {
            Oid function = InvalidOid;
            bool is_varlena = false;
            getTypeOutputInfo(type, &function, &is_varlena);
            return function;
        });
        inputs_.push_back({arguments[index].type, output_function});
    }
    if (!check_body)
        return;
    auto parsed = plefm::FunctionBody::parse(row.body, arguments);
    if (const auto* error = std::get_if<plefm::BodyError>(&parsed))
        throw_body_error(*error, row.body);
    body_ = std::move(std::get<plefm::FunctionBody>(parsed));
}

bool CompiledFunction::is_current(Oid function) const {
    return guard::call([&] { return pg::is_current(function, xmin_, tid_); });
}

std::vector<plefm::ArgumentValue> CompiledFunction::values(FunctionCallInfo fcinfo) const {
    std::vector<plefm::ArgumentValue> values;
    for (std::size_t index = 0; index < inputs_.size(); ++index) {
        const auto& argument = fcinfo->args[index];
        if (argument.isnull) {
            values.emplace_back();
        } else if (inputs_[index].type == ArgumentType::boolean) {
            values.emplace_back(DatumGetBool(argument.value) ? "true" : "false");
        } else {
            const Oid output_function = inputs_[index].output_function;
            values.emplace_back(guard::call([&] {
                return static_cast<const char*>(OidOutputFunctionCall(output_function, argument.value));
            }));
        }
    }
    return values;
}

const CompiledFunction& CompiledFunction::of_call(FunctionCallInfo fcinfo, const char*& signature) {
    FmgrInfo* const site = fcinfo->flinfo;
    const Oid function = site->fn_oid;
    if (const auto* known = static_cast<const CompiledFunction*>(site->fn_extra);
        known != nullptr && known->is_current(function)) {
        signature = known->signature().c_str();
        return *known;
    }

    pg::FunctionRow row{};
    guard::call([&] { pg::read_function_row(function, &row); });
    signature = row.signature;
    CompiledFunction compiled{row, true};

    if (site->fn_extra != nullptr) {
        *static_cast<CompiledFunction*>(site->fn_extra) = std::move(compiled);
        return *static_cast<const CompiledFunction*>(site->fn_extra);
    }
    struct Place {
        MemoryContextCallback callback;
        alignas(CompiledFunction) unsigned char object[sizeof(CompiledFunction)];
    };
    auto* const place = guard::call(
        [&] { return static_cast<Place*>(MemoryContextAllocZero(site->fn_mcxt, sizeof(Place))); });
    auto* const object = new (place->object) CompiledFunction(std::move(compiled));
    place->callback.func = destroy;
    place->callback.arg = object;
    MemoryContextRegisterResetCallback(site->fn_mcxt, &place->callback);
    site->fn_extra = object;
    return *object;
}

void throw_body_error(const plefm::BodyError& error, const std::string& body) {
    SqlError thrown{"42601", error.message, error.detail, error.hint};
    thrown.body = body;
    thrown.position = error.position;
    throw thrown;
}

}  // namespace efm
