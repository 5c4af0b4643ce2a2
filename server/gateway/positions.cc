#include "server/gateway/positions.h"

#include <fmt/format.h>

#include <algorithm>

namespace server::gateway {
namespace {

// Clocks differ, and a satellite's error is no jump.
constexpr double kFutureMs = 60'000;
constexpr double kSmallestJumpM = 500;
constexpr double kMsInHour = 3'600'000;

}  // namespace

double Positions::now_ms() const
{
    return static_cast<double>(clock_.now_ms().time_since_epoch().count());
}

std::optional<Problem> Positions::refusal_of(std::string_view driver, store::Place place,
                                             std::optional<double> at_ms, bool force) const
{
    if (force) return std::nullopt;
    if (place == store::Place{0, 0})
        return Problem{ProblemType::PlaceIsZero,
                       "The position is [longitude 0, latitude 0], in the sea south of Ghana."};
    if (at_ms)
        if (auto refusal = refusal_of_time(*at_ms)) return refusal;
    const auto last = last_.find(std::string{driver});
    if (last == last_.end()) return std::nullopt;
    return refusal_of_way(last->second, place, at_ms.value_or(now_ms()));
}

std::optional<Problem> Positions::refusal_of_time(double at_ms) const
{
    const double age_ms = now_ms() - at_ms;
    if (age_ms < -kFutureMs)
        return Problem{ProblemType::StalePosition,
                       fmt::format("The position is of {:.0f} s from now.", -age_ms / 1000)};
    if (age_ms <= options_.http_max_position_age_seconds * 1000.0) return std::nullopt;
    return Problem{ProblemType::StalePosition,
                   fmt::format("The position is {:.0f} s old; http-max-position-age is {}.",
                               age_ms / 1000, options_.http_max_position_age_seconds)};
}

std::optional<Problem> Positions::refusal_of_way(const Position& last, store::Place place,
                                                 double at_ms) const
{
    if (at_ms < last.at_ms)
        return Problem{ProblemType::StalePosition,
                       fmt::format("A position that is {:.1f} s newer was taken already.",
                                   (last.at_ms - at_ms) / 1000)};
    const double way_m = store::distance_m(last.place, place);
    if (way_m < kSmallestJumpM) return std::nullopt;
    const double hours = std::max(at_ms - last.at_ms, 1.0) / kMsInHour;
    const double speed_kmh = way_m / 1000 / hours;
    if (speed_kmh <= options_.http_max_jump_kmh) return std::nullopt;
    return Problem{
        ProblemType::ImpossibleJump,
        fmt::format("From [longitude {}, latitude {}] to [longitude {}, latitude {}] it is {:.1f} "
                    "km in {:.1f} s.",
                    last.place.longitude, last.place.latitude, place.longitude, place.latitude,
                    way_m / 1000, (at_ms - last.at_ms) / 1000)};
}

// Who remembers too many begins anew: a check is missed then, nothing else.
void Positions::note(std::string_view driver, store::Place place, std::optional<double> at_ms)
{
    if (last_.size() >= kMaxDrivers) last_.clear();
    last_[std::string{driver}] = {place, at_ms.value_or(now_ms())};
}

}  // namespace server::gateway
