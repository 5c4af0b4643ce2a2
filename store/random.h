#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>

namespace store {

/// All chance in the server comes from one of these, whose seed is handed in (`--seed`): the same
/// seed and the same commands give the same answers.
class Random
{
public:
    /// How many numbers to come are known.
    static constexpr std::size_t kAhead = 8;

    explicit Random(std::uint64_t seed) : engine_(seed)
    {
        for (auto& number : numbers_) number = engine_();
    }

    /// Uniform over all 64-bit values.
    std::uint64_t next()
    {
        const std::uint64_t number = numbers_[position_];
        numbers_[position_] = engine_();
        position_ = (position_ + 1) % kAhead;
        return number;
    }

    /// What next() will return after so many others: for fetching from memory what it leads to.
    /// REQUIRES ahead < kAhead.
    std::uint64_t peek(std::size_t ahead) const { return numbers_[(position_ + ahead) % kAhead]; }

    /// Uniform over 0 .. bound-1. REQUIRES bound > 0.
    std::uint64_t below(std::uint64_t bound)
    {
        return std::uniform_int_distribution<std::uint64_t>{0, bound - 1}(*this);
    }

    // What the standard's distributions ask of a source of numbers.
    using result_type = std::uint64_t;
    static constexpr result_type min() { return std::mt19937_64::min(); }
    static constexpr result_type max() { return std::mt19937_64::max(); }
    result_type operator()() { return next(); }

private:
    std::mt19937_64 engine_;
    std::array<std::uint64_t, kAhead> numbers_{};
    std::size_t position_ = 0;
};

}  // namespace store
