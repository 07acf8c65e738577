#pragma once

#include <functional>
#include <string>

#include "mocks/fake/console.h"
#include "mocks/fake/descriptor.h"
#include "mocks/fake/scenario.h"
#include "mocks/fake/state.h"

namespace efm::fake {

/// The state on disk. Reading needs no lock, since a writer puts a whole new file in the place of the old
/// one; writers take turns under a lock on a second file beside it, which is never removed. State that is not
/// there, or belongs to another scenario, begins anew from the scenario.
class StateStore {
  public:
    StateStore(std::string file, bool is_private, const Scenario& scenario, Console& console);

    enum class Outcome {
        done,
        stopped,  ///< the caller has stopped the command while it waited for the lock
        failed    ///< trouble() says why
    };

    /// The state as it is now.
    Outcome read(State& state);

    /// Lets `change` alter the state as it is now, and keeps it if `change` answers true. `change` must not
    /// wait.
    Outcome update(const std::function<bool(State&)>& change);

    /// Puts the beginning of the scenario in the place of whatever is there.
    Outcome begin_anew();

    [[nodiscard]] const std::string& trouble() const { return trouble_; }
    [[nodiscard]] const std::string& file() const { return file_; }

  private:
    /// `is_kept` tells whether the state is the one on disk, brought forward: else it is to be written.
    Outcome load(State& state, bool& is_kept);
    Outcome write(const State& state);
    Outcome lock(Descriptor& held);
    Descriptor open_lock_file();
    /// Fails on what must not be replaced, or where the caller lacks this `access`.
    Outcome check_file(int access);
    /// The text of the state; empty when there is none yet. Fails on what is none.
    Outcome fetch(std::string& text);
    Outcome fail(std::string trouble);

    std::string file_;
    bool is_private_;
    const Scenario& scenario_;
    Console& console_;
    std::string trouble_;
};

}  // namespace efm::fake
