#include "backends/setup/preload_list.h"

#include "backends/setup/quoting.h"

namespace efm {

std::string preload_list_with(std::string_view list, std::string_view library) {
    std::string result;
    std::string name;
    const auto take = [&] {
        const auto first = name.find_first_not_of(" \t\n");
        if (first != std::string::npos)
            result += sql_literal(name.substr(first, name.find_last_not_of(" \t\n") - first + 1)) + ", ";
        name.clear();
    };
    bool is_quoted = false;
    for (std::size_t at = 0; at < list.size(); ++at) {
        if (list[at] == '"') {
            if (is_quoted && list.substr(at + 1).starts_with('"'))
                name += list[at++];  // two of them stand for one
            else
                is_quoted = !is_quoted;
        } else if (list[at] == ',' && !is_quoted) {
            take();
        } else {
            name += list[at];
        }
    }
    take();
    return result + sql_literal(library);
}

}  // namespace efm
