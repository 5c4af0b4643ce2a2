#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace server::gateway {

/// How long requests took: counted in buckets that grow by about a fifth, so that a percentile is
/// that close.
class Latency
{
public:
    void add(std::chrono::nanoseconds time)
    {
        ++counts_[bucket_of(time)];
        ++total_;
    }

    std::uint64_t count() const { return total_; }

    /// The time that this part of the requests did not exceed; 0 without any.
    std::chrono::nanoseconds percentile(double part) const
    {
        const auto wanted = static_cast<std::uint64_t>(part * static_cast<double>(total_));
        std::uint64_t seen = 0;
        for (std::size_t bucket = 0; bucket < counts_.size() && total_ > 0; ++bucket) {
            seen += counts_[bucket];
            if (seen > wanted || seen == total_) return end_of(bucket);
        }
        return {};
    }

private:
    // Four buckets for each power of two.
    static std::size_t bucket_of(std::chrono::nanoseconds time)
    {
        const auto value = static_cast<std::uint64_t>(time.count() < 8 ? 8 : time.count());
        const auto power = static_cast<std::size_t>(std::bit_width(value)) - 1;
        return 4 * power + ((value >> (power - 2)) & 3U);
    }
    static std::chrono::nanoseconds end_of(std::size_t bucket)
    {
        const std::uint64_t quarter = std::uint64_t{1} << (bucket / 4 - 2);
        return std::chrono::nanoseconds{static_cast<std::int64_t>((5 + bucket % 4) * quarter)};
    }

    std::array<std::uint64_t, 256> counts_{};
    std::uint64_t total_ = 0;
};

}  // namespace server::gateway
