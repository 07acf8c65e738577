#pragma once

#include <string>

#include "extension/guard.h"
#include "extension/result_conversion.h"

namespace efm {

/// Writes a jsonb of objects, arrays and texts from the outside in. What it takes is palloc'd.
class JsonbWriter {
  public:
    void begin_object() { push(WJB_BEGIN_OBJECT); }
    void end_object() { push(WJB_END_OBJECT); }
    void begin_array() { push(WJB_BEGIN_ARRAY); }
    void end_array() { push(WJB_END_ARRAY); }
    void key(const std::string& name) { push_text(WJB_KEY, name); }
    /// A member whose value is a text. What is no text in the server encoding is shown as \xNN.
    void member(const std::string& name, const std::string& text) {
        key(name);
        push_text(WJB_VALUE, GetDatabaseEncoding() == PG_UTF8 ? text : as_valid_text(text));
    }

    /// The value, once its outermost object or array has ended.
    Datum finish() {
        JsonbValue* const value = last_;
        return guard::call([&] { return JsonbPGetDatum(JsonbValueToJsonb(value)); });
    }

  private:
    void push(JsonbIteratorToken token) {
        JsonbParseState** const place = &state_;
        last_ = guard::call([&] { return pushJsonbValue(place, token, nullptr); });
    }
    void push_text(JsonbIteratorToken token, const std::string& text) {
        JsonbParseState** const place = &state_;
        const char* const data = text.data();
        const auto size = static_cast<int>(text.size());
        guard::call([&] {
            JsonbValue word;
            word.type = jbvString;
            word.val.string.val = pnstrdup(data, static_cast<Size>(size));
            word.val.string.len = size;
            pushJsonbValue(place, token, &word);
        });
    }

    JsonbParseState* state_ = nullptr;
    JsonbValue* last_ = nullptr;
};

}  // namespace efm
