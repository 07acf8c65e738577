#pragma once

#include <string_view>

namespace efm::test {

/// Writes on standard output what this process has been given; false for an unknown topic. One fact a line:
///
///     descriptors   descriptor 0 /dev/null        (one line each)
///     signals       ignored 0000000000000000, blocked …, on parent death 9
///     group         process 7, parent 6, group 7, session 5
///     environment   variable PATH=/usr/bin         (one line each, in order)
///     directory     directory /
///     terminal      terminal 34819                 (its device number; `none` without a controlling one)
bool report(std::string_view topic);

/// Writes all of it, whatever the pipe takes at a time. A process whose output nobody reads ends by SIGPIPE.
void write_all(int descriptor, std::string_view bytes);

}  // namespace efm::test
