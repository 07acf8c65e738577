#pragma once

#include <vector>

#include "backends/checks/check.h"
#include "extension/pg_prelude.h"

namespace efm {

/// Answers a function with the columns "check" text, passed boolean, detail text and hint text: a row for
/// each check, in their order. An empty detail or hint is NULL.
Datum return_checks(FunctionCallInfo fcinfo, const std::vector<Check>& checks);

}  // namespace efm
