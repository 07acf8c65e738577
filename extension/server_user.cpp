#include "extension/server_user.h"

#include <pwd.h>
#include <unistd.h>

namespace efm {

const std::string& server_user_name() {
    // Looked up once: the directory service behind it may be slow, and the answer does not change.
    static const std::string name = [] {
        const passwd* const entry = ::getpwuid(::geteuid());
        return entry != nullptr ? std::string{entry->pw_name} : std::to_string(::geteuid());
    }();
    return name;
}

}  // namespace efm
