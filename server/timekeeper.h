#pragma once

#include <chrono>

#include "store/clock.h"

namespace server {

/// The only source of the server's time. net/ reports the wall clock before each command and tick;
/// the store's clock follows it, at a distance or not at all if so told. Code that drives a server
/// without net/ (a unit test) moves the store's clock by hand and needs none of this.
class Timekeeper
{
public:
    explicit Timekeeper(store::Clock& clock) : clock_(clock) {}

    /// What the wall clock says now.
    void observe(store::TimePoint wall)
    {
        wall_ = wall;
        if (!frozen_ && !held_) clock_.set(wall_ + shift_);
    }

    store::TimePoint wall() const { return wall_; }

    /// Moves the server's time, now and from now on.
    void shift(std::chrono::microseconds by)
    {
        shift_ += by;
        clock_.advance(by);
    }

    /// The server's time stands still, but for shift(), until resume(), which goes on from there.
    void freeze() { frozen_ = true; }
    void resume()
    {
        frozen_ = false;
        shift_ = clock_.now() - wall_;
    }

    /// While a script runs, which sees one moment: what the wall clock says is not followed. Ends
    /// with let_go(), and the next observe() catches up.
    void hold() { held_ = true; }
    void let_go() { held_ = false; }

    bool is_frozen() const { return frozen_; }

private:
    store::Clock& clock_;
    store::TimePoint wall_{};
    std::chrono::microseconds shift_{};
    bool frozen_ = false;
    bool held_ = false;
};

}  // namespace server
