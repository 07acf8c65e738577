#pragma once

#include <string>

namespace efm::fake {

/// The primary_conninfo with which a standby follows another primary: `standby_conninfo`, what a standby has
/// used until now (user, password file, SSL), with the host and port of `primary_connection`. Where there was
/// none, that connection itself. `name` becomes the application_name if it is not empty. Nothing is looked
/// up.
std::string conninfo_for(const std::string& standby_conninfo, const std::string& primary_connection,
                         const std::string& name);

}  // namespace efm::fake
