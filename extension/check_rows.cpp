#include "extension/check_rows.h"

#include "extension/row_writer.h"

namespace efm {

Datum return_checks(FunctionCallInfo fcinfo, const std::vector<Check>& checks) {
    guard::call([&] { pg::begin_rows(fcinfo); });
    for (const auto& check : checks) {
        RowWriter<4> row;
        row.set_text(0, check.name);
        row.set(1, BoolGetDatum(check.passed));
        row.set_text(2, as_valid_text(check.detail));
        row.set_text(3, as_valid_text(check.hint));
        row.put(fcinfo);
    }
    return Datum{0};
}

}  // namespace efm
