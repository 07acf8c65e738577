#pragma once

#include <chrono>
#include <string_view>
#include <thread>

#include "mocks/fake/console.h"

namespace efm::fake {

/// Really waits, as a program does, answers every question with yes, and says nothing.
class WaitingConsole final : public Console {
  public:
    bool write_output(std::string_view /*text*/) override { return true; }
    bool write_errors(std::string_view /*text*/) override { return true; }
    Answer read_answer(std::string_view /*question*/) override { return Answer::yes; }
    bool pause(std::chrono::milliseconds duration) override {
        std::this_thread::sleep_for(duration);
        return true;
    }
    void leave_child(std::chrono::milliseconds /*duration*/) override {}
};

}  // namespace efm::fake
