#include "server/testing/duration.h"

#include <array>
#include <charconv>

#include "server/execution/command_error.h"

namespace server {

namespace {

using std::chrono::microseconds;

struct Unit
{
    std::string_view name;
    microseconds duration;
};

constexpr std::array kUnits = {
    Unit{"us", microseconds{1}},        Unit{"ms", std::chrono::milliseconds{1}},
    Unit{"s", std::chrono::seconds{1}}, Unit{"m", std::chrono::minutes{1}},
    Unit{"h", std::chrono::hours{1}},   Unit{"d", std::chrono::hours{24}},
};

[[noreturn]] void refuse(std::string_view text)
{
    throw CommandError{
        "ERR '{}' is no duration: give a number and a unit (us, ms, s, m, h, d), such as 1500ms or "
        "1h30m",
        text.substr(0, 128)};
}

void require_end_of_time(microseconds duration)
{
    if (duration > kEndOfTime.time_since_epoch())
        throw CommandError{"ERR the clock ends with the year 9999"};
}

/// Takes the number and the unit that `rest` begins with off it.
microseconds take_part(std::string_view& rest, std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error == std::errc::invalid_argument || number < 0) refuse(text);
    if (error != std::errc{}) require_end_of_time(microseconds::max());
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const auto name = rest.substr(0, rest.find_first_of("0123456789"));
    rest.remove_prefix(name.size());
    for (const auto& [unit, duration] : kUnits) {
        if (name != unit) continue;
        if (number > kEndOfTime.time_since_epoch() / duration)
            require_end_of_time(microseconds::max());
        return number * duration;
    }
    refuse(text);
}

}  // namespace

microseconds parse_duration(std::string_view text)
{
    microseconds total{};
    std::string_view rest = text;
    do {
        total += take_part(rest, text);
        require_end_of_time(total);
    } while (!rest.empty());
    return total;
}

}  // namespace server
