#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mocks/recorder/aliases.h"

namespace efm::fake {

/// What a call has printed as it may be kept: hosts have their aliases, secrets are masked, those in the
/// strings of JSON too. All else stays byte for byte. `is_report`: it is from `cluster-status`.
std::string clean_output(Aliases& aliases, std::string_view text, bool is_report);

/// The same for the words of a call.
std::vector<std::string> clean_words(Aliases& aliases, const std::vector<std::string>& words);

}  // namespace efm::fake
