#pragma once

#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "extension/pg_prelude.h"

/// The boundary between C++ and PostgreSQL. No exception may enter PostgreSQL's frames, and no longjmp may
/// cross a frame that holds an object with a destructor. Nothing else in extension/ catches either.
///
/// * guard::enter() is the way in: every entry point that PostgreSQL calls runs its C++ inside it. What is
/// thrown is
///   copied into a plain struct, and reported after all objects are gone.
/// * guard::call() is the way out: C++ calls PostgreSQL through it. An error is carried out whole as a
/// PgError.
namespace efm {

/// An error that this module raises itself.
struct SqlError : std::exception {
    SqlError(const char* sqlstate_, std::string message_, std::string detail_ = {}, std::string hint_ = {})
        : sqlstate(sqlstate_),
          message(std::move(message_)),
          detail(std::move(detail_)),
          hint(std::move(hint_)) {}

    [[nodiscard]] const char* what() const noexcept override { return message.c_str(); }

    std::string sqlstate;  ///< five characters
    std::string message;
    std::string detail;
    std::string hint;
    std::string body;          ///< a function body that the error is in; empty for none
    std::size_t position = 0;  ///< 1-based character in `body`; 0 for none
};

/// An error of PostgreSQL on its way through C++ to the boundary, where it is raised again as it was. The
/// data lies in the memory context that was current when it was caught.
class PgError : public std::exception {
  public:
    explicit PgError(ErrorData* data) noexcept : data_(data) {}
    [[nodiscard]] const char* what() const noexcept override { return data_->message; }
    [[nodiscard]] ErrorData* data() const noexcept { return data_; }

  private:
    ErrorData* data_;
};

namespace guard {

/// What remains of an exception when all objects are gone: plain data.
struct Report {
    char sqlstate[6];
    char message[1024];
    char detail[4096];
    char hint[2048];
    char body[4096];
    int position;
    ErrorData* caught;
};

/// Describes the exception being handled.
void describe_current_exception(Report& report) noexcept;

/// Raises it as an ERROR.
[[noreturn]] void raise(const Report& report);

/// What a session's main loop does after an error, as far as a process outside of a transaction needs it. The
/// error of the server that `report` carries is written out into its texts.
void clean_up_after_error(Report& report) noexcept;

/// Runs `function(argument)`; the error it raised, or nullptr.
ErrorData* catch_error(void (*function)(void*), void* argument) noexcept;

/// Runs `function(argument)`, which writes to the log: as the server serves interrupts after each message, it
/// serves none here, and an error is dropped. For where nothing may be raised.
void write_log(void (*function)(void*), void* argument) noexcept;

/// Runs the C++ of an entry point. The caller's frame holds no object with a destructor.
template <class Body>
auto enter(Body&& body) -> std::invoke_result_t<Body&> {
    using Result = std::invoke_result_t<Body&>;
    static_assert(std::is_trivially_destructible_v<std::remove_reference_t<Body>>,
                  "captures by reference only");
    Report report;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled where there is one
    [[maybe_unused]] const auto* const handlers = PG_exception_stack;
    try {
        if constexpr (std::is_void_v<Result>) {
            body();
            Assert(PG_exception_stack == handlers);
            return;
        } else {
            const Result result = body();
            Assert(PG_exception_stack == handlers);
            return result;
        }
    } catch (...) {
        describe_current_exception(report);
    }
    Assert(PG_exception_stack == handlers);
    raise(report);
}

/// Runs C++ where an error must not end the process: the loop of a worker, outside of any transaction. True
/// when it went well; else `report` says what was raised, and the process is fit to go on.
template <class Body>
bool attempt(Body&& body, Report& report) {
    static_assert(std::is_trivially_destructible_v<std::remove_reference_t<Body>>,
                  "captures by reference only");
    try {
        body();
        return true;
    } catch (...) {
        describe_current_exception(report);
    }
    clean_up_after_error(report);
    return false;
}

/// Calls PostgreSQL. `body` holds one call or a few, plain data only, and nothing with a destructor.
template <class Body>
auto call(Body&& body) -> std::invoke_result_t<Body&> {
    using Result = std::invoke_result_t<Body&>;
    static_assert(std::is_trivially_destructible_v<std::remove_reference_t<Body>>,
                  "captures by reference only");
    if constexpr (std::is_void_v<Result>) {
        if (ErrorData* error = catch_error(
                [](void* argument) { (*static_cast<std::remove_reference_t<Body>*>(argument))(); },
                std::addressof(body)))
            throw PgError{error};
    } else {
        static_assert(std::is_trivially_copyable_v<Result>, "plain data only");
        struct Frame {
            std::remove_reference_t<Body>* body;
            Result result;
        } frame{std::addressof(body), Result{}};
        if (ErrorData* error = catch_error(
                [](void* argument) {
                    auto* const inner = static_cast<Frame*>(argument);
                    inner->result = (*inner->body)();
                },
                &frame))
            throw PgError{error};
        return frame.result;
    }
}

}  // namespace guard
}  // namespace efm
