#pragma once

#include <chrono>
#include <cstdint>

namespace store {

/// A moment, in microseconds since the Unix epoch (the resolution of TIME).
using TimePoint = std::chrono::sys_time<std::chrono::microseconds>;

/// A moment at which a key ends, in milliseconds since the Unix epoch (the resolution of
/// PEXPIREAT).
using Deadline = std::chrono::sys_time<std::chrono::milliseconds>;

/// Whole milliseconds since the Unix epoch.
inline std::int64_t unix_ms(TimePoint moment)
{
    return std::chrono::floor<std::chrono::milliseconds>(moment).time_since_epoch().count();
}

/// The time that the store believes. It moves only when its owner moves it: the server sets it
/// before each command and tick, a test advances it by hand and never sleeps. One command, script
/// or transaction therefore sees one moment.
class Clock
{
public:
    Clock() = default;
    explicit Clock(TimePoint start) { set(start); }

    TimePoint now() const { return now_; }

    /// The current millisecond: what deadlines are compared with.
    Deadline now_ms() const { return now_ms_; }

    /// Whether a deadline is over by now.
    bool has_come(Deadline deadline) const { return deadline <= last_due_; }

    /// While `wait` is true, no deadline comes, however long ago it was: for a log that is read
    /// back, which says itself what went and when.
    void let_deadlines_wait(bool wait)
    {
        deadlines_wait_ = wait;
        set(now_);
    }

    /// Whole seconds since the Unix epoch: ready to be read, since every use of a key takes it.
    std::int64_t seconds() const { return seconds_; }

    void set(TimePoint now)
    {
        now_ = now;
        now_ms_ = std::chrono::floor<std::chrono::milliseconds>(now);
        last_due_ = deadlines_wait_ ? Deadline::min() : now_ms_;
        seconds_ = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    }
    void advance(std::chrono::microseconds by) { set(now_ + by); }

private:
    TimePoint now_{};
    Deadline now_ms_{};
    Deadline last_due_{};
    std::int64_t seconds_ = 0;
    bool deadlines_wait_ = false;
};

}  // namespace store
