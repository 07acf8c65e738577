#pragma once

#include <string>
#include <vector>

#include "mocks/fake/descriptor.h"
#include "mocks/recorder/aliases.h"
#include "mocks/recorder/pass_through.h"

namespace efm::fake {

/// A scenario that is made of the answers of a real `efm`, call by call. The file is a valid scenario at
/// every moment; recorders take turns under a lock on FILE.lock. What it must not hold, but the next call
/// needs (the hosts behind the aliases, how often a call came), lies in FILE.recorder, for its owner alone.
class Recording {
  public:
    explicit Recording(std::string file) : file_(std::move(file)) {}

    /// Whether calls can be added: what stands against it, empty when nothing does. A FILE that is not empty
    /// and has no FILE.recorder is somebody else's scenario and stays as it is.
    [[nodiscard]] std::string find_trouble() const;

    /// Adds the answer that `program` has given to `words`. What stands against it, empty when it is kept.
    [[nodiscard]] std::string add(const std::string& program, const std::vector<std::string>& words,
                                  const PassedThrough& seen) const;

  private:
    [[nodiscard]] Descriptor open_lock() const;
    [[nodiscard]] std::string keeper_file() const { return file_ + ".recorder"; }

    std::string file_;
};

}  // namespace efm::fake
