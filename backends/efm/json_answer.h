#pragma once

#include <optional>
#include <string_view>

namespace efm {

/// The JSON object or array in the output of a command, without what a launcher printed on the lines before
/// it: it begins at the first non-blank character of a line and nothing but blanks follows it. Nothing when
/// there is no complete, valid JSON text, or one of more than 32 levels. Strings may hold bytes that are not
/// UTF-8: the encoding of the output is the reader's business. The result is a view into `output`. Takes
/// linear time whatever `output` holds.
std::optional<std::string_view> find_json(std::string_view output);

/// Whether `json` is an object with a key `key` at its top level (holding an object if `must_be_object`; the
/// last one counts where there are several, as in jsonb).
bool has_key(std::string_view json, std::string_view key, bool must_be_object = false);

}  // namespace efm
