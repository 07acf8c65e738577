#pragma once

#include "extension/pg_prelude.h"

namespace efm::pg {

/// What a row of pg_proc says, as plain data in the current memory context.
struct FunctionRow {
    TransactionId xmin;
    ItemPointerData tid;
    const char* signature;  ///< schema-qualified, with argument types
    const char* body;
    Oid result_type;
    bool returns_set;
    char kind;           ///< prokind
    char volatility;     ///< provolatile
    int argument_count;  ///< of all modes
    const Oid* argument_types;
    char* const* argument_names;  ///< nullptr when none is named; a name may be ""
    const char* argument_modes;   ///< nullptr when all are IN
};

/// The function as messages and the log name it: its schema, whatever the search path, and its argument
/// types.
const char* function_signature(Oid function);

/// Reads the row. Raises an error when there is none.
void read_function_row(Oid function, FunctionRow* row);

/// Whether the row that was read is still the current one.
bool is_current(Oid function, TransactionId xmin, ItemPointerData tid);

}  // namespace efm::pg
