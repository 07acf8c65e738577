#include "mocks/fake/control.h"
#include "mocks/fake/fault_choice.h"
#include "mocks/fake/opening.h"

namespace efm::fake {

Ended reset_and_tell(const Installation& installation, Console& console, bool is_beside_command) {
    if (const auto ended = reset_fake_efm(installation, console); ended.exit_status != 0)
        return ended;
    return with_installation(installation, console, [&](Opened& opened) {
        State state;
        if (!needs_seed(opened.scenario) || opened.store.read(state) != StateStore::Outcome::done)
            return Ended{};
        const auto line = "seed " + std::to_string(state.seed) + "\n";
        static_cast<void>(is_beside_command ? console.write_errors("mock-efm: " + line)
                                            : console.write_output(line));
        return Ended{};
    });
}

}  // namespace efm::fake
