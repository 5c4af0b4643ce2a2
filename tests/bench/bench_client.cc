// The load generator of scripts/bench; see modes.h.

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string_view>

#include "tests/bench/modes.h"

int main(int count, char** words)
{
    try {
        const std::string_view mode = count > 1 ? words[1] : "";
        if (mode != "run" && mode != "orders" && mode != "city") {
            fmt::print(stderr,
                       "Usage: bench_client run|orders|city FLAGS; scripts/bench calls it\n");
            return 2;
        }
        const bench::Flags flags{count - 2, words + 2};
        if (mode == "run") bench::run(flags);
        if (mode == "orders") bench::run_orders(flags);
        if (mode == "city") bench::run_city(flags);
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "bench_client: {}\n", error.what());
        return 1;
    }
}
