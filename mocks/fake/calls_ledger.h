#pragma once

#include <string>
#include <vector>

#include "mocks/fake/calls.h"

namespace efm::fake {

/// The calls received since the last reset, kept beside the state in STATE.calls: a line when a call is
/// received, another when it ends, so that one that is killed is there too. Each line is appended by one
/// write. Keeping is best effort and never fails or delays the call; that something could not be kept is kept
/// itself, in STATE.calls.lost, and read() says so. Who may not read and write the state makes no ledger: it
/// would be his, and lock its owner out. Half of at most 16 MiB stays when there are more: then STATE.calls
/// becomes STATE.calls.old.
class CallLedger {
  public:
    /// `is_private`: for the user alone, where the file is not there yet and the state is not either.
    CallLedger(const std::string& state_file, bool is_private);

    void begin(const Call& call) const;
    /// `call.end` must be there.
    void end(const Call& call) const;

    /// Forgets all of them.
    void forget() const;

    struct Reading {
        std::vector<Call> calls;  ///< in the order in which they were received
        std::string doubt;        ///< why calls may be missing; empty when none is
    };
    [[nodiscard]] Reading read() const;

  private:
    void append(const std::string& line) const;
    bool write_line(const std::string& line) const;
    void make_room() const;
    void note_loss() const;

    std::string state_file_;
    std::string file_;
    std::string old_file_;
    std::string lost_file_;
    bool is_private_;
};

}  // namespace efm::fake
