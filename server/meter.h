#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>

namespace server {

/// How fast a count grows just now: the mean of 16 samples of about 100 ms each, as in Redis.
class Meter
{
public:
    static constexpr std::chrono::milliseconds kInterval{100};

    /// REQUIRES that some time has passed since the last sample.
    void sample(std::uint64_t total, std::chrono::microseconds elapsed)
    {
        const std::chrono::duration<double> seconds = elapsed;
        samples_[next_] = static_cast<double>(total - last_total_) / seconds.count();
        next_ = (next_ + 1) % samples_.size();
        last_total_ = total;
    }

    double per_second() const
    {
        return std::accumulate(samples_.begin(), samples_.end(), 0.0) /
               static_cast<double>(samples_.size());
    }

private:
    std::array<double, 16> samples_ = {};
    std::size_t next_ = 0;
    std::uint64_t last_total_ = 0;
};

}  // namespace server
