#pragma once

#include <string>
#include <string_view>

namespace efm {

/// The value of shared_preload_libraries with one more library at its end, as ALTER SYSTEM takes it: each
/// name a literal of its own, because a comma within one would be part of a name.
std::string preload_list_with(std::string_view list, std::string_view library);

}  // namespace efm
