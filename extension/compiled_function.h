#pragma once

#include <string>
#include <vector>

#include "backends/plefm/function_body.h"
#include "extension/function_row.h"

namespace efm {

/// What a plefm function gives back, by its declared return type.
enum class ResultKind {
    exit_status,    ///< integer
    success,        ///< boolean
    text,           ///< text
    lines,          ///< SETOF text
    json,           ///< json
    jsonb,          ///< jsonb
    nothing,        ///< void, and procedures
    command_result  ///< efm_command_result: the only kind that does not raise a failure
};

/// A plefm function ready to be called: its body parsed, its types looked up.
class CompiledFunction {
  public:
    /// Throws an error (0A000 for types, 42601 for the body) when the function cannot be one of plefm. With
    /// `check_body` off only the types are checked, and the result must not be called.
    CompiledFunction(const pg::FunctionRow& row, bool check_body);

    [[nodiscard]] bool is_current(Oid function) const;
    [[nodiscard]] const std::string& signature() const { return signature_; }
    [[nodiscard]] ResultKind result_kind() const { return result_kind_; }
    [[nodiscard]] Oid result_type() const { return result_type_; }
    [[nodiscard]] const plefm::FunctionBody& body() const { return body_; }

    /// The arguments of this call as text.
    [[nodiscard]] std::vector<plefm::ArgumentValue> values(FunctionCallInfo fcinfo) const;

    /// The function of this call site, compiled at the first call and again when it has been replaced since.
    /// It lives as long as the call site (fn_mcxt).
    static const CompiledFunction& of_call(FunctionCallInfo fcinfo, const char*& signature);

  private:
    struct Input {
        plefm::ArgumentType type;
        Oid output_function;
    };

    TransactionId xmin_;
    ItemPointerData tid_;
    std::string signature_;
    Oid result_type_;
    ResultKind result_kind_;
    std::vector<Input> inputs_;
    plefm::FunctionBody body_;
};

/// Throws the error of a body that cannot be parsed (42601), with its position.
[[noreturn]] void throw_body_error(const plefm::BodyError& error, const std::string& body);

}  // namespace efm
