#include "tests/comparison/known_differences.h"

#include <algorithm>
#include <cstdlib>

#include "server/args.h"

namespace tests {

using protocol::Value;

namespace {

/// The text as a number, if it looks like one that a server has printed.
bool as_number(const std::string& text, double& number)
{
    if (text.empty() || text.size() > 40) return false;
    char* end = nullptr;
    number = std::strtod(text.c_str(), &end);
    return end == text.c_str() + text.size();
}

bool prints_scores(const Request& request)
{
    const auto is = [&](std::string_view command) { return server::is_word(request[0], command); };
    return is("ZSCORE") || is("ZADD") || is("ZRANGE");
}

bool explains_digits(const Request& request, const Value& dabba, const Value& redis)
{
    return prints_scores(request) && same_but_for_digits(dabba, redis);
}

bool explains_dbsize(const Request& request, const Value& dabba, const Value& redis)
{
    return server::is_word(request[0], "DBSIZE") && dabba.kind == Value::Kind::Integer &&
           redis.kind == Value::Kind::Integer && dabba.integer < redis.integer;
}

constexpr KnownDifference kKnownDifferences[] = {
    {"digits", "Redis 7.0 prints doubles with 17 digits, 7.2 with as few as are needed",
     explains_digits},
    {"expired keys", "Redis counts keys that are over until it has deleted them, Dabba does not",
     explains_dbsize},
};

}  // namespace

std::span<const KnownDifference> known_differences() { return kKnownDifferences; }

bool same_but_for_digits(const Value& dabba, const Value& redis)
{
    if (dabba.kind != redis.kind) return false;
    switch (dabba.kind) {
        case Value::Kind::Double:
            return dabba.number == redis.number;
        case Value::Kind::Bulk: {
            double left = 0;
            double right = 0;
            return dabba.text == redis.text ||
                   (dabba.text.size() <= redis.text.size() && as_number(dabba.text, left) &&
                    as_number(redis.text, right) && left == right);
        }
        case Value::Kind::Array:
            return std::equal(dabba.elements.begin(), dabba.elements.end(), redis.elements.begin(),
                              redis.elements.end(), same_but_for_digits);
        default:
            return dabba.text == redis.text && dabba.integer == redis.integer;
    }
}

}  // namespace tests
