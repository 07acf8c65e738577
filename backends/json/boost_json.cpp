// Boost.JSON compiled into the project once: the module must not need a Boost library of the system at load
// time, nor share its symbols with another module's.
#include <boost/json/src.hpp>
