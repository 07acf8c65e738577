#pragma once

#include <string>

#include "extension/function_row.h"
#include "extension/guard.h"

namespace efm {

/// A text argument that is not NULL.
inline std::string text_argument(FunctionCallInfo fcinfo, int index) {
    const Datum value = fcinfo->args[index].value;
    return guard::call([&] { return static_cast<const char*>(TextDatumGetCString(value)); });
}

/// The SQL function being called, as the log names it.
inline std::string called_function(FunctionCallInfo fcinfo) {
    const Oid function = fcinfo->flinfo->fn_oid;
    return guard::call([&] { return pg::function_signature(function); });
}

}  // namespace efm
