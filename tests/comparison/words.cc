#include "tests/comparison/words.h"

#include <cctype>
#include <cstdio>

namespace tests {

namespace {

// Where the drivers are, so that searches find some of them.
constexpr double kCityLongitude = 77.5946;
constexpr double kCityLatitude = 12.9716;

std::string decimal(double number)
{
    char text[64];
    std::snprintf(text, sizeof text, "%.6f", number);
    return text;
}

std::string bytes_of(store::Random& random, std::uint64_t size)
{
    std::string bytes;
    for (std::uint64_t i = 0; i < size; ++i) bytes += static_cast<char>(random.below(256));
    return bytes;
}

}  // namespace

std::int64_t Words::between(std::int64_t least, std::int64_t most)
{
    return least + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most - least + 1)));
}

std::string Words::pick(std::initializer_list<std::string_view> choices)
{
    return std::string{choices.begin()[below(choices.size())]};
}

std::string Words::any_case(std::string_view word)
{
    std::string text{word};
    if (!one_in(8)) return text;
    const bool mixed = one_in(2);
    for (char& c : text) {
        if (!mixed || one_in(2)) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return text;
}

std::string Words::key(KeyKind kind)
{
    if (one_in(10)) return any_key();
    static constexpr const char* kNames[] = {"string:", "set:", "hash:", "zset:", "geo:", "list:"};
    return kNames[static_cast<int>(kind)] + std::to_string(below(3));
}

std::string Words::any_key()
{
    if (one_in(30)) return one_in(2) ? "" : std::string{"\x00\xff key", 7};
    return key(static_cast<KeyKind>(below(6)));
}

std::string Words::member()
{
    switch (below(20)) {
        case 0: return "";
        case 1: return bytes_of(random_, 1 + below(3));
        case 2: return std::string(60 + below(10), 'x');
        case 3: return std::to_string(between(-40000, 40000));
        case 4:
            return pick({"9223372036854775807", "-9223372036854775808", "9223372036854775808", "+1",
                         "01", "-0", " 1", "2147483648", "-2147483649"});
        default: break;
    }
    if (one_in(2)) return std::to_string(between(-5, 20));
    return "member:" + std::to_string(below(25));
}

std::string Words::geo_member() { return one_in(15) ? member() : "D" + std::to_string(below(40)); }

std::string Words::field() { return one_in(10) ? member() : "field" + std::to_string(below(12)); }

std::string Words::value() { return one_in(12) ? bytes_of(random_, below(200)) : member(); }

std::string Words::score()
{
    switch (below(12)) {
        case 0: return pick({"inf", "-inf", "+inf", "Infinity", "-INFINITY", "infinity"});
        case 1:
            return pick({"nan", "NaN", "-nan", "", "one", "1 ", " 1", "1e", "1e400", "0x", "--1",
                         "1.2.3", "1,5", "1e-400"});
        case 2:
            return pick({"0.1", "1e17", "1e21", "1e-7", "-0", "0x1F", "1e3", ".5", "5.", "1e100",
                         "9007199254740993", "123456789012345680", "1.7976931348623157e308"});
        case 3: return decimal(static_cast<double>(between(-1'000'000'000, 1'000'000'000)) / 1e6);
        default: return std::to_string(between(-5, 15));
    }
}

std::string Words::longitude()
{
    switch (below(14)) {
        case 0: return pick({"180", "-180", "0", "-0", "179.999999", "-179.999999", "1e1"});
        case 1:
            return pick({"180.0000001", "-181", "1e10", "inf", "-inf", "nan", "", "east", "1 ",
                         "0x10", "9e999"});
        case 2: return decimal(static_cast<double>(between(-180'000'000, 180'000'000)) / 1e6);
        default:
            return decimal(kCityLongitude + static_cast<double>(between(-300'000, 300'000)) / 1e6);
    }
}

std::string Words::latitude()
{
    switch (below(14)) {
        case 0: return pick({"85.05112878", "-85.05112878", "0", "-0", "85", "-85", "1e-1"});
        case 1:
            return pick({"85.0511288", "-85.06", "90", "-inf", "inf", "NAN", "", "north", " 1"});
        case 2: return decimal(static_cast<double>(between(-85'000'000, 85'000'000)) / 1e6);
        default:
            return decimal(kCityLatitude + static_cast<double>(between(-300'000, 300'000)) / 1e6);
    }
}

std::string Words::length()
{
    switch (below(14)) {
        case 0: return pick({"0", "-1", "nan", "inf", "-inf", "", "five", "1e10", "1e-3", "5 "});
        case 1: return std::to_string(between(100, 30'000));
        case 2: return decimal(static_cast<double>(between(0, 100'000'000)) / 1e6);
        default: return std::to_string(between(1, 40));
    }
}

std::string Words::unit()
{
    if (one_in(25)) return pick({"miles", "", "k", "MM", "metre"});
    return any_case(pick({"M", "KM", "KM", "KM", "KM", "FT", "MI"}));
}

std::string Words::count()
{
    if (one_in(8)) {
        return pick({"0", "-1", "ten", "", "1.5", "9223372036854775807", "9223372036854775808"});
    }
    return std::to_string(between(1, 12));
}

std::string Words::rank()
{
    if (one_in(12)) {
        return pick({"one", "", "1.5", "9223372036854775807", "-9223372036854775808",
                     "9223372036854775808", "(1", "-inf"});
    }
    return std::to_string(between(-12, 12));
}

std::string Words::pattern()
{
    return pick({"*", "*:*", "set:?", "set:[0-1]", "[^s]*", "geo:\\0", "*e*:*2", "", "[",
                 "string:0", "[a-", "?", "h*sh:[21]", "**", "*[\\]]*", "[z-a]*"});
}

std::string Words::time_to_live(bool in_milliseconds)
{
    switch (below(10)) {
        case 0: return pick({"0", "-1", "-100000", "-9223372036854775807"});
        case 1:
            return pick({"9223372036854775807", "9223372036854775808", "-9223372036854775808",
                         "9223372036854775", "ten", "", "1.5", " 5", "+5", "99999999999999999999"});
        default: return std::to_string(between(1000, 100'000) * (in_milliseconds ? 1000 : 1));
    }
}

std::string Words::moment(bool in_milliseconds)
{
    if (one_in(4)) {
        return pick({"0", "-1", "1", "9223372036854775807", "9223372036854775", "9223372036854776",
                     "soon", "", "-9223372036854775808"});
    }
    const std::int64_t moment_ms = now_ms_ + between(1'000'000, 100'000'000);
    return std::to_string(in_milliseconds ? moment_ms : moment_ms / 1000);
}

std::string Words::junk()
{
    switch (below(6)) {
        case 0: return bytes_of(random_, below(5));
        case 1: return std::to_string(between(-3, 3));
        case 2: return pick({"9223372036854775807", "-9223372036854775809", "nan", "inf", "1e400"});
        case 3:
            return any_case(pick({"NX", "XX", "GT", "LT", "CH", "EX", "PX", "GET", "COUNT", "ANY",
                                  "ASC", "WITHDIST", "STORE", "BYRADIUS", "FROMMEMBER", "LIMIT"}));
        case 4: return any_key();
        default: return "";
    }
}

}  // namespace tests
