#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "extension/command_call.h"
#include "extension/compiled_function.h"
#include "extension/guard.h"
#include "extension/pg_prelude.h"

namespace efm {

/// The value of a call in the declared return type. Output that is not valid in the server encoding is an
/// error (22021), output that is not the JSON it should be another (22P02). Sets fcinfo->isnull and the rows
/// of a set.
Datum to_datum(const CommandOutcome& outcome, const CompiledFunction& function, const std::string& subcommand,
               FunctionCallInfo fcinfo);

/// Gives `text` back as rows of one text column, one a line; a newline at the end begins no further line.
/// With `skip_blank` empty lines are left out.
void return_lines(const std::string& text, bool skip_blank, FunctionCallInfo fcinfo);

/// The error 22021 when `bytes` is not valid text in the server encoding, else nothing. `what` names it for
/// the message.
std::optional<SqlError> find_invalid_text(const std::string& bytes, const std::string& what);

/// Throws the error 22021 when `bytes` is not valid text in the server encoding. `what` names it for the
/// message.
void require_valid_text(const std::string& bytes, const std::string& what);

/// `bytes` as text in the server encoding: what is not valid in it is made visible as \xNN.
std::string as_valid_text(const std::string& bytes);

/// `text` without the newline that ends its last line.
std::string_view without_last_newline(std::string_view text);

/// `words` as text[]. They are valid text in the server encoding.
Datum text_array_datum(const std::vector<std::string>& words);

}  // namespace efm
