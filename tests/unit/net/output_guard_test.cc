#include "server/net/output_guard.h"

#include <catch2/catch.hpp>
#include <chrono>

using namespace std::chrono_literals;
using server::OutputLimit;
using server::net::OutputGuard;

TEST_CASE("without limits a client may be as slow as it likes")
{
    OutputGuard guard;
    CHECK_FALSE(guard.exceeded({}, 1ull << 40, {}));
}

TEST_CASE("the hard limit holds at once")
{
    OutputGuard guard;
    const OutputLimit limit{.hard_bytes = 1 << 20};
    CHECK_FALSE(guard.exceeded(limit, (1 << 20) - 1, {}));
    CHECK(guard.exceeded(limit, 1 << 20, {}));
}

TEST_CASE("the first 16 KB do not count, as in Redis")
{
    OutputGuard guard;
    const OutputLimit limit{.hard_bytes = 1};
    CHECK_FALSE(guard.exceeded(limit, 16 * 1024, {}));
    CHECK(guard.exceeded(limit, 16 * 1024 + 1, {}));
}

TEST_CASE("the soft limit holds only without a break")
{
    OutputGuard guard;
    const OutputLimit limit{.soft_bytes = 1 << 20, .soft_seconds = 10};
    const store::TimePoint start{1'000s};
    CHECK_FALSE(guard.exceeded(limit, 2 << 20, start));
    CHECK_FALSE(guard.exceeded(limit, 2 << 20, start + 9s));
    CHECK_FALSE(guard.exceeded(limit, 0, start + 10s));  // it has read everything
    CHECK_FALSE(guard.exceeded(limit, 2 << 20, start + 11s));
    CHECK_FALSE(guard.exceeded(limit, 2 << 20, start + 21s));
    CHECK(guard.exceeded(limit, 2 << 20, start + 22s));
}
