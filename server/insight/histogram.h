#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace server {

/// How often which values were met, from 0 to 10^9, to about 1 %: the buckets of an HDR histogram
/// with two significant digits, as Redis keeps them for durations in nanoseconds.
///
///     value     0 .. 255    256 .. 511    512 .. 1023   ...   2^29 .. 2^30
///     buckets   1 each      2 each        4 each              128 in each column
class Histogram
{
public:
    static constexpr std::int64_t kMax = 1'000'000'000;

    /// A value outside of the range counts as the nearest in it.
    void add(std::int64_t value, std::uint64_t count = 1)
    {
        counts_[bucket_of(value < 0 ? 0 : value > kMax ? kMax : value)] += count;
        total_ += count;
    }

    std::uint64_t total() const { return total_; }

    /// The smallest and the largest value of the bucket that this one is in.
    static std::int64_t begin_of_bucket(std::int64_t value);
    static std::int64_t end_of_bucket(std::int64_t value);

    /// At least so many percent of all values are not above this one, the largest of its bucket;
    /// for 0 %, the smallest of all. 0 if there are none.
    std::int64_t percentile(double percent) const;

    /// How many are not above the end of this value's bucket.
    std::uint64_t up_to(std::int64_t value) const;

private:
    static constexpr int kExactBits = 8;  // values of so many bits have buckets of their own
    static constexpr std::size_t kHalf = std::size_t{1} << (kExactBits - 1);

    static int shift_of(std::int64_t value)
    {
        const int bits = std::bit_width(static_cast<std::uint64_t>(value));
        return bits > kExactBits ? bits - kExactBits : 0;
    }
    static std::size_t bucket_of(std::int64_t value)
    {
        const int shift = shift_of(value);
        return static_cast<std::size_t>(shift) * kHalf + static_cast<std::size_t>(value >> shift);
    }

    std::array<std::uint64_t, 24 * kHalf> counts_{};
    std::uint64_t total_ = 0;
};

}  // namespace server
