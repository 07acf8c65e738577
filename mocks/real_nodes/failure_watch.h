#pragma once

#include <chrono>
#include <map>
#include <string>

namespace efm::fake {

/// For how long databases have not answered.
class FailureWatch {
  public:
    using Clock = std::chrono::steady_clock;

    /// Notes whether the database of a node has just answered; for how long it has not.
    std::chrono::milliseconds note(const std::string& address, bool answers, Clock::time_point now) {
        if (answers) {
            silent_since_.erase(address);
            return std::chrono::milliseconds{0};
        }
        const auto since = silent_since_.emplace(address, now).first->second;
        return std::chrono::duration_cast<std::chrono::milliseconds>(now - since);
    }

    /// Begins anew.
    void forget() { silent_since_.clear(); }

  private:
    std::map<std::string, Clock::time_point> silent_since_;
};

}  // namespace efm::fake
