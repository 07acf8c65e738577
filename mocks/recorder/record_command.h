#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mocks/fake/fake_efm.h"
#include "mocks/mock_efm/real_console.h"

namespace efm::fake {

/// Which program is recorded, and where.
struct RecordSettings {
    std::string program;  ///< absolute path of the real efm
    std::string to;       ///< absolute path of the scenario
};

/// What PROGRAM.record.json says, for a program that is called by a path and has such a file beside it:
/// {"program": ..., "to": ...}. `mistake` is filled when it does not say it right.
std::optional<RecordSettings> settings_beside(const std::string& program, std::string& mistake);

/// Runs `mock-efm record ...`; `words` stand behind `record`.
Ended run_record(const std::vector<std::string>& words, RealConsole& console);

/// Passes a call on to the real efm and keeps what it has answered. Ended as the real one has; `fake_failed`
/// when it could not be called. That an answer could not be kept is said on standard error afterwards, and
/// nothing else.
Ended record_call(const RecordSettings& settings, const std::vector<std::string>& words,
                  RealConsole& console);

}  // namespace efm::fake
