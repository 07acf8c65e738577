#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace efm::fake {

/// Where something stands in a JSON object: the keys it is under, from the outside, those of lists too.
struct JsonPlace {
    std::vector<std::string> keys;
    bool is_key = false;  ///< it is itself a key, of the object at `keys`
};

/// What becomes of a text: of a string in JSON as it reads without its escapes, of a number as it is written.
using JsonChange = std::function<std::string(const JsonPlace&, const std::string&)>;

/// `text` with what stands in the JSON objects in it as `inside` wants it, and what stands around them as
/// `outside` does. What they leave as it was stays byte for byte; what they change becomes a string.
std::string change_json_strings(std::string_view text, const JsonChange& inside,
                                const std::function<std::string(std::string_view)>& outside);

}  // namespace efm::fake
