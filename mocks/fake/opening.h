#pragma once

#include <functional>
#include <string_view>

#include "mocks/fake/console.h"
#include "mocks/fake/fake_efm.h"
#include "mocks/fake/scenario.h"
#include "mocks/fake/state_place.h"
#include "mocks/fake/state_store.h"

namespace efm::fake {

/// An installation whose scenario was read, and whose state can be had.
struct Opened {
    const Installation& installation;
    const Scenario& scenario;
    const StatePlace& place;
    StateStore& store;
    Console& console;
};

/// Opens an installation and lets `work` use it. What is wrong with it is told on the console instead, with
/// `fake_failed`.
Ended with_installation(const Installation& installation, Console& console,
                        const std::function<Ended(Opened&)>& work);

/// Tells the lines of `text` on standard error, each as the fake's own.
Ended fail(Console& console, std::string_view text);

}  // namespace efm::fake
