#include "extension/result_conversion.h"

#include <array>
#include <string_view>

#include "backends/checks/argument_check.h"
#include "backends/efm/json_answer.h"
#include "backends/outcome/redact.h"
#include "extension/guard.h"

namespace efm {

namespace {

/// The number of bytes at the start of `bytes` that are valid text in the server encoding.
std::size_t valid_length(const std::string& bytes) {
    const char* const data = bytes.data();
    const auto size = static_cast<int>(bytes.size());
    return static_cast<std::size_t>(
        guard::call([&] { return pg_encoding_verifymbstr(GetDatabaseEncoding(), data, size); }));
}

Datum text_datum(std::string_view text) {
    const char* const data = text.data();
    const auto size = static_cast<int>(text.size());
    return guard::call([&] { return PointerGetDatum(cstring_to_text_with_len(data, size)); });
}

Datum json_datum(const std::string& output, const std::string& subcommand, bool binary) {
    const auto json = find_json(output);
    if (!json)
        throw SqlError{"22P02", "output of efm \"" + subcommand + "\" is not JSON",
                       "The output begins with: " + printable(redact(output.substr(0, 4000)), 300)};
    const std::string text{*json};
    const char* const data = text.c_str();
    return guard::call(
        [&] { return DirectFunctionCall1(binary ? jsonb_in : json_in, CStringGetDatum(data)); });
}

Datum interval_datum(std::chrono::microseconds elapsed) {
    const long long microseconds = elapsed.count();
    return guard::call([&] {
        auto* const interval = static_cast<Interval*>(palloc0(sizeof(Interval)));
        interval->time = microseconds;
        return PointerGetDatum(interval);
    });
}

/// Column by column as the type efm_command_result declares them.
Datum command_result_datum(const CommandOutcome& outcome, Oid type) {
    constexpr std::size_t columns = 10;
    std::array<Datum, columns> values{};
    std::array<bool, columns> nulls{};
    const auto& result = outcome.result;
    values[0] = text_datum(to_string(result.ending));
    values[1] = Int32GetDatum(result.exit_status);
    nulls[1] = result.ending != Ending::exited;
    values[2] = Int32GetDatum(result.signal);
    nulls[2] = result.ending != Ending::signalled;
    values[3] = text_datum(result.output);
    values[4] = text_datum(as_valid_text(result.errors));
    values[5] = interval_datum(result.elapsed);
    values[6] = text_array_datum(outcome.command_line);
    if (outcome.failure) {
        values[7] = text_datum(outcome.failure->sqlstate);
        values[8] = text_datum(outcome.failure->message);
        values[9] = text_datum(outcome.failure->detail);
    }
    nulls[7] = nulls[8] = nulls[9] = !outcome.failure;

    // The type belongs to a superuser, who can change it; a value of another shape would be read as what it
    // is not.
    static constexpr std::array<Oid, columns> declared{TEXTOID,     INT4OID,      INT4OID, TEXTOID, TEXTOID,
                                                       INTERVALOID, TEXTARRAYOID, TEXTOID, TEXTOID, TEXTOID};
    return guard::call([&] {
        TupleDesc descriptor = lookup_rowtype_tupdesc(type, -1);
        bool as_declared = descriptor->natts == static_cast<int>(columns);
        for (std::size_t column = 0; as_declared && column < columns; ++column) {
            const auto* const attribute = TupleDescAttr(descriptor, static_cast<int>(column));
            as_declared = attribute->atttypid == declared[column] && !attribute->attisdropped;
        }
        if (!as_declared)
            ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                            errmsg("type efm_extension.efm_command_result is not as the extension made it"),
                            errhint("Drop the extension and create it again.")));
        HeapTuple tuple = heap_form_tuple(descriptor, values.data(), nulls.data());
        ReleaseTupleDesc(descriptor);
        return HeapTupleGetDatum(tuple);
    });
}

}  // namespace

std::string_view without_last_newline(std::string_view text) {
    if (text.ends_with('\n'))
        text.remove_suffix(1);
    return text;
}

Datum text_array_datum(const std::vector<std::string>& words) {
    std::vector<Datum> elements;
    elements.reserve(words.size());
    for (const auto& word : words)
        elements.push_back(text_datum(word));
    Datum* const data = elements.data();
    const auto count = static_cast<int>(elements.size());
    return guard::call(
        [&] { return PointerGetDatum(construct_array(data, count, TEXTOID, -1, false, TYPALIGN_INT)); });
}

std::optional<SqlError> find_invalid_text(const std::string& bytes, const std::string& what) {
    const auto valid = valid_length(bytes);
    if (valid == bytes.size())
        return std::nullopt;
    const char* const encoding = guard::call([] { return GetDatabaseEncodingName(); });
    return SqlError{"22021", what + " is not valid text in the server encoding \"" + encoding + "\"",
                    "The first byte that cannot be read is number " + std::to_string(valid + 1) +
                        ", in: " + printable(redact(bytes.substr(valid > 20 ? valid - 20 : 0, 4000)), 60)};
}

void require_valid_text(const std::string& bytes, const std::string& what) {
    if (const auto error = find_invalid_text(bytes, what))
        throw SqlError{*error};
}

std::string as_valid_text(const std::string& bytes) {
    return valid_length(bytes) == bytes.size() ? bytes : printable(bytes, bytes.size() * 4);
}

void return_lines(const std::string& text, bool skip_blank, FunctionCallInfo fcinfo) {
    guard::call([&] { pg::begin_rows(fcinfo); });
    auto* const info = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        const auto line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (skip_blank && line.empty())
            continue;
        const char* const data = line.data();
        const auto size = static_cast<int>(line.size());
        guard::call([&] {
            Datum value = PointerGetDatum(cstring_to_text_with_len(data, size));
            bool is_null = false;
            tuplestore_putvalues(info->setResult, info->setDesc, &value, &is_null);
            pfree(DatumGetPointer(value));
        });
    }
}

Datum to_datum(const CommandOutcome& outcome, const CompiledFunction& function, const std::string& subcommand,
               FunctionCallInfo fcinfo) {
    const auto& result = outcome.result;
    const auto require_valid_output = [&] {
        require_valid_text(result.output, "output of efm \"" + subcommand + "\"");
    };
    switch (function.result_kind()) {
        case ResultKind::exit_status:
            return Int32GetDatum(result.exit_status);
        case ResultKind::success:
            return BoolGetDatum(true);
        case ResultKind::text:
            require_valid_output();
            return text_datum(without_last_newline(result.output));
        case ResultKind::lines:
            require_valid_output();
            return_lines(result.output, false, fcinfo);
            return Datum{0};
        case ResultKind::json:
        case ResultKind::jsonb:
            require_valid_output();
            return json_datum(result.output, subcommand, function.result_kind() == ResultKind::jsonb);
        case ResultKind::command_result:
            require_valid_output();
            return command_result_datum(outcome, function.result_type());
        case ResultKind::nothing:
            break;
    }
    return Datum{0};
}

}  // namespace efm
