#pragma once

#include <string>

namespace efm {

/// The name of the operating system user that the server runs as, or its number where it has none.
const std::string& server_user_name();

}  // namespace efm
