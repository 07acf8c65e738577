#include "backends/runners/runner_factory.h"

#include "backends/runners/direct_runner.h"
#include "backends/runners/mock_runner.h"
#include "backends/runners/sudo_runner.h"

namespace efm {

std::unique_ptr<CommandRunner> make_runner(const RunnerSettings& settings) {
    switch (settings.backend) {
        case Backend::direct:
            return std::make_unique<DirectRunner>(settings);
        case Backend::mock:
            return std::make_unique<MockRunner>(settings);
        case Backend::sudo:
            break;
    }
    return std::make_unique<SudoRunner>(settings);
}

}  // namespace efm
