#include "extension/function_row.h"

namespace efm::pg {

const char* function_signature(Oid function) {
    HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for function %u", function);
    auto* const form = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple));
    StringInfoData text;
    initStringInfo(&text);
    appendStringInfo(
        &text, "%s(",
        quote_qualified_identifier(get_namespace_name(form->pronamespace), NameStr(form->proname)));
    for (int index = 0; index < form->pronargs; ++index)
        appendStringInfo(&text, "%s%s", index > 0 ? ", " : "",
                         format_type_be(form->proargtypes.values[index]));
    appendStringInfoChar(&text, ')');
    ReleaseSysCache(tuple);
    return text.data;
}

void read_function_row(Oid function, FunctionRow* row) {
    HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for function %u", function);
    auto* const form = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple));
    row->xmin = HeapTupleHeaderGetRawXmin(tuple->t_data);
    row->tid = tuple->t_self;
    row->result_type = form->prorettype;
    row->returns_set = form->proretset;
    row->kind = form->prokind;
    row->volatility = form->provolatile;
    bool is_null = false;
    const Datum body = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &is_null);
    row->body = is_null ? "" : TextDatumGetCString(body);
    Oid* types = nullptr;
    char** names = nullptr;
    char* modes = nullptr;
    row->argument_count = get_func_arg_info(tuple, &types, &names, &modes);
    row->argument_types = types;
    row->argument_names = names;
    row->argument_modes = modes;
    ReleaseSysCache(tuple);
    row->signature = function_signature(function);
}

bool is_current(Oid function, TransactionId xmin, ItemPointerData tid) {
    HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for function %u", function);
    const bool current =
        HeapTupleHeaderGetRawXmin(tuple->t_data) == xmin && ItemPointerEquals(&tuple->t_self, &tid);
    ReleaseSysCache(tuple);
    return current;
}

}  // namespace efm::pg
