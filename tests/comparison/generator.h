#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/comparison/words.h"

namespace tests {

/// One request of one of the clients.
struct Step
{
    std::size_t client = 0;
    Request request;
};

constexpr std::size_t kClients = 4;

/// The steps of a run. The same seed and moment (milliseconds since 1970, near which absolute
/// expiry times lie) give the same steps. They do not depend on any reply.
std::vector<Step> generate_steps(std::uint64_t seed, std::size_t count, std::int64_t now_ms);

}  // namespace tests
