#include <boost/json/serialize.hpp>

#include "mocks/fake/calls_expectation.h"
#include "mocks/fake/calls_ledger.h"
#include "mocks/fake/control.h"
#include "mocks/fake/opening.h"

namespace efm::fake {

namespace {

CallLedger::Reading read_calls(const Opened& opened) {
    return CallLedger{opened.place.file, opened.place.is_default}.read();
}

}  // namespace

Ended show_calls(const Installation& installation, Console& console) {
    return with_installation(installation, console, [&](Opened& opened) {
        const auto reading = read_calls(opened);
        for (const auto& call : reading.calls) {
            if (!console.write_output(boost::json::serialize(shown_call(call)) + "\n"))
                return Ended{};
        }
        return reading.doubt.empty() ? Ended{} : fail(console, reading.doubt);
    });
}

Ended verify_calls(const Installation& installation, std::string_view expectation, Console& console) {
    return with_installation(installation, console, [&](Opened& opened) {
        const auto expected = parse_expectation(expectation, opened.scenario);
        if (!expected.expectation)
            return fail(console, expected.mistakes);
        const auto reading = read_calls(opened);
        if (!reading.doubt.empty())
            return fail(console, "cannot tell: " + reading.doubt);
        const auto difference = find_difference(*expected.expectation, reading.calls);
        if (!difference)
            return Ended{};
        fail(console, *difference);
        return Ended{.exit_status = 1};
    });
}

}  // namespace efm::fake
