#pragma once

#include <cstdint>
#include <random>

namespace store {

/// All chance in the server comes from one of these, whose seed is handed in (`--seed`): the same
/// seed and the same commands give the same answers.
class Random
{
public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}

    /// Uniform over all 64-bit values.
    std::uint64_t next() { return engine_(); }

    /// Uniform over 0 .. bound-1. REQUIRES bound > 0.
    std::uint64_t below(std::uint64_t bound)
    {
        return std::uniform_int_distribution<std::uint64_t>{0, bound - 1}(engine_);
    }

private:
    std::mt19937_64 engine_;
};

}  // namespace store
