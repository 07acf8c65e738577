#include "extension/guard.h"

#include <cstdio>
#include <cstring>
#include <new>
#include <string_view>

namespace efm::guard {

namespace {

/// Copies what fits; a cut never leaves half a character.
template <std::size_t size>
void copy(char (&to)[size], std::string_view from) noexcept {
    const auto limit = static_cast<int>(size) - 1;
    const auto length = static_cast<int>(from.size());
    const int kept = length <= limit ? length : pg_mbcliplen(from.data(), limit, limit);
    std::memcpy(to, from.data(), static_cast<std::size_t>(kept));
    to[kept] = '\0';
}

int sqlstate_code(const char (&state)[6]) noexcept {
    return MAKE_SQLSTATE(state[0], state[1], state[2], state[3], state[4]);
}

}  // namespace

void describe_current_exception(Report& report) noexcept {
    std::memset(&report, 0, sizeof(report));
    try {
        throw;
    } catch (const PgError& error) {
        report.caught = error.data();
    } catch (const SqlError& error) {
        copy(report.sqlstate, error.sqlstate);
        copy(report.message, error.message);
        copy(report.detail, error.detail);
        copy(report.hint, error.hint);
        copy(report.body, error.body);
        report.position = static_cast<int>(error.position);
    } catch (const std::bad_alloc&) {
        std::strcpy(report.sqlstate, "53200");
        std::strcpy(report.message, "out of memory");
    } catch (const std::exception& error) {
        std::strcpy(report.sqlstate, "XX000");
        std::snprintf(report.message, sizeof(report.message), "unexpected error in efm_extension: %s",
                      error.what());
    } catch (...) {
        std::strcpy(report.sqlstate, "XX000");
        std::strcpy(report.message, "unexpected error in efm_extension");
    }
}

void raise(const Report& report) {
    if (report.caught != nullptr)
        ReThrowError(report.caught);
    ereport(ERROR, (errcode(sqlstate_code(report.sqlstate)), errmsg("%s", report.message),
                    report.detail[0] != '\0' ? errdetail("%s", report.detail) : 0,
                    report.hint[0] != '\0' ? errhint("%s", report.hint) : 0,
                    report.position > 0 ? internalerrposition(report.position) : 0,
                    report.position > 0 ? internalerrquery(report.body) : 0));
    pg_unreachable();
}

void clean_up_after_error(Report& report) noexcept {
    HOLD_INTERRUPTS();
    ConditionVariableCancelSleep();
    LWLockReleaseAll();
    pgstat_report_wait_end();
    if (const auto* const error = report.caught) {
        std::strcpy(report.sqlstate, unpack_sql_state(error->sqlerrcode));
        copy(report.message, error->message != nullptr ? error->message : "");
        copy(report.detail, error->detail != nullptr ? error->detail : "");
        copy(report.hint, error->hint != nullptr ? error->hint : "");
        report.caught = nullptr;
    }
    RESUME_INTERRUPTS();
}

ErrorData* catch_error(void (*function)(void*), void* argument) noexcept {
    const MemoryContext before = CurrentMemoryContext;
    ErrorData* volatile caught = nullptr;
    PG_TRY();
    { function(argument); }
    PG_CATCH();
    {
        MemoryContextSwitchTo(before);
        caught = CopyErrorData();
        FlushErrorState();
    }
    PG_END_TRY();
    return caught;
}

void write_log(void (*function)(void*), void* argument) noexcept {
    HOLD_INTERRUPTS();
    // An error has set the count of holds to zero.
    if (catch_error(function, argument) == nullptr)
        RESUME_INTERRUPTS();
}

}  // namespace efm::guard
