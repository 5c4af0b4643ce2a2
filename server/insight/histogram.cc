#include "server/insight/histogram.h"

#include <algorithm>

namespace server {

std::int64_t Histogram::begin_of_bucket(std::int64_t value)
{
    const int shift = shift_of(value);
    return (value >> shift) << shift;
}

std::int64_t Histogram::end_of_bucket(std::int64_t value)
{
    const int shift = shift_of(value);
    return (((value >> shift) + 1) << shift) - 1;
}

std::int64_t Histogram::percentile(double percent) const
{
    if (total_ == 0) return 0;
    const double share = std::min(percent, 100.0) / 100 * static_cast<double>(total_);
    const auto wanted = std::max<std::uint64_t>(static_cast<std::uint64_t>(share + 0.5), 1);
    std::int64_t value = 0;
    for (std::uint64_t seen = 0; value <= kMax; value = end_of_bucket(value) + 1) {
        seen += counts_[bucket_of(value)];
        if (seen >= wanted) break;
    }
    return percent == 0 ? begin_of_bucket(value) : end_of_bucket(value);
}

std::uint64_t Histogram::up_to(std::int64_t value) const
{
    const std::size_t last = std::min(bucket_of(value), counts_.size() - 1);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i <= last; ++i) sum += counts_[i];
    return sum;
}

}  // namespace server
