#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/config/options.h"
#include "server/gateway/problem.h"
#include "store/clock.h"
#include "store/geo/geo.h"

namespace server::gateway {

/// Looks at reported positions with the care that real devices deserve: one at exactly 0, 0 has no
/// fix, one may be late, and one may be a jump that nobody can have driven. It remembers the last
/// position of a bounded number of drivers.
class Positions
{
public:
    Positions(const Options& options, const store::Clock& clock) : options_(options), clock_(clock)
    {}

    /// Why this position of the driver is not taken; nothing if it is. `at_ms`: when it was
    /// measured, nothing: now. `force`: it is meant, however odd.
    std::optional<Problem> refusal_of(std::string_view driver, store::Place place,
                                      std::optional<double> at_ms, bool force) const;

    /// The position was taken.
    void note(std::string_view driver, store::Place place, std::optional<double> at_ms);

    static constexpr std::size_t kMaxDrivers = 200'000;

private:
    struct Position
    {
        store::Place place;
        double at_ms;
    };

    double now_ms() const;
    std::optional<Problem> refusal_of_time(double at_ms) const;
    std::optional<Problem> refusal_of_way(const Position& last, store::Place place,
                                          double at_ms) const;

    const Options& options_;
    const store::Clock& clock_;
    std::unordered_map<std::string, Position> last_;
};

}  // namespace server::gateway
