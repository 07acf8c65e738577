#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "extension/guard.h"
#include "extension/result_conversion.h"

namespace efm {

/// Throws 42804 unless `type` has these columns, or the first of them, as an older release declares: its
/// owner can alter a type, and a value of another shape would be read as what it is not.
template <std::size_t columns>
void require_columns(TupleDesc type, const std::array<Oid, columns>& declared, const char* name) {
    const auto count = static_cast<std::size_t>(type->natts);
    bool as_declared = count <= columns;
    for (std::size_t column = 0; as_declared && column < count; ++column) {
        const auto* const attribute = TupleDescAttr(type, static_cast<int>(column));
        as_declared = attribute->atttypid == declared[column] && !attribute->attisdropped;
    }
    if (!as_declared)
        throw SqlError{
            "42804", std::string{"type efm_extension."} + name + " is not as this library knows it",
            "It was altered, or it belongs to a newer release than the library that is loaded.",
            "Restart the server, or end the session, after an update of the library; else drop the "
            "extension and create it again."};
}

/// One row for a set-returning function, column by column. A column that is not set is NULL. What it takes is
/// plain data or palloc'd.
template <std::size_t columns>
class RowWriter {
  public:
    void set(std::size_t column, Datum value) {
        values_[column] = value;
        nulls_[column] = false;
    }
    /// NULL for an empty text. In a database that is not UTF-8, what JSON escapes have become is shown as
    /// \xNN where it is no text there.
    void set_text(std::size_t column, std::string_view text) {
        if (text.empty())
            return;
        if (!is_plain(text) && GetDatabaseEncoding() != PG_UTF8)
            return set_checked(column, as_valid_text(std::string{text}));
        set_checked(column, text);
    }
    void set_time(std::size_t column, TimestampTz time) {
        if (time != 0)
            set(column, TimestampTzGetDatum(time));
    }

    /// Puts the row into the set that begin_rows() has begun. A function of an older release declares fewer
    /// columns: those are the first ones.
    void put(FunctionCallInfo fcinfo) {
        Datum* const values = values_.data();
        bool* const nulls = nulls_.data();
        guard::call([&] {
            auto* const info = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
            tuplestore_putvalues(info->setResult, info->setDesc, values, nulls);
        });
    }

    /// The row as a value of the composite type that the function returns.
    Datum as_composite(FunctionCallInfo fcinfo, const std::array<Oid, columns>& declared, const char* name) {
        TupleDesc const type = guard::call([&] {
            TupleDesc found = nullptr;
            if (get_call_result_type(fcinfo, nullptr, &found) != TYPEFUNC_COMPOSITE)
                ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                                errmsg("function returning record called in context that cannot accept type "
                                       "record")));
            return BlessTupleDesc(found);
        });
        require_columns(type, declared, name);
        Datum* const values = values_.data();
        bool* const nulls = nulls_.data();
        return guard::call([&] { return HeapTupleGetDatum(heap_form_tuple(type, values, nulls)); });
    }

    [[nodiscard]] Datum* values() { return values_.data(); }
    [[nodiscard]] bool* nulls() { return nulls_.data(); }

    RowWriter() { nulls_.fill(true); }

  private:
    static bool is_plain(std::string_view text) {
        return std::ranges::all_of(text, [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
    }
    void set_checked(std::size_t column, std::string_view text) {
        const char* const data = text.data();
        const auto size = static_cast<int>(text.size());
        set(column, guard::call([&] { return PointerGetDatum(cstring_to_text_with_len(data, size)); }));
    }

    std::array<Datum, columns> values_{};
    std::array<bool, columns> nulls_{};
};

}  // namespace efm
