#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "backends/command/waiter.h"

namespace efm::test {

/// The host of a test: waits with poll(), can be told when to interrupt, and counts what a runner asks of it.
class PollWaiter final : public Waiter {
  public:
    using Clock = std::chrono::steady_clock;

    // When it interrupts; the first that comes true counts. Never, unless told.
    void interrupt_after(std::chrono::milliseconds from_now) { interrupt_time_ = Clock::now() + from_now; }
    void interrupt_at_wait(int number) { interrupt_wait_ = number; }  ///< 1: the first wait
    void interrupt_when(std::function<bool()> condition) { interrupt_condition_ = std::move(condition); }
    void interrupt_when_exists(const std::string& path);

    /// Descriptors that this host has room for.
    void set_room(int descriptors) { room_ = descriptors; }

    WaitResult wait(int descriptor, std::chrono::milliseconds timeout) noexcept override;
    bool reserve_descriptors(int count) noexcept override;
    void release_descriptors(int count) noexcept override { reserved_ -= count; }

    [[nodiscard]] int waits() const { return waits_; }
    [[nodiscard]] int waits_after_interrupt() const {
        return waits_after_interrupt_;
    }  ///< the contract forbids them
    [[nodiscard]] int reserved() const { return reserved_; }
    [[nodiscard]] int most_reserved() const { return most_reserved_; }
    [[nodiscard]] int reservations_refused() const { return reservations_refused_; }

    [[nodiscard]] bool has_interrupted() const { return interrupted_at_.has_value(); }
    /// How long ago it interrupted: what a user waits after pressing cancel.
    [[nodiscard]] std::chrono::microseconds since_interrupt() const;

  private:
    [[nodiscard]] bool is_time_to_interrupt() const noexcept;

    std::optional<Clock::time_point> interrupt_time_;
    int interrupt_wait_ = 0;
    std::function<bool()> interrupt_condition_;
    std::optional<Clock::time_point> interrupted_at_;
    int waits_ = 0;
    int waits_after_interrupt_ = 0;
    int room_ = 1000;
    int reserved_ = 0;
    int most_reserved_ = 0;
    int reservations_refused_ = 0;
};

}  // namespace efm::test
